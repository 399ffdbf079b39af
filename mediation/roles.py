"""In which roles somebody stands to a dispute, hence what is open to them. Used by pages and whatever comes after."""

from accounts.models import User
from grids.permissions import Ability
from grids.scope import scope_of
from mediation.models import Dispute, Mediator
from mediation.models.querysets import headed_communities
from mediation.states import Action, Who, actions_for


def roles_of(dispute: Dispute, user: User) -> frozenset[Who]:
    """MEDIATOR, HEAD of its community, OFFICE of its community; none of them, and nobody's name is shown."""
    roles, community = set(), dispute.case.community
    scope = scope_of(user)
    if any(code[:9] == dispute.case.street for code in scope.areas) and is_mediator(dispute, user):
        roles.add(Who.MEDIATOR)
    if community in headed_communities(user):
        roles.add(Who.HEAD)
    if community in scope_of(user, granting=Ability.TRIAGE).areas:
        roles.add(Who.OFFICE)
    return frozenset(roles)


def is_mediator(dispute: Dispute, user: User) -> bool:
    """True while the user mediates it."""
    return Mediator.objects.filter(dispute=dispute, user=user, ended_at__isnull=True).exists()


def is_insider(roles: frozenset[Who]) -> bool:
    """True for who reads parties and papers; the same rule as `Dispute.objects.open_to`."""
    return bool(roles & {Who.MEDIATOR, Who.HEAD})


def open_actions(dispute: Dispute, roles: frozenset[Who]) -> list[Action]:
    """What may be done right now in these roles."""
    return actions_for(dispute.status, roles)
