"""Counts a case again from its events alone: its course through the state table, and the counters it keeps. Reads only."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from cases.ladder import deadlines
from cases.limits import LimitTable, current
from cases.management.commands.docs_diagram import ALARMS
from cases.models import Case, Event
from cases.states import TABLE, Action, Alarm, Mark, Status
from cases.wording import limit_level
from workdays import calendar

# Where a verb may lead besides what the table says: an answer signs on the way; confirming and accepting wait for each
# other; the explanation of a second dispute is the last word; a late dispute takes an ended case back.
ALSO: dict[Action, set[Status]] = {
    Action.REPLY: {Status.HANDLING},
    Action.ACCEPT: {Status.CLOSED},
    Action.CONFIRM: {Status.CONFIRMING},
    Action.EXPLAIN: {Status.CLOSED},
}
# What gives a case to a holder with a time to sign.
_BEGINS = {
    Action.REGISTER, Action.ROUTE, Action.RETURN, Action.ESCALATE, Action.COLLECT, Action.HAND_OUT, Action.SEND_DOWN,
    Action.REJECT, Action.MEDIATE, Alarm.CLIMB, Alarm.REVIEW,
}  # fmt: skip
# Whoever passes a case on has acted on it.
_PASSES_ON = {
    Action.ROUTE, Action.RETURN, Action.ESCALATE, Action.COLLECT, Action.HAND_OUT, Action.SEND_DOWN, Action.MEDIATE,
}  # fmt: skip
# Whose deadline may be set by hand, or by the hotline: signing comes before it.
_DATED = {Action.HAND_OUT, Action.SEND_DOWN}
_SIGNS = {Action.SIGN, Action.RESOLVE}


def histories(touched: QuerySet[Case]) -> Iterator[tuple[Case, list[Event]]]:
    """Cases with their events in order, in two queries."""
    cases = {case.pk: case for case in touched.select_related("category", "handling_unit")}
    events = Event.objects.filter(case__in=touched).select_related("unit").order_by("case_id", "number")
    for pk, rows in groupby(events.iterator(chunk_size=5000), key=lambda event: event.case_id):
        if pk in cases:
            yield cases[pk], list(rows)


def replay(case: Case, events: list[Event]) -> str:
    """What does not follow from the state table, in words; empty where all of it does."""
    status, level = "", None
    for event in events:
        if event.from_status != status or event.from_level != level:
            return (
                f"event {event.number} begins at {event.from_status}/{event.from_level}, the one before ended otherwise"
            )
        if event.number > 1 and event.to_status not in _reachable(event):
            return f"event {event.number}: {event.action} leads from {event.from_status} to {event.to_status}"
        status, level = event.to_status, event.to_level
    if (status, level) != (case.status, case.level):
        return f"is {case.status} at level {case.level}, its events lead to {status} at level {level}"
    return ""


def _reachable(event: Event) -> set[str]:
    """The statuses the table lets this event lead to; none where it could not have happened."""
    before = Status(event.from_status)
    if event.action in Mark.values:
        return {before}
    if event.action in Alarm.values:
        pair = (before, Alarm(event.action))
        return {ALARMS[pair] or before} if pair in ALARMS else set()
    action = Action(event.action)
    rule = TABLE.get((before, action))
    return {rule.to or before} | ALSO.get(action, set()) if rule else set()


def counters(case: Case, events: list[Event]) -> dict[str, object]:
    """The counters of a case as its events give them.

    Signing is counted once a holding, by whoever signs, answers, resolves or passes on first, by reopening, and by a
    climb that found nobody. The time to sign is worked out again
    from the limits.
    """
    table, signs, late, first = current(), 0, 0, None
    signed, sign_by = False, None
    for event in events:
        if event.action == Alarm.CLIMB and not signed:
            signs, late = signs + 1, late + 1
        if event.action in _PASSES_ON and not signed:
            signs, first = signs + 1, first or event.at
            late += sign_by is not None and event.at > sign_by
        if event.action in _BEGINS:
            signed, sign_by = False, _time_to_sign(table, case, event)
        elif event.action == Action.REOPEN:
            signs, signed, first = signs + 1, True, first or event.at
        elif event.action in (Action.RESUME, Alarm.RESUME):
            signed = True
        elif not signed and _signs(event):
            signs, signed, first = signs + 1, True, first or event.at
            late += sign_by is not None and event.at > sign_by
    happened = [event.action for event in events]
    return {
        "signs": signs,
        "late_signs": late,
        "first_signed_at": first,
        "extensions": happened.count(Action.EXTEND),
        "returns": happened.count(Action.RETURN),
        "reopenings": happened.count(Action.REOPEN) + happened.count(Alarm.REVIEW),
    }


def _signs(event: Event) -> bool:
    """Signing, answering, and whatever else takes an unsigned case to work: a reply, a draft, a whistle, a visit."""
    return event.action in _SIGNS or (event.from_status, event.to_status) == (Status.RECEIVED, Status.HANDLING)


def _time_to_sign(table: LimitTable, case: Case, event: Event) -> datetime | None:
    """Until when the new holder had to sign: the limit from when it began, never past the deadline given by hand."""
    if event.action == Action.RETURN:
        return event.due_at
    unit = event.unit
    to_unit = unit is not None and unit.takes_cases
    allowance = table.allowance(case.category_id, limit_level(event.to_level, to_unit=to_unit), urgent=case.urgent)
    sign_by = deadlines(allowance, event.at, calendar.current()).sign_by
    return min(sign_by, event.due_at) if event.action in _DATED else sign_by
