"""What follows an answer: acceptance by the community, what the reporter says, call-backs, disputes and their review."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cases import services as cases
from cases.ladder import MAX_DISPUTES, MAX_REOPENINGS
from cases.models import Case, Report
from cases.states import Action, Outcome, Satisfaction, Status
from grids.levels import Level

if TYPE_CHECKING:
    from weidu_portal.rehearsal.running import Rehearsal

_SOON = timedelta(minutes=2)


def answered(run: Rehearsal, case: Case, report: Report) -> Generator[datetime, None, bool]:
    """One step of what follows an answer; False where nobody will say anything more."""
    if case.review_by:
        yield from _reviewed(run, case)
        return True
    waits = bool(case.handling_unit_id) and not case.accepted_at and not case.about_id
    told = case.outcome in (Outcome.SOLVED, Outcome.PARTLY)
    if waits and (told or not run.chance("confirms_before_acceptance")):
        yield from _accepted(run, case)
        return True
    if told and not waits:
        return False
    return (yield from _verdict(run, case, report))


def _accepted(run: Rehearsal, case: Case) -> Iterator[datetime]:
    """The community looks at what a unit did."""
    yield run.after(case, "follow_up", "accept")
    if not _waiting(case) or case.accepted_at or case.review_by:
        return
    by = run.district.at(case, Level.COMMUNITY)
    if run.chance("accepted"):
        run.act(Action.ACCEPT, case, cases.accept, "现场看过，属实。", by=by)
    else:
        run.act(Action.REJECT, case, cases.reject, "现场看没有办好。", by=by)


def _waiting(case: Case) -> bool:
    case.refresh_from_db()
    return case.status == Status.CONFIRMING


def _verdict(run: Rehearsal, case: Case, report: Report) -> Generator[datetime, None, bool]:
    """The reporter speaks, or is called after the reminder, or nobody ever hears."""
    said = run.pick(run.parameters.weights("chances", "verdict"))
    if said == "silent":
        return (yield from _called(run, case))
    yield run.by_day("answer")
    if not _waiting(case) or case.review_by:
        return True
    outcome, satisfaction = said.split()
    if outcome == Outcome.UNSOLVED and case.disputes >= MAX_DISPUTES:
        outcome = Outcome.PARTLY
    report.refresh_from_db()
    if report.withdrawn_at:
        return False
    given = {"comment": "演练", "report": report, "at": run.clock}
    heard = run.tell(Action.CONFIRM, lambda: cases.confirm(case, outcome, satisfaction, **given))
    case.refresh_from_db()
    return heard is not None


def _called(run: Rehearsal, case: Case) -> Generator[datetime, None, bool]:
    """Nobody answers; the portal reminds, the community calls."""
    if case.follow_up_by:
        yield max(case.follow_up_by, run.clock) + _SOON
    if not run.chance("called_back"):
        return False
    yield run.after(case, "follow_up", "call")
    if not _waiting(case) or case.review_by:
        return True
    given = {"outcome": Outcome.SOLVED, "satisfaction": Satisfaction.SATISFIED}
    called = _call(run, case, **given)
    return called is not None


def _call(run: Rehearsal, case: Case, **given):
    """The community calls; the level that holds it where the complaint is about its own staff."""
    by = run.district.above(case) if case.about_id else run.district.at(case, Level.COMMUNITY)
    return run.act(Action.FOLLOW_UP, case, cases.follow_up, "已回访。", by=by, **given)


def _reviewed(run: Rehearsal, case: Case) -> Iterator[datetime]:
    """The level above looks at a dispute in time, or does not and the portal reopens the case."""
    way = run.pick(run.parameters.weights("chances", "review"))
    if way == "lapse" and case.reopenings < MAX_REOPENINGS:
        yield max(case.review_by, run.clock) + _SOON
        return
    yield run.after(case, "follow_up", "review")
    if not _waiting(case) or not case.review_by:
        return
    by = run.district.above(case)
    if way == "reopen" and case.reopenings < MAX_REOPENINGS:
        run.act(Action.REOPEN, case, cases.reopen, "处理不彻底。", by=by)
    else:
        run.act(Action.EXPLAIN, case, cases.explain, "已现场复核。", by=by)


def afterwards(run: Rehearsal, case: Case, report: Report) -> Iterator[datetime]:
    """What may still happen once a case has ended: a call to who was not content, a late dispute, a refusal overturned."""
    if case.status == Status.CLOSED:
        yield from _after_closing(run, case, report)
    elif case.status == Status.REFUSED and run.chance("refusal_overturned"):
        yield run.after(case, "follow_up", "review")
        if case.reopenings < MAX_REOPENINGS:
            run.act(Action.REOPEN, case, cases.reopen, "应当受理。", by=run.district.above(case))
    case.refresh_from_db()


def _after_closing(run: Rehearsal, case: Case, report: Report) -> Iterator[datetime]:
    if case.satisfaction == Satisfaction.DISSATISFIED and run.chance("called_back"):
        yield run.after(case, "follow_up", "call")
        _call(run, case)
    if case.disputes < MAX_DISPUTES and run.chance("disputed_after_closing"):
        yield run.by_day("answer")
        case.refresh_from_db()
        given = {"satisfaction": Satisfaction.DISSATISFIED, "at": run.clock}
        if case.status == Status.CLOSED and case.disputes < MAX_DISPUTES:
            run.tell(Action.DISPUTE, lambda: cases.dispute(case, "问题又出现了。", **given))
