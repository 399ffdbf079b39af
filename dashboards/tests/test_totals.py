"""A total equals a fresh count: after every kind of change, at midnight, folded or not, and when a folder dies."""

import logging
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Category
from cases.states import Status
from conftest import GRID, XINCUN, moment
from dashboards import sql, tasks
from dashboards.facts import BY_CODE, CLOSED_AT, COLUMNS, TIMES, bucket
from dashboards.models import DayTotal, Delta, RollupFault, TimeTotal
from dashboards.services import folding, reading
from dashboards.services.periods import Period
from dashboards.services.rows import within_day
from dashboards.tests.making import local_day, scatter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


def whole() -> Period:
    day = timezone.localdate()
    return Period("custom", "", day.replace(year=day.year - 2), day + timedelta(days=400))


def test_every_fact_has_its_column_in_both_tables():
    for model in (DayTotal, Delta):
        assert set(COLUMNS) <= {field.name for field in model._meta.fields}


def test_totals_are_exact_before_and_after_folding():
    scatter(200)
    assert folding.recount(repair=False).exact
    assert Delta.objects.exists() and not DayTotal.objects.exists()
    before = reading.total(reading.by_community("411002", whole()).values()).counts
    assert folding.fold(chunk=70) > 0
    assert not Delta.objects.exists()
    assert reading.total(reading.by_community("411002", whole()).values()).counts == before
    assert before["received"] == 200
    assert folding.recount(repair=False).exact


def test_totals_follow_changes_of_place_kind_state_and_deletion():
    scatter(120)
    folding.fold()
    some = Case.objects.order_by("pk")
    Case.objects.filter(pk__in=some[:20]).update(area_id=GRID)
    Case.objects.filter(pk__in=some[20:40]).update(category=Category.objects.get(code="light-street"))
    Case.objects.filter(pk__in=some[40:60]).update(
        late_signs=F("signs"), created_at=F("created_at") - timedelta(hours=9)
    )
    Case.objects.filter(pk__in=some[60:80], status=Status.CLOSED).update(minutes_total=12, outcome="solved")
    Case.objects.filter(pk__in=some[80:100]).delete()
    assert folding.recount(repair=False).exact
    folding.fold()
    assert folding.recount(repair=False).exact


def test_what_changes_no_fact_notes_nothing(make_case, wang):
    case = make_case()
    folding.fold()
    cases.note(case, "已去看过", by=wang)
    Case.objects.filter(pk=case.pk).update(title="路灯不亮", due_at=timezone.now())
    Case.objects.filter(pk=-1).update(title="")
    assert not Delta.objects.exists()


def test_the_life_of_a_case_is_followed_step_by_step(make_case, wang):
    case = make_case(at=moment("2026-11-23 09:00"))
    cases.sign(case, at=moment("2026-11-23 10:00"), by=wang)
    cases.resolve(case, 1, "灯已换好", at=moment("2026-11-24 10:00"), by=wang)
    cases.confirm(case, "solved", "fairly", at=moment("2026-11-25 09:00"), by=wang)
    found = {day: sums for day, sums in _by_day(XINCUN).items()}
    assert (found["2026-11-23"]["received"], found["2026-11-23"]["responded"]) == (1, 1)
    assert (found["2026-11-24"]["answered"], found["2026-11-24"]["solved"], found["2026-11-24"]["content"]) == (1, 1, 1)
    assert (found["2026-11-25"]["closed_grid"], found["2026-11-25"]["well_closed"]) == (1, 1)
    assert folding.recount(repair=False).exact


def _by_day(code: str) -> dict[str, reading.Sums]:
    days = {day for day in Delta.objects.values_list("day", flat=True)}
    return {str(day): reading.total(reading.by_community(code, Period("", "", day, day)).values()) for day in days}


def test_the_sweep_leaves_totals_exact(make_case):
    for _ in range(5):
        make_case(at=moment("2026-11-02 09:00"))
    folding.fold()
    assert cases.sweep(at=moment("2026-11-25 09:00")).total > 0
    assert Delta.objects.filter(late_signs__gt=0).exists()
    assert folding.recount(repair=False).exact


@pytest.mark.parametrize(("clock", "day"), [("23:59", "2026-11-23"), ("00:00", "2026-11-23"), ("07:59", "2026-11-23")])
def test_a_case_belongs_to_its_local_day(make_case, clock, day):
    make_case(at=moment(f"2026-11-23 {clock}"))
    on = Period("", "", *[moment(f"{day} 12:00").date()] * 2)
    assert reading.total(reading.by_community(XINCUN, on).values())["received"] == 1
    assert [str(one) for one in reading.by_day(XINCUN, on)] == [day]


def test_a_change_that_is_rolled_back_leaves_no_note(make_case):
    with transaction.atomic():
        make_case()
        transaction.set_rollback(True)
    assert not Delta.objects.exists()


@transaction.atomic
def die_after_folding(chunk: int) -> None:
    """A folder whose process ends between its statement and the commit."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FOLD, {"chunk": chunk})
        assert cursor.fetchone()[0] == chunk
    raise ZeroDivisionError


def test_a_folder_that_dies_half_way_leaves_everything_or_nothing():
    scatter(40)
    noted = Delta.objects.count()
    with pytest.raises(ZeroDivisionError):
        die_after_folding(25)
    assert Delta.objects.count() == noted and not DayTotal.objects.exists()
    assert folding.recount(repair=False).exact
    assert tasks.fold() == noted
    assert folding.recount(repair=False).exact


def test_histograms_hold_every_closed_case_at_each_level():
    made = scatter(150)
    folding.fold()
    wanted = {which: Counter() for which in TIMES}
    for case in made:
        for which in TIMES:
            minutes = getattr(case, f"minutes_{which}")
            if case.status == Status.CLOSED and minutes is not None:
                wanted[which][bucket(minutes)] += 1
    for code in ("411002", "411002005", "411002008"):
        kept = reading.times(code, whole())
        if code == "411002":
            assert kept == {which: dict(counter) for which, counter in wanted.items() if counter}
            below = kept
        else:
            for which, histogram in kept.items():
                for minutes, n in histogram.items():
                    below[which][minutes] -= n
    assert {n for histogram in below.values() for n in histogram.values()} == {0}


def test_a_percentile_of_rounded_times_is_the_rounded_percentile():
    minutes = sorted(case.minutes_total for case in scatter(90) if case.minutes_total is not None)
    histogram = Counter(map(bucket, minutes))
    for share in (0.5, 0.9):
        exact = minutes[-(-int(share * len(minutes) * 1000) // 1000) - 1]
        assert reading.percentile(histogram, share) == bucket(exact)
    assert reading.percentile({}, 0.5) is None


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-08-01", "2026-10-31"), ("2026-08-15", "2026-11-02"), ("2026-09-02", "2026-09-29"), ("2026-08-31", "2026-10-01"),
     ("2026-08-20", "2026-09-10"), ("2025-12-15", "2027-01-15"), ("2026-09-30", "2026-09-30")],
)  # fmt: skip
def test_whole_months_and_the_days_around_them_are_the_days_of_the_period(first, last):
    scatter(150)
    period = Period("custom", "", date.fromisoformat(first), date.fromisoformat(last))
    unfolded = everything_of(period)
    folding.fold()
    assert everything_of(period) == unfolded
    wanted = Case.objects.filter(within_day("created_at", period)).count()
    assert reading.total(reading.by_community("411002", period).values())["received"] == wanted


def everything_of(period: Period) -> tuple:
    by_kind = reading.by_kind("411002", period)
    kinds = {
        (kind, key): s.counts for kind, keys in by_kind.items() for key, s in keys.items() if any(s.counts.values())
    }
    communities = reading.by_community("411002", period)
    return kinds, {key: s.counts for key, s in communities.items()}, reading.times("411002", period)


def test_a_wrong_total_is_found_put_right_and_told(caplog):
    scatter(60)
    folding.fold()
    row = DayTotal.objects.filter(kind="area", received__gt=0).first()
    DayTotal.objects.filter(pk=row.pk).update(received=F("received") + 3)
    TimeTotal.objects.filter(pk=TimeTotal.objects.filter(n__gt=0).first().pk).delete()
    with pytest.raises(CommandError):
        call_command("recount_figures", "--check")
    assert DayTotal.objects.get(pk=row.pk).received == row.received + 3
    RollupFault.objects.all().delete()
    with caplog.at_level(logging.ERROR):
        assert tasks.recount() == 2
    assert "2 totals differed" in caplog.text
    assert RollupFault.objects.filter(repaired=True).count() == 2
    assert RollupFault.objects.get(kind="area").differences == {"received": -3}
    assert folding.recount().exact
    call_command("recount_figures")


@pytest.mark.django_db(transaction=True)
def test_emptying_the_cases_empties_the_totals():
    scatter(10)
    folding.fold()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case CASCADE")
    assert not DayTotal.objects.exists() and not TimeTotal.objects.exists()


def test_days_of_facts_are_local_and_the_closed_levels_are_facts():
    case = scatter(1)[0]
    assert set(CLOSED_AT) < set(BY_CODE)
    assert DayTotal.objects.count() == 0
    assert Delta.objects.filter(received=1).get().day == local_day(case.created_at)
