"""The table of a rehearsal: every entry names its source; what is fitted is fitted well, and bad files are refused in words."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from weidu_portal.rehearsal import fitting
from weidu_portal.rehearsal.parameters import SHIPPED, Parameters
from workdays import calendar

pytestmark = pytest.mark.django_db
MEDIAN, SPREAD = 30.0, 0.8


@pytest.fixture
def table(tmp_path):
    """A copy of the shipped table, to be fitted anew."""
    path = tmp_path / "parameters.json"
    path.write_bytes(SHIPPED.read_bytes())
    return path


def written(path, year: int, count: int = 600):
    """Messages of a year whose answers took log-normal time: working hours where `year` is loaded, else days."""
    rng, start = Random(7), timezone.make_aware(datetime(year, 1, 5, 9))
    with path.open("w", encoding="utf-8", newline="") as lines:
        sheet = csv.writer(lines)
        sheet.writerow(["id", "sent_at", "body", "replied_at"])
        for number in range(count):
            sent = start + timedelta(minutes=rng.randrange(180 * 24 * 60))
            length = rng.lognormvariate(3.4012, SPREAD)  # e^3.4012 = 30
            hours = timedelta(hours=length)
            replied = calendar.current().shift(sent, hours) if year > 2023 else sent + timedelta(days=length)
            sheet.writerow([number, f"{stamp(sent)}", "两行\n的正文", f"{stamp(replied)}"])
    return path


def stamp(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(("year", "unit"), [(2025, "working hours"), (2015, "days")])
def test_refit_finds_the_distribution_the_answers_were_drawn_from(ground, table, tmp_path, year, unit):
    before = json.loads(table.read_text(encoding="utf-8"))
    out = StringIO()
    messages = written(tmp_path / "answers.csv", year)
    call_command("rehearse", refit=messages, parameters=table, stdout=out)
    after = json.loads(table.read_text(encoding="utf-8"))
    found = after["fitted"]["reply_time"]["value"]
    assert found["unit"] == unit
    assert found["median"] == pytest.approx(MEDIAN, rel=0.1) and found["spread"] == pytest.approx(SPREAD, rel=0.1)
    assert found["distance"] < 0.06
    assert {name: after[name] for name in before if name != "fitted"} == {
        name: before[name] for name in before if name != "fitted"
    }
    said = out.getvalue()
    assert "reply_time.value.median: 10.117 →" in said and "95%" in said and "fitted" in said
    if unit == "days":
        assert "no holidays" in after["fitted"]["reply_time"]["how"]


def test_refitting_twice_changes_nothing_and_says_so(ground, table, tmp_path):
    messages = written(tmp_path / "answers.csv", 2025)
    call_command("rehearse", refit=messages, parameters=table, stdout=StringIO())
    once, out = table.read_bytes(), StringIO()
    call_command("rehearse", refit=messages, parameters=table, stdout=out)
    assert table.read_bytes() == once and "Nothing changed." in out.getvalue()


ROW = "2025-03-03 10:00:00,2025-03-04 10:00:00\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"id,sent_at\n1,2025-03-03 10:00:00\n", "no column replied_at"),
        (("sent_at,replied_at\n" + ROW * 3 + "gestern,heute\n").encode(), "record 4: sent_at is not a time"),
        (("sent_at,replied_at\n" + ROW + "2025-03-03 10:00:00,\n").encode(), "record 2: replied_at is not a time"),
        (("sent_at,replied_at\n" + ROW + "2025-03-03,2025-03-01\n").encode(), "the answer came before the message"),
        (("sent_at,replied_at\n" + ROW * 5).encode(), "holds 5 answers; 30 are needed"),
        (("sent_at,replied_at\n" + ROW * 40).encode(), "took the same time"),
        ("sent_at,replied_at\n".encode("utf-16"), "not written in UTF-8"),
        (None, "cannot be opened"),
    ],
)
def test_bad_file_is_refused_in_words_and_the_table_stays(ground, table, tmp_path, text, words):
    path, before = tmp_path / "answers.csv", table.read_bytes()
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(CommandError, match=words):
        call_command("rehearse", refit=path, parameters=table)
    assert table.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "words"), [("{", "cannot be read"), ("[]", "misses"), ('{"fitted": {}}', "misses: arrivals")]
)
def test_bad_table_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "parameters.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=words):
        call_command("rehearse", parameters=path)


def test_shipped_table_says_where_every_value_comes_from_and_is_kept_as_it_is_written(tmp_path):
    table = Parameters.load(SHIPPED)
    rows = [row for name, group in table.table.items() if name != "about" for row in group.values()]
    assert all(row["source"] and row["how"] for row in rows)
    assert not any(row["guess"] for row in table.table["fitted"].values())
    assert "/" + "work" not in SHIPPED.read_text(encoding="utf-8")
    table.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == SHIPPED.read_bytes()


def test_table_without_a_source_is_refused(tmp_path):
    table = json.loads(SHIPPED.read_text(encoding="utf-8"))
    del table["arrivals"]["by_channel"]["source"]
    path = tmp_path / "parameters.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(CommandError, match=r"arrivals\.by_channel"):
        call_command("rehearse", parameters=path)


def test_a_day_of_the_clock_counts_as_the_calendars_average_of_working_hours(ground):
    hours = fitting.hours_a_day(2026)
    assert hours == pytest.approx(248 * 6.5 / 365, rel=0.001)
    assert Parameters.load().reply_time(hours).median == pytest.approx(10.117 * hours)
