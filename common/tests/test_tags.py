"""Icons, chips, badges, dates and numbers as pages show them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from common.templatetags import weidu

NOON = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)  # a Friday, 12:00 in Xuchang


def test_icon_points_into_the_sprite_and_is_silent():
    drawn = weidu.icon("clock")
    assert 'aria-hidden="true"' in drawn
    assert "sprite.svg#clock" in drawn


def test_icon_name_is_escaped():
    assert "<script>" not in weidu.icon('"><script>')


@pytest.mark.parametrize(("level", "name"), [(1, "网格"), (2, "社区"), (3, "街道"), (4, "区")])
def test_level_chip_fills_as_many_bars_as_the_level_is_high(level, name):
    drawn = weidu.level_chip(level)
    assert drawn.count('class="on"') == level
    assert drawn.count("<rect") == 4
    assert drawn.endswith(f"</svg>{name}</span>")


@pytest.mark.parametrize(
    ("state", "words", "sign"),
    [
        ("ok", "剩3个工作日", "clock"),
        ("soon", "今天 18:00", "hourglass-high"),
        ("over", "超期2天", "alert-triangle"),
        ("done", "已办结", "check"),
        ("done", "12月15日复核", "player-pause"),
    ],
)
def test_due_badge_says_it_in_colour_icon_and_words(state, words, sign):
    drawn = weidu.due_badge(SimpleNamespace(due_state=(state, words)))
    assert f"due-{state}" in drawn
    assert f"#{sign}" in drawn
    assert words in drawn


def test_dates_leave_out_the_year_only_within_it():
    assert weidu.cn_date(date(2026, 11, 7), NOON) == "11月7日"
    assert weidu.cn_date(date(2025, 11, 27), NOON) == "2025年11月27日"
    assert weidu.cn_date(None) == ""


def test_a_moment_late_in_the_evening_by_utc_belongs_to_the_next_day_here():
    assert weidu.cn_date(datetime(2026, 12, 1, 17, 0, tzinfo=UTC), NOON) == "12月2日"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 27, 10, 0, tzinfo=UTC), "今天 18:00"),
        (datetime(2026, 11, 26, 1, 5, tzinfo=UTC), "昨天 9:05"),
        (datetime(2026, 11, 28, 1, 30, tzinfo=UTC), "明天 9:30"),
        (datetime(2026, 11, 20, 7, 8, tzinfo=UTC), "11月20日 15:08"),
        (datetime(2025, 11, 20, 7, 8, tzinfo=UTC), "2025年11月20日 15:08"),
        (None, ""),
    ],
)
def test_times_near_today_are_said_in_words(moment, words):
    assert weidu.cn_time(moment, NOON) == words


def test_weekdays_are_chinese():
    assert weidu.cn_weekday(NOON) == "周五"
    assert weidu.cn_weekday(date(2026, 11, 29)) == "周日"


def test_receipt_numbers_are_read_in_two_groups():
    assert weidu.receipt("WD2611200386517") == "WD261120-0386517"
    assert weidu.receipt("别的") == "别的"


def test_thousands_are_parted_by_a_narrow_space():
    assert weidu.narrow(1204) == "1\u202f204"
    assert weidu.narrow(7) == "7"
    assert weidu.narrow(None) == ""
