"""Coverage by place: what is counted, from what, and that the list behind a figure has as many rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import GRID, XINCUN, moment
from grids.models import Area, Compound
from households.models import Household, TagKind
from households.services import caring
from visits import services as visits
from visits.services import coverage as covering
from visits.services.coverage import Covered, Period, periods

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
QUARTER = periods(TODAY)[0]


def figures(by="compound", day=TODAY, period=QUARTER) -> dict:
    return covering.coverage(Household.objects.all(), by, period, day)


def behind(which: str, day=TODAY, period=QUARTER) -> set[int]:
    return set(covering.households(Household.objects.all(), which, period, day).values_list("pk", flat=True))


def test_periods_are_whole_quarters_and_half_years():
    found = {p.slug: (p.first, p.last) for p in periods(date(2026, 2, 3))}
    assert found["quarter"] == (date(2026, 1, 1), date(2026, 2, 3))
    assert found["last-quarter"] == (date(2025, 10, 1), date(2025, 12, 31))
    assert found["half"] == (date(2026, 1, 1), date(2026, 2, 3))
    assert found["last-half"] == (date(2025, 7, 1), date(2025, 12, 31))
    assert found["year"] == (date(2026, 1, 1), date(2026, 2, 3))


@pytest.fixture
def doors(make_household, make_visit, wang):
    """One met, one due by its tags, one with nobody home three times, one vacant, one moved out, one seen long ago."""
    old = date(2020, 1, 1)
    found = {n: make_household(f"3-2-50{n}", moved_in_date=old, people=[(f"人{n}", "head")]) for n in range(1, 6)}
    make_visit(found[1], by=wang, at=moment("2026-11-23 10:00"))
    make_visit(found[2], by=wang, at=moment("2026-10-05 10:00"))
    for kind in ("alone", "disabled"):
        caring.set_tag(found[2], TagKind.objects.get(code=kind), reason="一人住", by=wang)
    for day in (21, 22, 23):
        make_visit(found[3], "absent", by=wang, at=moment(f"2026-11-{day} 10:00"))
    make_visit(found[4], by=wang, at=moment("2025-03-01 10:00"))
    Household.objects.filter(pk=found[5].pk).update(kind="vacant")
    return found


def test_every_figure_is_what_its_definition_says(doors):
    home = doors[1]
    row = Covered(n=4, met=2, due=2, overdue=2, long=2, tagged_due=1, handed=1)
    assert figures() == {home.compound_id: row}
    assert (row.percent, row.unmet) == (50, 2)
    assert figures("area") == {GRID: row} and figures("community") == {XINCUN: row}
    assert figures("street") == {XINCUN[:9]: row}


def test_the_list_behind_a_figure_has_as_many_rows(doors):
    row = figures()[doors[1].compound_id]
    for which in ("due", "overdue", "long", "tagged_due", "handed", "unmet"):
        assert len(behind(which)) == getattr(row, which), which
    assert behind("due") == {doors[2].pk, doors[4].pk} and behind("tagged_due") == {doors[2].pk}
    assert behind("unmet") == {doors[3].pk, doors[4].pk} and behind("handed") == {doors[3].pk}


def test_a_household_met_twice_counts_once_and_a_call_is_no_meeting(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, "phoned", by=wang, at=moment("2026-11-20 10:00"))
    assert figures()[home.compound_id].met == 0
    for day in (21, 22):
        make_visit(home, by=wang, at=moment(f"2026-11-{day} 10:00"))
    assert figures()[home.compound_id].met == 1


def test_the_days_at_both_ends_of_a_period_count(make_household, make_visit, wang):
    home = make_household()
    make_visit(home, by=wang, at=moment("2026-09-30 23:50"))
    summer = Period("q3", "三季度", date(2026, 7, 1), date(2026, 9, 30))
    assert figures(period=summer)[home.compound_id].met == 1
    assert figures()[home.compound_id].met == 0


def test_two_statements_whatever_the_number_of_places(make_household, make_visit, wang, courtyard):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            figures()
        return len(caught)

    make_visit(make_household(), by=wang)
    few = asked()
    for n in range(8):
        yard = Compound.objects.create(area_id=GRID, name=f"{n}号院", kind="courtyard")
        make_household("12号", compound=yard, people=[(f"户{n}", "head")])
    assert len(figures()) == 9
    assert asked() == few <= 4  # the figures, and the two rows of settings: intervals and campaigns under way


def test_a_campaign_counts_whom_it_asks_for(doors, make_visit, wang, chen):
    campaign = visits.plan(
        visits.Plan(
            "结百家亲", date(2026, 11, 20), date(2026, 12, 20), areas=[Area.objects.get(code=GRID)], tagged_only=True
        ),
        at=moment("2026-11-19 09:00"),
        by=chen,
    )
    rows = Household.objects.all()
    assert covering.of_campaign(rows, campaign, "compound") == {doors[1].compound_id: Covered(n=1, met=0)}
    make_visit(doors[2], by=wang, at=moment("2026-11-25 10:00"))
    assert covering.of_campaign(rows, campaign, "compound") == {doors[1].compound_id: Covered(n=1, met=1)}
    visits.end(campaign, at=moment("2026-11-24 12:00"), by=chen)
    assert covering.of_campaign(rows, campaign, "community") == {XINCUN: Covered(n=1, met=0)}


def test_a_running_campaign_makes_its_households_due_in_the_figures_too(make_household, make_visit, wang, chen):
    home = make_household()
    make_visit(home, by=wang, at=moment("2026-11-01 10:00"))
    assert figures()[home.compound_id].due == 0
    wanted = visits.Plan("进百家门", date(2026, 11, 20), date(2026, 12, 20), compounds=[home.compound])
    visits.plan(wanted, at=moment("2026-11-19 09:00"), by=chen)
    row = figures()[home.compound_id]
    assert (row.due, row.overdue) == (1, 0) and behind("due") == {home.pk}
