"""A short rehearsal holds every rule; and each rule is found broken where it is broken on purpose."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.models import F

from audit.models import Entry
from cases import services as cases
from cases.assignments import Kind
from cases.models import Assignment, Case, Event, Report
from cases.services import assigning
from cases.services.assignment_sweep import sweep_assignments
from cases.states import Action, Alarm, Mark, Outcome, Satisfaction
from common.errors import DomainError
from conftest import GRID, moment
from dashboards.models import Delta
from grids.models import Area, Posting
from notifications.models import Notification
from weidu_portal.management.commands.rehearse import Command
from weidu_portal.rehearsal import invariants
from weidu_portal.rehearsal.district import District
from weidu_portal.rehearsal.figures import figures
from weidu_portal.rehearsal.invariants import Checker
from weidu_portal.rehearsal.parameters import Parameters
from weidu_portal.rehearsal.running import Rehearsal, Result

pytestmark = pytest.mark.django_db
NOW = moment("2026-07-03 18:00")


def rehearsed(*, seed: int = 1, days: int = 3, scale: float = 0.3) -> Rehearsal:
    rehearsal = Rehearsal(Parameters.load(), start=date(2026, 7, 1), days=days, seed=seed, scale=scale)
    rehearsal.run()
    return rehearsal


def test_short_rehearsal_holds_every_rule_and_gives_its_figures(ground):
    rehearsal = rehearsed()
    result = rehearsal.result
    assert result.faults == []
    assert result.cases == Case.objects.count() > 15 and result.steps > 50
    assert len(rehearsal.district.grids) == 539
    rows = dict(figures(rehearsal.clock))
    assert rows["received"] == str(result.cases)
    assert int(rows["climbs by time"]) == Event.objects.filter(alarm=Alarm.CLIMB).count() > 0
    assert "n=" in rows["按期签收率"] and "median" in rows["working days, total"]


def test_same_seed_draws_the_same_days(ground):
    def drawn():
        found = Rehearsal(Parameters.load(), start=date(2026, 7, 1), days=1, seed=5)
        return [(a.at, a.category.code, a.area.code, a.channel) for a in found.arrivals.of(date(2026, 7, 1))]

    assert drawn() == drawn() != []


def test_holidays_bring_fewer_requests_and_only_those_residents_write(ground):
    arrivals = Rehearsal(Parameters.load(), start=date(2026, 7, 1), days=1).arrivals
    assert arrivals.expected(date(2026, 10, 1)) < arrivals.expected(date(2026, 9, 30))
    assert arrivals.expected(date(2026, 9, 20)) > arrivals.expected(date(2026, 9, 13)), "a working Sunday"
    assert {arrival.channel for arrival in arrivals.of(date(2026, 7, 5))} == {"web"}


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 3, "scale": 0}])
def test_rehearsal_of_nothing_is_refused(ground, wrong):
    with pytest.raises(DomainError):
        Rehearsal(Parameters.load(), start=date(2026, 7, 1), **wrong)


# --- every rule, kept and broken


@pytest.fixture
def lived(make_case):
    """The district with three cases: one closed after a climb, one signed, one with a unit that has a helper."""
    district, start = District(), moment("2026-07-01 10:00")
    closed, handed = make_case(at=start), make_case(at=start + timedelta(minutes=1))
    for hours in (1, 2, 3):
        at = start + timedelta(hours=hours / 2)
        cases.escalate(handed, "本级办不了。", at=at, by=district.worker(handed))
    cases.collect(handed, at=moment("2026-07-01 15:10"), by=district.worker(handed))
    lead, other = district.unit_for(handed), next(u for u in district.taking if u != district.unit_for(handed))
    at = moment("2026-07-01 15:30")
    cases.hand_out(handed, lead, "请办理。", at=at, by=district.office())
    giver = f"unit:{district.units['quweiban'].pk}"
    assigning.assign(handed, "请协助。", kind=Kind.CO_HANDLE, giver=giver, unit=other, at=at, by=district.office())
    at = moment("2026-07-02 10:03")
    cases.sweep(at=at)
    closed.refresh_from_db()
    assert closed.level == 2
    cases.sign(closed, at=at, by=district.worker(closed))
    cases.resolve(closed, 2, "已办理。", at=at, by=district.worker(closed))
    report = closed.reports.get()
    cases.confirm(closed, Outcome.SOLVED, Satisfaction.SATISFIED, report=report, at=moment("2026-07-02 12:00"))
    for _ in range(4):
        cases.sweep(at=NOW)
        sweep_assignments(at=NOW)
    signed = make_case(at=moment("2026-07-03 16:00"))
    cases.sign(signed, at=moment("2026-07-03 16:10"), by=district.worker(signed))
    for case in (closed, handed):
        case.refresh_from_db()
    return closed, signed, handed


def look() -> list[invariants.Fault]:
    return Checker(District()).look(NOW, whole=True)


def without(statement: str) -> None:
    """Take a guard of the database away, within this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def change(case: Case, **values) -> None:
    Case.objects.filter(pk=case.pk).update(**values)


def happened(case: Case, action: str, **more) -> None:
    """One more event of a case, as nobody's verb would write it."""
    case.refresh_from_db()
    last = case.events.order_by("number").last()
    given = {"at": last.at, "step": case.step, "from_status": case.status, "to_status": case.status}
    given |= {"from_level": case.level, "to_level": case.level, "due_at": case.due_at, "unit": case.handling_unit}
    Event.objects.create(case=case, number=last.number + 1, action=action, **given | more)
    change(case, event_count=F("event_count") + 1)


def twice_marked(case: Case) -> None:
    for _ in range(2):
        happened(case, Mark.LATE, assignment=case.assignments.get())


def alarmed_twice(case: Case) -> None:
    without("DROP INDEX event_alarm_once_per_step")
    climb = case.events.get(alarm=Alarm.CLIMB)
    happened(case, Alarm.CLIMB, alarm=Alarm.CLIMB, step=climb.step)


def told_twice() -> None:
    without("ALTER TABLE notifications_notification DROP CONSTRAINT notification_once_per_seat_and_cause")
    row = Notification.objects.first()
    Notification.objects.create(seat=row.seat, cause=row.cause, title=row.title)


def unwritten() -> None:
    without("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    Entry.objects.filter(verb="case.sign").update(subject_id="0")


def ended_with_debts(case: Case) -> None:
    change(case, status="closed", closed_at=NOW, closed_level=4)
    Assignment.objects.filter(case=case).update(state="given")


BROKEN = {
    "one_holder: no such area": ("one_holder", 1, lambda c: Area.objects.filter(pk=GRID).update(in_service=False)),
    "one_holder: below its place": ("one_holder", 1, lambda c: change(c, area=GRID[:12])),
    "one_deadline": ("one_deadline", 1, lambda c: change(c, due_at=F("due_at") + timedelta(minutes=1))),
    "one_deadline: no warning": ("one_deadline", 2, lambda c: change(c, warn_at=None)),
    "climbs_are_events": (
        "climbs_are_events",
        0,
        lambda c: Entry.objects.create(verb="case.climb", subject_kind="case", subject_id=str(c.pk)),
    ),
    "events_without_gaps": ("events_without_gaps", 1, lambda c: change(c, event_count=F("event_count") + 1)),
    "time_runs_forward: future": (
        "time_runs_forward",
        1,
        lambda c: happened(c, Action.NOTE, at=NOW + timedelta(days=1)),
    ),
    "time_runs_forward: past": ("time_runs_forward", 1, lambda c: happened(c, Action.NOTE, at=NOW - timedelta(days=9))),
    "statuses_reachable": ("statuses_reachable", 1, lambda c: change(c, status="received")),
    "statuses_reachable: no such move": (
        "statuses_reachable",
        0,
        lambda c: happened(c, Action.SIGN, to_status="handling"),
    ),
    "nothing_owed_on_ended": ("nothing_owed_on_ended", 2, ended_with_debts),
    "nothing_left_behind": (
        "nothing_left_behind",
        2,
        lambda c: change(c, sign_alarm_at=None, signed_at=None, warned_at=None),
    ),
    "one_alarm_per_step: marks": ("one_alarm_per_step", 2, twice_marked),
    "one_alarm_per_step": ("one_alarm_per_step", 0, alarmed_twice),
    "notices_once: silent climb": (
        "notices_once",
        0,
        lambda c: (
            Notification.objects.filter(cause__startswith=f"case:{c.pk}:", title__contains="继续办理").first().delete()
        ),
    ),
    "notices_once": ("notices_once", 0, lambda c: told_twice()),
    "receipts_unique": ("receipts_unique", 0, lambda c: Report.objects.filter(case=c).update(receipt="WD1")),
    "counters_match: signs": ("counters_match", 1, lambda c: change(c, signs=F("signs") + 1)),
    "counters_match: late": ("counters_match", 0, lambda c: change(c, late_signs=0)),
    "counters_match: returns": ("counters_match", 0, lambda c: change(c, returns=1)),
    "times_add_up": ("times_add_up", 0, lambda c: change(c, minutes_total=F("minutes_total") + 1)),
    "times_add_up: open": ("times_add_up", 1, lambda c: change(c, answered_in_time=True)),
    "open_cases_seen": (
        "open_cases_seen",
        2,
        lambda c: Posting.objects.filter(unit=c.handling_unit).update(valid_to=date(2025, 1, 1)),
    ),
    "audit_chain_holds": ("audit_chain_holds", 0, lambda c: unwritten()),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rule_is_found(lived, name):
    rule, which, break_it = BROKEN[name]
    assert look() == [], "before it is broken every rule holds"
    break_it(lived[which])
    faults = [fault for fault in look() if fault.rule == rule]
    assert faults, f"{rule} says nothing"
    told = {fault.number for fault in faults} - {""}
    assert not told or lived[which].number in told or "WD1" in told


def test_signing_under_the_hotlines_deadline_is_recounted_alike(make_case):
    district, start = District(), moment("2026-11-23 10:00")
    case = make_case(area=GRID[:9], at=start, external_due_at=moment("2026-11-24 09:00"), external_number="A2")
    cases.escalate(case, "超出街道职责", at=start, by=district.worker(case))
    cases.collect(case, at=start, by=district.worker(case))
    cases.hand_out(case, district.unit_for(case), "请办理。", at=start, by=district.office())
    cases.sign(case, at=moment("2026-11-24 10:00"), by=district.worker(case))
    assert list(invariants.counters_match(Case.objects.filter(pk=case.pk), NOW)) == []
    assert Case.objects.get(pk=case.pk).late_signs == 1


def test_every_rule_is_broken_once():
    rules = {rule.__name__ for rule in invariants.PER_CASE} | {"open_cases_seen", "audit_chain_holds"}
    assert {rule for rule, _, _ in BROKEN.values()} == rules


def test_step_that_the_page_would_not_offer_is_a_fault(lived, outsider):
    rehearsal = Rehearsal(Parameters.load(), start=date(2026, 7, 4), days=1)
    rehearsal.act(Action.NOTE, lived[1], cases.note, "别处的人", by=outsider)
    assert [fault.rule for fault in rehearsal.result.faults] == ["only_what_is_offered"]


def test_refusals_of_the_portal_are_counted_in_its_own_words(lived):
    rehearsal = Rehearsal(Parameters.load(), start=date(2026, 7, 4), days=1)
    by = rehearsal.district.worker(lived[1])
    assert rehearsal.act(Action.ESCALATE, lived[1], cases.escalate, "", by=by) is None
    assert list(rehearsal.result.refused) == ["上报：请写明上报的理由。"]


def test_totals_that_differ_from_the_cases_are_found(lived):
    assert Checker(District()).look(NOW, whole=True) == []
    case = Case.objects.first()
    Delta.objects.create(
        day=NOW.date(),
        community=case.community,
        category_id=case.category_id,
        channel="web",
        matter="small",
        received=1,
    )
    assert {fault.rule for fault in Checker(District()).look(NOW, whole=True)} == {"rollups_are_exact"}


def test_command_fails_with_the_numbers_of_the_cases(lived):
    result = Result(cases=1, steps=2, seconds=4.0, faults=[invariants.Fault("one_holder", "WD1", "is held by nobody")])
    out = StringIO()
    with pytest.raises(CommandError, match="one_holder: WD1 is held by nobody"):
        Command(stdout=out)._report(result, [("received", "1")])
    assert "0.2 cases a second" in out.getvalue() and "Every invariant holds" not in out.getvalue()


def test_command_says_what_was_refused():
    result = Result(cases=8, seconds=4.0)
    result.refused["上报：请写明上报的理由。"] += 3
    out = StringIO()
    Command(stdout=out)._report(result, [("received", "8")])
    said = out.getvalue()
    assert "3 × 上报" in said and "Every invariant holds." in said
