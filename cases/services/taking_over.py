"""Open cases pass from a person who leaves a post to the one who takes it over; each says so in its own history."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from cases.models import Case, Event
from cases.services.acting import acting
from cases.states import NOT_ENDED, OPEN, Action
from grids.levels import Level, level_of
from grids.models import Posting

_COLUMN = {Level.GRID: "area", Level.COMMUNITY: "community", Level.STREET: "street"}


def held(user: User, posting: Posting) -> QuerySet[Case]:
    """Cases not ended that are the user's to handle at the seat of this posting."""
    return Case.objects.filter(_seat(posting), assignee=user, status__in=NOT_ENDED)


def _seat(posting: Posting) -> Q:
    """Cases whose turn it is at the posting's area or unit; a compound-level post holds none."""
    seat = Q(handling_unit=posting.unit_id) if posting.unit_id else Q(pk__in=[])
    if not posting.area_id:
        return seat
    level = level_of(posting.area_id)
    if level == Level.DISTRICT:
        return seat | Q(level=level, handling_unit=None)
    return seat | Q(level=level, **{_COLUMN[level]: posting.area_id})


def fallen_to(user: User, posting: Posting, *, since: datetime) -> QuerySet[Case]:
    """Of `held`, those that came to the user when a hand-over fell at `since`; own cases stay out."""
    fell = Event.objects.filter(at=since, by=None, action__in=[Action.HAND_OVER, Action.NOTE])
    return held(user, posting).filter(pk__in=fell.values("case"))


@transaction.atomic
def take_over(cases: QuerySet[Case], to: User, *, note: str, at: datetime | None = None, by: User | None) -> int:
    """Make `to` the handler of these cases; deadlines run on. Returns how many passed.

    A case about `to` goes to nobody in particular: the seat sees it, `to` does not. No notice a case: the hand-over
    itself tells once.
    """
    found = list(cases.order_by("pk"))
    for case in found:
        # Where the state table knows no handing over (waiting for the reporter, suspended), a note tells it.
        action = Action.HAND_OVER if case.status in OPEN else Action.NOTE
        with acting(case, action, by=by, at=at) as turn:
            turn.case.assignee = None if turn.case.about_id == to.pk else to
            turn.note = note
    return len(found)
