"""What a case keeps count of for the figures: signing, and the working time each level needed. Called by the verbs."""

from datetime import datetime

from django.db.models import Max

from cases.journey import Stage, journey
from cases.models import Case, Event
from cases.states import Action, Alarm

_COLUMNS = {
    Stage.GRID: "minutes_grid",
    Stage.COMMUNITY: "minutes_community",
    Stage.STREET: "minutes_street",
    Stage.DISTRICT: "minutes_district",
    Stage.UNIT: "minutes_district",
}


def signed(case: Case, at: datetime) -> None:
    """The holder signs, or acts and thereby signs: passing a case on is an act too. Counted once a holding."""
    if case.signed_at is not None:
        return
    case.signed_at = at
    case.signs += 1
    case.late_signs += case.sign_by is not None and at > case.sign_by
    case.first_signed_at = case.first_signed_at or at


def answered(case: Case) -> None:
    """The answer is given: whether within the time of who gave it, and of everybody it was with before.

    Whoever was late is not the one who answers: the case climbed away. So a climb since the case was last opened makes
    the answer a late one, however quick the level above is.
    """
    events = Event.objects.filter(case=case)
    opened = events.filter(action__in=[Action.REOPEN, Alarm.REVIEW]).aggregate(last=Max("number"))["last"] or 0
    climbed = events.filter(alarm=Alarm.CLIMB, number__gt=opened).exists()
    case.answered_in_time = case.resolved_at is not None and case.resolved_at <= case.due_at and not climbed


def unanswered(case: Case) -> None:
    """The answer no longer stands: the case is at work again, or goes to somebody else."""
    case.answered_in_time = None
    case.minutes_total = None
    for column in set(_COLUMNS.values()):
        setattr(case, column, None)


def closed(case: Case, at: datetime) -> None:
    """Working minutes each level held the case, and their sum; waiting for the resident costs nobody time."""
    used = dict.fromkeys(set(_COLUMNS.values()), 0)
    seen = set()
    for stage, held in journey(Event.objects.filter(case=case).select_related("unit"), at=at).items():
        used[_COLUMNS[stage]] += round(held.worked.total_seconds() / 60)
        seen.add(_COLUMNS[stage])
    for column, minutes in used.items():
        setattr(case, column, minutes if column in seen else None)
    case.minutes_total = sum(used.values())
