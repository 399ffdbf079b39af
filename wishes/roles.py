"""In which roles a member of staff stands to a wish, hence which actions are open to them and what they may look at."""

from accounts.models import User
from grids.levels import Level, level_of
from grids.permissions import Ability
from grids.scope import scope_of
from wishes.models import Claim, Wish
from wishes.states import Action, Who, actions_for


def roles_of(wish: Wish, user: User, at=None) -> frozenset[Who]:
    """STAFF where a posting that handles covers the wish, REVIEWER where one of a community or above decides on wishes."""
    roles = set()
    if scope_of(user, at, granting=Ability.HANDLE).covers(wish.area_id):
        roles.add(Who.STAFF)
    deciding = scope_of(user, at, granting=Ability.WISHES).areas
    if any(level_of(code) >= Level.COMMUNITY and wish.area_id.startswith(code) for code in deciding):
        roles.add(Who.REVIEWER)
    return frozenset(roles)


def open_actions(wish: Wish, user: User, at=None) -> list[Action]:
    """What this member of staff may do with the wish right now; nobody confirms a wish of the own claim."""
    actions = actions_for(wish.status, roles_of(wish, user, at))
    if Action.CONFIRM in actions and is_claimer(wish, user):
        actions.remove(Action.CONFIRM)
    return actions


def is_claimer(wish: Wish, user: User) -> bool:
    """True for everybody of the wish's live claim."""
    return Claim.objects.live().of(user).filter(wish=wish).exists()


def may_reveal(wish: Wish, user: User, at=None) -> bool:
    """True where a posting that covers the wish lets its holder look at names, doors and phones."""
    return scope_of(user, at, granting=Ability.REVEAL).covers(wish.area_id)
