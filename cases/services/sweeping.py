"""The sweep: whatever fell due is moved or marked, exactly once, however many sweepers run and whatever crashes.

Set-based in chunks (`cases/sql.py`); a chunk is one transaction, so a killed worker leaves whole chunks or nothing.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases import sql
from cases.ladder import ONE_WORKDAY, Deadlines, deadlines
from cases.limits import LimitTable
from cases.models import CallBack, Case
from cases.services import call_list, clock
from cases.services.acting import COLLECTING_UNIT, OFFICE_UNIT, acting, seat_of, unit_of
from cases.services.approvals import restart
from cases.services.residents import review_lapsed, seat_above
from cases.states import Alarm, Status
from common.errors import DomainError
from grids.levels import Level
from workdays import calendar

logger = logging.getLogger(__name__)

CHUNK = 5000
# What a bad row or a missing limit can raise; anything else is a fault of ours and stops the task at once.
FAULTS = (DatabaseError, DomainError, LookupError, ValueError)
# Alarms that move nothing, in the order in which a late sweep must see them: a case past its end is not warned first.
MARKS = {Alarm.EXHAUST: sql.EXHAUST, Alarm.PROPOSE: sql.PROPOSE, Alarm.WARN: sql.WARN, Alarm.SIGN: sql.SIGN}


@dataclass(frozen=True)
class Swept:
    """How many cases each alarm reached in one sweep."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All alarms together."""
        return sum(self.counts.values())


def sweep(*, at: datetime | None = None, chunk: int = CHUNK) -> Swept:
    """Do everything that is due at `at`; an idle sweep costs one index look-up.

    A sweep that finds nothing due returns at once. Case rows locked by somebody else are skipped: the next tick has them.
    """
    at = at or timezone.now()
    if not Case.objects.filter(next_alarm_at__lte=at).exists():
        return Swept({})
    told = {
        "district_seat": f"unit:{unit_of(COLLECTING_UNIT).pk}",
        "office_seat": f"unit:{unit_of(OFFICE_UNIT).pk}",
        "case_page": reverse("desk:case", args=["*"]),
        "tracking_page": reverse("public:track"),
    }
    work: dict[str, Callable[[], int]] = {
        Alarm.CLIMB: lambda: _in_chunks(sql.CLIMB, {**_limits(at), **told, "now": at, "chunk": chunk})
    }
    for alarm, statement in MARKS.items():
        work[alarm] = partial(_in_chunks, statement, {**told, "now": at, "chunk": chunk})
    work |= _one_by_one(at)
    return _each_alarm(work)


def _each_alarm(work: dict[str, Callable[[], int]]) -> Swept:
    """One alarm after another; a fault in one keeps none of the others waiting, and is raised when all are done."""
    counts, faults = {}, []
    for alarm, act in work.items():
        try:
            counts[str(alarm)] = act()
        except FAULTS as fault:
            logger.exception("the sweep's alarm %s failed", alarm)
            faults.append(fault)
    if faults:
        raise ExceptionGroup("the sweep could not finish", faults)
    return Swept({alarm: count for alarm, count in counts.items() if count})


def _in_chunks(statement: str, parameters: dict) -> int:
    """Run a statement chunk by chunk, each in its own transaction, until a chunk is not full."""
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            (count,) = cursor.fetchone()
        total += count
        if count < parameters["chunk"]:
            return total


def _limits(at: datetime) -> dict[str, list]:
    """The deadlines a case climbing now would get, one row per category, urgency and level, as columns for unnest."""
    current, known = calendar.current(), {}
    rows = []
    for category_id, urgent, level, allowance in _combinations():
        if allowance not in known:
            known[allowance] = deadlines(allowance, at, current)
        times: Deadlines = known[allowance]
        basis = clock.with_coverage(allowance.basis, at, times.due_at)
        rows.append((category_id, urgent, level, times.sign_by, times.warn_at, times.due_at, times.climb_at, basis))
    names = ("category_ids", "urgents", "levels", "sign_bys", "warn_ats", "due_ats", "climb_ats", "bases")
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _combinations() -> Iterator[tuple]:
    table = LimitTable.load()
    for category_id in table.parents:
        for urgent in (False, True):
            for level in (Level.COMMUNITY, Level.STREET, Level.DISTRICT):
                yield category_id, urgent, int(level), table.allowance(category_id, level, urgent=urgent)


def _one_by_one(at: datetime) -> dict[str, Callable[[], int]]:
    """The rare alarms, a transaction each: a dispute nobody looked at, a review day reached, a call-back due."""
    confirming = Case.objects.filter(status=Status.CONFIRMING)
    suspended = Case.objects.filter(status=Status.SUSPENDED)
    return {
        Alarm.REVIEW: partial(_each, confirming.filter(review_by__lte=at), _review, at),
        Alarm.RESUME: partial(_each, suspended.filter(review_at__lte=at), _resume, at),
        Alarm.FOLLOW_UP: partial(_each, confirming.filter(follow_up_by__lte=at, review_by__isnull=True), _remind, at),
    }


def _each(due, act, at: datetime) -> int:
    """Act on one locked row after another until none is left that this sweeper can lock; a bad row is passed over."""
    count = 0
    faults: list[Exception] = []
    passed: list[int] = []
    due = due.filter(next_alarm_at__lte=at).order_by("next_alarm_at", "pk")
    while True:
        case = None
        try:
            with transaction.atomic():
                case = due.exclude(pk__in=passed).select_for_update(of=("self",), skip_locked=True).first()
                if case is None:
                    break
                act(case, at)
            count += 1
        except FAULTS as fault:
            if case is None:
                raise
            logger.exception("case %s could not be swept", case.pk)
            passed.append(case.pk)
            faults.append(fault)
    if faults:
        raise ExceptionGroup("some cases could not be swept", faults)
    return count


def _review(case: Case, at: datetime) -> None:
    try:
        with transaction.atomic():
            review_lapsed(case, at=at)
    except DomainError:
        # Reopened twice already: only people can end this one. They are reminded every working day until they do.
        with acting(case, Alarm.FOLLOW_UP, by=None, at=at) as turn:
            turn.case.step += 1
            turn.case.review_by = calendar.current().add(at, ONE_WORKDAY)
            turn.tell(seat_above(turn.case), "复核已超时，请说明复核结果")


def _resume(case: Case, at: datetime) -> None:
    with acting(case, Alarm.RESUME, by=None, at=at, alarm_to=Status.HANDLING) as turn:
        restart(turn.case, at)
        turn.public_text = "复核日期已到，恢复办理"
        turn.tell(seat_of(turn.case), "挂账复核日已到，恢复办理")
        turn.tell_reporters("您反映的问题恢复办理")


def _remind(case: Case, at: datetime) -> None:
    with acting(case, Alarm.FOLLOW_UP, by=None, at=at) as turn:
        turn.case.follow_up_by = None
        turn.tell(seat_of(turn.case), "居民还没有评价，请回访")
        call_list.list_call(turn.case, CallBack.Why.DUE, seat=seat_of(turn.case), at=turn.at)
