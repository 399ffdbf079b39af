"""What supervision does by itself: urging the working day after a deadline, proposing orders, following tasks that ended.

One row after another, each in a transaction of its own under the lock of its case; a case somebody else holds is left to
the next tick. UNIQUE(case, trigger) refuses a second order of one cause.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from cases.assignments import State as Task
from cases.due import elapsed
from cases.models import Case, Event, Report
from cases.states import ENDED, OPEN, Action
from common.errors import DomainError
from grids.levels import Level
from supervision.models import Order
from supervision.rules import MANY_REOPENINGS, MANY_REPORTERS, Kind, State, urged_before
from supervision.services import ordering
from workdays import calendar

logger = logging.getLogger(__name__)
FAULTS = (DatabaseError, DomainError, LookupError, ValueError)
CHUNK = 500
REPORTS, REOPENED = f"reports:{MANY_REPORTERS}", f"reopened:{MANY_REOPENINGS}"
_TASK_OVER = (Task.ACCEPTED, Task.RETURNED, Task.ENDED)


@dataclass(frozen=True)
class Swept:
    """How many orders one sweep sent, proposed and settled."""

    urged: int
    proposed: int
    settled: int

    @property
    def total(self) -> int:
        """All of them together."""
        return self.urged + self.proposed + self.settled


def sweep(*, at: datetime | None = None) -> Swept:
    """Do everything that is due at `at`. Any number may run at once; a bad row is passed over and raised at the end."""
    at = at or timezone.now()
    faults: list[Exception] = []
    swept = Swept(
        settled=_each(over, _settle, at, faults),
        urged=_each(late, _urge, at, faults),
        proposed=_each(much_reported, _propose_reported, at, faults)
        + _each(reopened_again, _propose_reopened, at, faults),
    )
    if faults:
        raise ExceptionGroup("supervision could not be swept whole", faults)
    return swept


def _each(find: Callable[[datetime], QuerySet], act: Callable[[int, datetime], int], at: datetime, faults: list) -> int:
    """Act on every row of `find`, a transaction each; rows locked by somebody else are the next tick's."""
    count = 0
    for pk in list(find(at).values_list("pk", flat=True)[:CHUNK]):
        try:
            with transaction.atomic():
                count += act(pk, at)
        except FAULTS as fault:
            logger.exception("%s %s could not be swept", act.__name__, pk)
            faults.append(fault)
    return count


def _take(rows: QuerySet, pk: int) -> Case | None:
    """The case locked, where nobody else holds it; None too where it is no longer one of `rows`."""
    locked = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk)
    case = locked.select_related("category", "handling_unit").first()
    return case if case is not None and rows.filter(pk=pk).exists() else None


# --- urging


def late(at: datetime) -> QuerySet:
    """Open cases of units whose deadline was before today's working day, not urged in this holding; by due date.

    Open cases of the district by deadline are one index range (`case_work_level`).
    """
    trigger = Concat(Value("late:"), Cast(OuterRef("step"), CharField()))
    urged = Order.objects.filter(case=OuterRef("pk"), trigger=trigger)
    rows = Case.objects.open().filter(level=Level.DISTRICT, queue_rank__in=(0, 1), handling_unit__takes_cases=True)
    return rows.filter(due_at__lt=urged_before(at, calendar.current())).exclude(Exists(urged)).order_by("due_at", "pk")


def _urge(pk: int, at: datetime) -> int:
    case = _take(late(at), pk)
    if case is None:
        return 0
    ordering.urge(case, f"late:{case.step}", f"超过办理期限{elapsed(at - case.due_at)}", at=at)
    return 1


# --- proposing


def _unproposed(trigger: str) -> QuerySet:
    """Open cases without this proposal, dismissed ones included."""
    made = Order.objects.filter(case=OuterRef("pk"), trigger=trigger)
    return Case.objects.open().exclude(Exists(made))


def much_reported(at: datetime) -> QuerySet:
    """Open cases that several people reported, their own reports and those of cases merged into them.

    Nearly every case has one report: two index look-ups pass it over before anybody is counted.
    """
    here = OuterRef("pk")
    joined = Report.objects.standing().filter(case=here, is_first=False)
    merged = Case.objects.filter(merged_into=here, merged_into__isnull=False)
    rows = _unproposed(REPORTS).filter(Exists(joined) | Exists(merged))
    return rows.alias(people=_People(_reports(OuterRef(here)))).filter(people__gte=MANY_REPORTERS).order_by("pk")


class _People(Subquery):
    """How many people stand behind reports: one phone is one person, a report without a phone another one."""

    template = "(SELECT count(DISTINCT coalesce(reported.phone_index::text, reported.id::text)) FROM (%(subquery)s) AS reported)"
    output_field = IntegerField()


def _reports(pk) -> QuerySet:
    """Standing reports of a case and of those merged into it."""
    cases = Case.objects.filter(Q(pk=pk) | Q(merged_into=pk))
    return Report.objects.standing().filter(case__in=cases.values("pk")).values("id", "phone_index")


def reporters(case: Case) -> int:
    """How many people stand behind a case."""
    found = _reports(case.pk).aggregate(
        phones=Count("phone_index", distinct=True), silent=Count("pk", filter=Q(phone_index__isnull=True))
    )
    return found["phones"] + found["silent"]


def _propose_reported(pk: int, at: datetime) -> int:
    case = _take(much_reported(at), pk)
    if case is None:
        return 0
    ordering.propose(case, REPORTS, f"已有{reporters(case)}人反映同一问题", at=at)
    return 1


def reopened_again(at: datetime) -> QuerySet:
    """Open cases that were reopened twice."""
    return _unproposed(REOPENED).filter(reopenings__gte=MANY_REOPENINGS).order_by("pk")


def _propose_reopened(pk: int, at: datetime) -> int:
    case = _take(reopened_again(at), pk)
    if case is None:
        return 0
    ordering.propose(case, REOPENED, f"已重新办理{case.reopenings}次", at=at)
    return 1


# --- following


def over(at: datetime) -> QuerySet:
    """Orders whose ground is gone: the task is settled, the holding is over, the case ended."""
    step = Concat(Value("late:"), Cast(F("case__step"), CharField()))
    task_over = Q(state=State.ISSUED, assignment__state__in=_TASK_OVER)
    holding_over = Q(state=State.ISSUED, kind=Kind.URGE) & (~Q(case__status__in=OPEN) | ~Q(trigger=step))
    proposal_over = Q(state=State.PROPOSED, case__status__in=ENDED)
    return Order.objects.filter(task_over | holding_over | proposal_over).order_by("pk")


def _settle(pk: int, at: datetime) -> int:
    case_id = Order.objects.values_list("case_id", flat=True).get(pk=pk)
    if not Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=case_id).exists():
        return 0
    order = Order.objects.select_for_update(of=("self",)).select_related("assignment").get(pk=pk)
    if not over(at).filter(pk=pk).exists():
        return 0
    task = order.assignment
    if task is not None and task.state == Task.ACCEPTED:
        _accepted_elsewhere(order)
    else:
        order.decision_note = order.decision_note or _why_over(order)
        order.state, order.ended_at = State.ENDED, at
    order.save(update_fields=["state", "ended_at", "decided_at", "decided_by", "decision_note"])
    return 1


def _accepted_elsewhere(order: Order) -> None:
    """The answer was accepted on the task itself: the order says the same, by whom and when."""
    events = Event.objects.filter(case=order.case_id, assignment=order.assignment_id, action=Action.ASSIGN_ACCEPT)
    event = events.order_by("number").last()
    order.state, order.decided_at, order.decided_by = State.ACCEPTED, event.at, event.by
    order.decision_note = event.note[:500]


def _why_over(order: Order) -> str:
    if order.assignment is not None:
        return order.assignment.ended_reason or "任务已解除"
    return "事项已答复或者已转到别处" if order.state == State.ISSUED else "事项已结束"
