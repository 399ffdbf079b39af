"""The handling clock of a case: stopped while a request waits, started again, capped by the hotline's own deadline."""

from datetime import datetime, timedelta

from cases.ladder import ONE_WORKDAY, WARN_AT
from cases.models import Case, Pause
from workdays import calendar

UNPUBLISHED = "（次年放假安排未公布，暂按周一至周五计算）"


def stop(case: Case, at: datetime, why: str) -> None:
    """Move the deadlines by the most an undecided request may cost; a decision gives back what was not used."""
    current = calendar.current()
    most = current.between(at, current.add(at, ONE_WORKDAY))
    Pause.objects.create(
        case=case,
        step=case.step,
        why=why,
        started_at=at,
        warn_before=case.warn_at,
        due_before=case.due_at,
        climb_before=case.climb_at,
        moved=most,
    )
    case.warn_at, case.due_at, case.climb_at = (
        current.shift(moment, most) for moment in (case.warn_at, case.due_at, case.climb_at)
    )
    cap(case, at)


def start(case: Case, at: datetime) -> None:
    """End the open pause: the deadlines lie later by the working time it really took, one working day at most."""
    pause = Pause.objects.select_for_update().filter(case=case, step=case.step, ended_at__isnull=True).first()
    if pause is None:
        return
    current = calendar.current()
    pause.ended_at, pause.moved = at, min(pause.moved, current.between(pause.started_at, at))
    pause.save(update_fields=["ended_at", "moved"])
    before = (pause.warn_before, pause.due_before, pause.climb_before)
    case.warn_at, case.due_at, case.climb_at = (current.shift(moment, pause.moved) for moment in before)
    cap(case, at)


def close(case: Case, at: datetime) -> None:
    """A case that moves on takes no pause along: whatever still waits has ended."""
    Pause.objects.filter(case=case, ended_at__isnull=True).update(ended_at=at)


def cap(case: Case, at: datetime) -> None:
    """Nothing we add passes the deadline the hotline set, while that still lies ahead."""
    limit = case.external_due_at
    if limit is None or limit <= at or case.due_at <= limit:
        return
    case.due_at = limit
    case.climb_at = min(case.climb_at or limit, limit)
    case.warn_at = min(case.warn_at or limit, limit)


def cap_the_beginning(case: Case, at: datetime) -> None:
    """As `cap`, for a holding that begins: nobody is given longer to sign than to be done."""
    cap(case, at)
    case.sign_by = min(case.sign_by, case.due_at)


def run_until(case: Case, due_at: datetime, *, at: datetime, proposes: bool = False) -> None:
    """Give the step a new end: the warning from the beginning of the step on, the climb at the end or a day later."""
    current = calendar.current()
    case.due_at = due_at
    case.climb_at = current.add(due_at, ONE_WORKDAY) if proposes else due_at
    cap(case, at)
    case.warn_at = current.at_fraction(case.received_at, case.due_at, WARN_AT)


def left(case: Case, at: datetime) -> timedelta:
    """Working time until the deadline; nothing where that is over."""
    return max(calendar.current().between(at, case.due_at), timedelta())


def with_coverage(basis: str, begun: datetime, due_at: datetime) -> str:
    """The rule in words, and that holidays are not published yet where the deadline lies beyond them; 120 characters."""
    said = "" if calendar.current().covers(begun, due_at) or UNPUBLISHED in basis else UNPUBLISHED
    return f"{basis[: 120 - len(said)]}{said}"
