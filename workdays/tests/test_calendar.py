"""The rows behind the calendar: seed, loading, warnings, admin."""

import io
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from audit.models import Entry
from common.errors import DomainError
from workdays import calendar, services
from workdays.checks import calendar_is_loaded
from workdays.models import Day, Hours
from workdays.rules import Span
from workdays.sheets import DayRow, read_days

ZONE = ZoneInfo("Asia/Shanghai")
IN_MAY, IN_OCTOBER = (datetime(2026, month, 20, 9, tzinfo=ZONE) for month in (5, 10))
NEXT_YEAR = [DayRow(date(2027, 10, day), "off", "国庆节") for day in range(1, 12)]


@pytest.fixture(autouse=True)
def _fresh_calendar(db):
    calendar.forget()
    yield
    calendar.forget()


def test_the_seed_holds_three_years_and_default_hours():
    assert {(d.year) for d in Day.objects.values_list("date", flat=True)} == {2024, 2025, 2026}
    assert calendar.current().last_year == 2026
    workdays = [
        day for day in range(366) if calendar.current().is_workday(date.fromordinal(date(2026, 1, 1).toordinal() + day))
    ]
    assert len([day for day in workdays if day < 365]) == 248
    hours = Hours.objects.get()
    assert hours.is_default and (hours.morning_start, hours.afternoon_end) == (time(8, 30), time(18))


def test_loaded_days_count_at_once_and_leave_an_audit_entry():
    assert not calendar.current().is_published(date(2027, 1, 1))
    assert services.load_days(NEXT_YEAR, by=None) == 11
    assert calendar.current().is_published(date(2027, 1, 1))
    assert not calendar.current().is_workday(date(2027, 10, 1))
    assert Entry.objects.get(verb="workdays.load").details == {"rows": 11}


def test_loading_again_corrects():
    services.load_days(NEXT_YEAR, by=None)
    services.load_days([DayRow(date(2027, 10, 9), "work", "国庆节")], by=None)
    assert Day.objects.get(date=date(2027, 10, 9)).kind == "work"
    assert calendar.current().is_workday(date(2027, 10, 9))


def test_a_change_by_another_process_is_seen_after_a_minute(monkeypatch):
    before = calendar.current()
    Day.objects.create(date=date(2027, 1, 4), kind="off", name="元旦")
    assert calendar.current() is before
    monkeypatch.setattr(calendar, "_TRUSTED_SECONDS", 0.0)
    assert not calendar.current().is_workday(date(2027, 1, 4))
    unchanged = calendar.current()
    assert calendar.current() is unchanged


def test_the_calendar_in_use_asks_the_database_once(django_assert_num_queries):
    with django_assert_num_queries(4):
        calendar.current()
    with django_assert_num_queries(0):
        calendar.current().add(IN_MAY, Span(1, "workday"))


def test_seasonal_rows_change_the_hours():
    Hours.objects.create(
        name="夏季",
        start="06-01",
        end="09-30",
        morning_start=time(8),
        morning_end=time(12),
        afternoon_start=time(15, 30),
        afternoon_end=time(18, 30),
    )
    assert calendar.current().add(datetime(2026, 7, 1, 7, tzinfo=ZONE), Span(1, "workday")).hour == 18
    assert calendar.current().add(datetime(2026, 7, 1, 7, tzinfo=ZONE), Span(0, "workday")).hour == 8


@pytest.mark.parametrize("edges", [("13-01", "12-31"), ("01-01", "02-30"), ("1-1", "12-31")])
def test_a_season_with_impossible_edges_is_refused(edges):
    with pytest.raises(IntegrityError):
        Hours.objects.filter(name="全年").update(start=edges[0], end=edges[1])


def test_the_warning_begins_in_october_and_ends_with_the_notice():
    assert services.coverage_warning(IN_MAY) is None
    assert services.coverage_warning(IN_OCTOBER) == (
        "2027年放假安排尚未导入，期限暂按周一至周五计算，请在国务院办公厅公布后及时导入"
    )
    services.load_days(NEXT_YEAR, by=None)
    assert services.coverage_warning(IN_OCTOBER) is None


def test_the_system_check_names_the_missing_year():
    Day.objects.all().delete()
    calendar.forget()
    assert [warning.id for warning in calendar_is_loaded(None, databases=["default"])] == ["workdays.W001"]
    assert calendar_is_loaded(None) == []
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert "workdays.W001" in [message.id for message in found]


SHEET = "date,kind,name,source\n2027-01-01,off,元旦,通知\n2027-01-03,work(调休),元旦,通知\n"


def test_the_command_loads_a_file_and_still_warns(tmp_path, capsys):
    file = tmp_path / "2027.csv"
    file.write_text(SHEET, encoding="utf-8-sig")
    call_command("load_holidays", str(file))
    assert "2 days loaded" in capsys.readouterr().out
    assert Day.objects.get(date=date(2027, 1, 3)).kind == "work"
    with pytest.raises(CommandError):
        call_command("load_holidays", str(tmp_path / "missing.csv"))


@pytest.mark.parametrize("wrong", ["2027-13-01,off,元旦,x", "2027-01-01,free,元旦,x", "2027-01-01,off,,x"])
def test_an_unfit_row_is_refused_with_its_number(wrong):
    with pytest.raises(DomainError, match="第4行"):
        read_days(io.BytesIO((SHEET + wrong).encode()))


def test_the_admin_warns_while_a_year_is_missing(admin_client):
    Day.objects.all().delete()
    calendar.forget()
    assert "放假安排尚未导入" in admin_client.get("/admin/workdays/day/").content.decode()


def test_what_the_admin_saves_counts_at_once(admin_client):
    day = {"date": "2026-11-30", "kind": "off", "name": "停电", "source": ""}
    assert calendar.current().is_workday(date(2026, 11, 30))
    assert admin_client.post("/admin/workdays/day/add/", day).status_code == 302
    assert not calendar.current().is_workday(date(2026, 11, 30))
    assert admin_client.post("/admin/workdays/day/2026-11-30/delete/", {"post": "yes"}).status_code == 302
    assert calendar.current().is_workday(date(2026, 11, 30))
    admin = get_user_model().objects.get()
    verbs = Entry.objects.filter(actor_id=admin.pk, subject_id="2026-11-30").order_by("id")
    assert [entry.verb for entry in verbs] == ["workdays.add", "workdays.delete"]
