"""What was said at the door about something under way: progress told, or the residents agree that it is solved."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from cases import roles as case_roles
from cases import services as cases
from cases.models import Case
from cases.states import Action, Outcome
from common.errors import DomainError
from visits.models import Mention, Visit
from visits.states import Told
from wishes import roles as wish_roles
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import Action as WishAction


def mention(
    visit: Visit, *, told: str, case: Case | None = None, wish: Wish | None = None, at: datetime, by: User
) -> Mention | None:
    """Write it down, and let the case or the wish know as far as its table allows it to the visitor now.

    居民认可已解决 confirms a case or a wish that waits for just that; else it is a note for whoever handles it.
    A second mention in one visit changes nothing.
    """
    made, new = Mention.objects.get_or_create(visit=visit, case=case, wish=wish, defaults={"told": told})
    if not new:
        return made
    try:
        with transaction.atomic():
            if case is not None:
                _tell_case(case, told, at, by)
            elif wish is not None:
                _tell_wish(wish, told, at, by)
    except DomainError:
        # It moved on since the visit; what was said stays written down with the visit.
        return made
    return made


def _tell_case(case: Case, told: str, at: datetime, by: User) -> None:
    open_to = case_roles.open_actions(case.live, by)
    if told == Told.SOLVED and Action.CONFIRM in open_to:
        cases.confirm(case, Outcome.SOLVED, at=at, by=by)
    elif Action.NOTE in open_to:
        cases.note(case.live, f"走访时：{Told(told).label}", at=at, by=by)


def _tell_wish(wish: Wish, told: str, at: datetime, by: User) -> None:
    open_to = wish_roles.open_actions(wish, by)
    if told == Told.SOLVED and WishAction.CONFIRM in open_to:
        wishes.confirm(wish, at=at, by=by)
    elif WishAction.NOTE in open_to:
        wishes.note(wish, text=f"走访时：{Told(told).label}", at=at, by=by)
