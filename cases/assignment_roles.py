"""Who may do what to an assignment: the side that owes it and the side that gave it. Used by pages and API alike."""

from django.core.exceptions import PermissionDenied

from cases.assignments import TABLE, Kind, Side, may_redo, rule_of
from cases.models import Assignment, Case
from cases.roles import roles_by_posting
from cases.states import Action, Who
from grids.permissions import Ability
from grids.scope import postings_of

ACTIONS = (
    Action.ASSIGN_SIGN,
    Action.ASSIGN_ARRIVE,
    Action.ASSIGN_REPORT,
    Action.ASSIGN_RETURN,
    Action.ASSIGN_ACCEPT,
    Action.ASSIGN_REDO,
    Action.ASSIGN_KEEP,
    Action.ASSIGN_END,
)


# The answer to a supervision order is judged on the order's own page, which keeps both in step.
JUDGED_WITH_ITS_ORDER = (Action.ASSIGN_ACCEPT, Action.ASSIGN_REDO)
# Whose each action is, whatever state the assignment is in.
_SIDE = {action: rule.side for (_, action), rule in TABLE.items()}
# By which role somebody hands out, the first that fits.
_GIVES = (Who.HOLDER, Who.OFFICE, Who.COLLECTOR)


def giver_of(case: Case, user) -> str:
    """The seat in whose name the user hands something out on this case; PermissionDenied where there is none."""
    found = roles_by_posting(case, user)
    for role in _GIVES:
        for posting, roles in found:
            if role in roles:
                return f"unit:{posting.unit_id}" if posting.unit_id else f"area:{posting.area_id}"
    raise PermissionDenied


def sides_of(assignment: Assignment, user) -> frozenset[Side]:
    """The sides the user's handling posts sit on; none towards a complaint about the user."""
    if assignment.case.about_id == user.pk:
        return frozenset()
    seats = set()
    for posting in postings_of(user):
        if Ability.HANDLE in posting.post.grants:
            seats |= {f"unit:{posting.unit_id}"} if posting.unit_id else set()
            seats |= {f"area:{posting.area_id}"} if posting.area_id else set()
    sides = {Side.OWES} if assignment.seat in seats else set()
    return frozenset(sides | ({Side.GAVE} if assignment.giver in seats else set()))


def is_theirs(action: Action, assignment: Assignment, user) -> bool:
    """True where the action belongs to a side the user sits on, whether or not it is open now."""
    if assignment.kind == Kind.ORDER and action in JUDGED_WITH_ITS_ORDER:
        return False
    sides = sides_of(assignment, user)
    return _SIDE.get(action) in sides or (action == Action.ASSIGN_ARRIVE and Side.GAVE in sides)


def open_assignment_actions(assignment: Assignment, user) -> list[Action]:
    """What the user may do to it now, in the order of `ACTIONS`. The street may note that a unit it called has come."""
    sides = sides_of(assignment, user)
    found = []
    for action in ACTIONS:
        rule = rule_of(assignment.kind, assignment.state, action)
        if rule is None or (action == Action.ASSIGN_RETURN and assignment.returns):
            continue
        if assignment.kind == Kind.ORDER and action in JUDGED_WITH_ITS_ORDER:
            continue
        if action == Action.ASSIGN_REDO and not may_redo(assignment.kind, assignment.case.status):
            continue
        if rule.side in sides or (action == Action.ASSIGN_ARRIVE and Side.GAVE in sides):
            found.append(action)
    return found
