"""What a member of staff may do with an errand: whoever holds its case runs it."""

from agency.models import AgencyRequest
from agency.states import Action, actions_at
from cases.roles import roles_of
from cases.states import OPEN, Who


def open_actions(errand: AgencyRequest, user, at=None) -> list[Action]:
    """What this person may do with it right now; `errand.case` is the case as it stands."""
    if errand.case.status not in OPEN or Who.HOLDER not in roles_of(errand.case, user, at):
        return []
    return actions_at(errand.step)
