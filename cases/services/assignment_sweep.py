"""What falls due among assignments: unsigned, nearly due, overdue; each said once, to who owes it and who gave it."""

import logging
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.assignments import Kind
from cases.models import Assignment, Case
from cases.services.acting import Turn, acting
from cases.states import Mark
from common.errors import DomainError

logger = logging.getLogger(__name__)
CHUNK = 500


def sweep_assignments(*, at: datetime | None = None) -> int:
    """Everything due among assignments at `at`; returns how many marks were set. Any number may run at once.

    The case is locked before the assignment, as in every verb; a case somebody else holds is left to the next tick.
    A row that cannot be swept is passed over and raised when all others are done.
    """
    at = at or timezone.now()
    due = Assignment.objects.filter(next_alarm_at__lte=at).order_by("next_alarm_at", "pk")
    count, faults = 0, []
    for pk, case_id in list(due.values_list("pk", "case_id")[:CHUNK]):
        try:
            count += _sweep_one(pk, case_id, at)
        except (DatabaseError, DomainError, LookupError, ValueError) as fault:
            logger.exception("assignment %s could not be swept", pk)
            faults.append(fault)
    if faults:
        raise ExceptionGroup("some assignments could not be swept", faults)
    return count


@transaction.atomic
def _sweep_one(pk: int, case_id: int, at: datetime) -> int:
    """Say the most pressing thing that is due; the next tick finds what is left."""
    case = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=case_id).first()
    if case is None:
        return 0
    row = Assignment.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.next_alarm_at is None or row.next_alarm_at > at:
        return 0
    mark = _due_mark(row, at)
    with acting(case, mark, by=None, at=at) as turn:
        turn.assignment = row
        _mark(row, mark, turn)
    row.save(update_fields=["sign_alarm_at", "warned_at", "late_at"])
    return 1


def _tell_late(row: Assignment, turn: Turn) -> None:
    """A whistle's time is one of arriving: who was not there by then is told once, signed or not."""
    if row.kind == Kind.WHISTLE:
        row.sign_alarm_at = row.sign_alarm_at or turn.at
        turn.tell(row.seat, "约定的到场时间已过，请尽快到场")
        turn.tell(row.giver, f"{row.whose}没有按时到场")
        return
    kind = row.get_kind_display()
    turn.tell(row.seat, f"{kind}任务已超期，请尽快办理并反馈")
    turn.tell(row.giver, f"{row.whose}{kind}任务超期")


def _due_mark(row: Assignment, at: datetime) -> Mark:
    if row.late_at is None and row.due_at <= at:
        return Mark.LATE
    if row.warned_at is None and row.warn_at <= at:
        return Mark.SOON
    return Mark.UNSIGNED


def _mark(row: Assignment, mark: Mark, turn: Turn) -> None:
    """Set the marker; what is over is not warned of afterwards."""
    kind = row.get_kind_display()
    if mark == Mark.LATE:
        row.late_at = turn.at
        row.warned_at = row.warned_at or turn.at
        _tell_late(row, turn)
    elif mark == Mark.SOON:
        row.warned_at = turn.at
        turn.tell(row.seat, f"{kind}任务快到期")
    else:
        row.sign_alarm_at = turn.at
        turn.tell(row.seat, f"{kind}任务签收已超时，请签收")
        turn.tell(row.giver, f"{row.whose}还没有签收{kind}任务")
