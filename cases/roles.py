"""In which roles a person stands to a case, hence which actions are open to them. Used by pages and API alike."""

from cases.models import Approval, CallBack, Case
from cases.services.acting import OFFICE_UNIT
from cases.services.approvals import extension_days
from cases.services.residents import above
from cases.states import ANSWERED, Action, Who, actions_for
from grids.levels import Level, code_at, level_of
from grids.models import Organization, Posting
from grids.permissions import Ability
from grids.scope import postings_of

# Actions that answer a request somebody made; offered with the request, not in the action panel.
DECISIONS = frozenset({Action.EXTEND, Action.SUSPEND, Action.REFUSE, Action.DECLINE})
# Actions residents take on their own page, never staff.
RESIDENTS_OWN = frozenset({Action.WITHDRAW, Action.DISPUTE, Action.ADD, Action.JOIN})
# Steps of an assignment: offered with it, see `cases.assignment_roles`. Handing one out is an act on the case.
OF_ASSIGNMENTS = frozenset(action for action in Action if action.value.startswith("assign_"))
# Taken on pages of their own, never from the action panel of the case.
ELSEWHERE = frozenset(
    {Action.DRAFT, Action.DRAFT_BACK, Action.WHISTLE_END, Action.SUPERVISE, Action.CONVENE, Action.DECIDE, Action.LIST}
    | {Action.WHISTLE, Action.COORDINATE, Action.SEND_DOWN, Action.PUBLISH, Action.TAKE_BACK}
    | {Action.BUNDLE, Action.UNBUNDLE, Action.MEDIATE}
)

# What pages of their own end for cases of these categories: the case is answered with what came out there.
ENDED_ELSEWHERE = frozenset({"dispute", "agency"})
_ENDS = frozenset({Action.RESOLVE, Action.MERGE, Action.CLASSIFY})
OWN_STEPS = "{}有自己的步骤，请打开这件事项，按步骤办结。"

_ABOVE = frozenset({Who.ABOVE})
NOT_OFFERED = DECISIONS | RESIDENTS_OWN | OF_ASSIGNMENTS | ELSEWHERE


def roles_of(case: Case, user, at=None) -> frozenset[Who]:
    """Every role the user's current postings give them towards this case; none towards a complaint about the user."""
    return frozenset(role for _, roles in roles_by_posting(case, user, at) for role in roles)


def roles_by_posting(case: Case, user, at=None) -> list[tuple[Posting, set[Who]]]:
    """Each of the user's postings with the roles it gives towards this case."""
    if case.about_id == user.pk:
        return []
    return [(posting, _roles(case, posting)) for posting in postings_of(user, at)]


def _roles(case: Case, posting: Posting) -> set[Who]:
    grants = set(posting.post.grants)
    if Ability.HANDLE not in grants:
        return set()
    roles = _district_roles(posting, grants)
    if posting.unit_id and posting.unit_id in case.helping_units:
        roles.add(Who.HELPER)
    if _holds(case, posting, grants):
        roles.add(Who.HOLDER)
        roles |= {Who.HEAD} if Ability.APPROVE in grants else set()
        roles |= {Who.TRIAGE} if Ability.TRIAGE in grants else set()
    if _stands_above(case, posting, grants):
        roles.add(Who.ABOVE)
    # A complaint about a colleague is for who holds it and who stands above, not for the colleague's own office.
    covers = bool(posting.area_id) and case.area_id.startswith(posting.area_id) and not case.about_id
    if covers and posting.area_id == code_at(case.area_id, Level.COMMUNITY):
        roles.add(Who.COMMUNITY)
    if covers and level_of(posting.area_id) < case.level:
        roles.add(Who.BELOW)
    return roles


def _district_roles(posting: Posting, grants: set[str]) -> set[Who]:
    roles = set()
    if Ability.COLLECT in grants:
        roles.add(Who.COLLECTOR)
    if Ability.HAND_OUT in grants:
        roles.add(Who.OFFICE)
    return roles


def _holds(case: Case, posting: Posting, grants: set[str]) -> bool:
    if case.handling_unit_id:
        return posting.unit_id == case.handling_unit_id
    if case.level == Level.DISTRICT:
        return Ability.COLLECT in grants
    return bool(posting.area_id) and posting.area_id == code_at(case.area_id, case.level)


def _stands_above(case: Case, posting: Posting, grants: set[str]) -> bool:
    level, unit = above(case)
    if unit is not None:
        return posting.unit_id == unit.pk
    if level == Level.DISTRICT:
        return Ability.COLLECT in grants
    return bool(posting.area_id) and posting.area_id == code_at(case.area_id, level)


def open_actions(case: Case, user) -> list[Action]:
    """What the user may do with the case right now, without decisions on requests and what only residents do."""
    roles = roles_of(case, user)
    found = [action for action in actions_for(case.status, roles) if action not in NOT_OFFERED]
    return [action for action in found if _fits(action, case) and (action != Action.ASSIGN or _assigns(case, roles))]


def _assigns(case: Case, roles: frozenset[Who]) -> bool:
    """Co-handlers are added from the street upward; below the district by who holds the case, not over its head."""
    if case.about_id or case.level < Level.STREET:
        return False
    return case.level == Level.DISTRICT or Who.HOLDER in roles


def _fits(action: Action, case: Case) -> bool:
    """False where the state table allows the pair but the case leaves nothing to do, or another page does it."""
    if ends_elsewhere(case, action):
        return False
    office_holds = bool(case.handling_unit_id) and case.handling_unit.code == OFFICE_UNIT
    in_district = case.level == Level.DISTRICT
    needs = {
        Action.COLLECT: in_district and not case.handling_unit_id,
        Action.HAND_OUT: office_holds,
        Action.ESCALATE: not in_district,
        Action.ROUTE: case.level in (Level.COMMUNITY, Level.STREET) and not case.about_id,
        Action.MERGE: not case.about_id,
        Action.RETURN: _can_return(case),
        Action.ASK_RETURN: bool(case.handling_unit_id) and not office_holds,
        Action.ACCEPT: bool(case.handling_unit_id) and not case.accepted_at,
        Action.REJECT: bool(case.handling_unit_id) and not case.accepted_at,
        Action.EXPLAIN: bool(case.review_by),
        Action.REOPEN: bool(case.review_by) or case.has_ended,
        Action.CONFIRM: not case.review_by and not (case.handling_unit_id and not case.accepted_at),
        Action.ASK_EXTENSION: not case.is_open or extension_days(case) > 0,
    }
    return needs.get(action, True)


def ends_elsewhere(case: Case, action: Action) -> bool:
    """True where steps of their own lead to this: an errand is handed back and signed for, a dispute brought to a result."""
    return action in _ENDS and case.category.code in ENDED_ELSEWHERE


def _can_return(case: Case) -> bool:
    """A grid, or a level something below it sent the case to, once; a unit asks first."""
    if case.handling_unit_id or case.returned_levels & (1 << case.level):
        return False
    if case.level == Level.GRID:
        return True
    return case.level > Level.COMMUNITY and level_of(case.area_id) < case.level and not case.about_id


def may_reveal(case: Case, user) -> bool:
    """True where a posting that handles the case, stands above it or is its community's grants REVEAL; or whose seat
    is to call its reporter.
    """
    handles = {Who.HOLDER, Who.ABOVE, Who.COMMUNITY}
    able = [posting for posting in _own(user) if Ability.REVEAL in posting.post.grants]
    if case.about_id == user.pk or not able:
        return False
    return any(_roles(case, posting) & handles for posting in able) or _calls(case, able)


def _calls(case: Case, postings: list[Posting]) -> bool:
    seats = {f"unit:{p.unit_id}" if p.unit_id else f"area:{p.area_id}" for p in postings}
    return case.status in ANSWERED and CallBack.objects.waiting().filter(case=case, seat__in=seats).exists()


def may_release(case: Case, user) -> bool:
    """True where the user's role lets them put the case into the public ledger, or take it out."""
    return Action.PUBLISH in actions_for(case.status, roles_of(case, user))


def may_bundle(case: Case, user) -> bool:
    """True where the user's role, or a place further up, lets them say that the case is one trouble with others."""
    return not case.about_id and _sorts(case, user, Action.BUNDLE)


def may_unbundle(case: Case, user) -> bool:
    """True where the user's role lets them say that it is not."""
    return _sorts(case, user, Action.UNBUNDLE)


def _sorts(case: Case, user, action: Action) -> bool:
    """A street may sort what its grids hold: that takes nothing out of anybody's hands."""
    if action in actions_for(case.status, roles_of(case, user)):
        return True
    mine = [p.area_id for p in postings_of(user) if p.area_id and Ability.HANDLE in p.post.grants]
    further_up = any(case.area_id.startswith(code) and level_of(code) > case.level for code in mine)
    return further_up and case.about_id != user.pk and action in actions_for(case.status, _ABOVE)


def may_mediate(case: Case, user) -> bool:
    """True where the user's community may take up as a dispute what it or a grid of its own holds."""
    within = case.level <= Level.COMMUNITY and case.category.code not in ENDED_ELSEWHERE
    return within and not case.about_id and Action.MEDIATE in actions_for(case.status, roles_of(case, user))


def may_list_call(case: Case, user) -> bool:
    """True where the user's role lets them ask the reporter about the answer."""
    return Action.FOLLOW_UP in actions_for(case.status, roles_of(case, user))


def knows_reporter(case: Case, user) -> bool:
    """False for who reaches the case through a utility, or as a helper, only: it is given place and trouble, nobody's
    contact, not even masked, as the privacy notice promises.
    """
    return case.about_id != user.pk and any(_roles(case, posting) - {Who.HELPER} for posting in _own(user))


def _own(user) -> list[Posting]:
    """Postings that are not with a utility."""
    return [p for p in postings_of(user) if not (p.unit and p.unit.kind == Organization.Kind.UTILITY)]


def may_decide(approval: Approval, user) -> bool:
    """True where the user may decide this request: the responsible head or the level above, never who asked.

    Whether a unit may give a case back is for 区委办, which handed it out, and not for the unit's own head.
    """
    if approval.asked_by_id == user.pk or approval.decided_at or approval.step != approval.case.step:
        return False
    if approval.case.about_id == user.pk:
        return False
    deciding = {Who.ABOVE} if approval.kind == Approval.Kind.RETURN else {Who.HEAD, Who.ABOVE}
    # The same posting must grant approval and stand at or above the seat: two half rights make none.
    return any(
        Ability.APPROVE in posting.post.grants and _roles(approval.case, posting) & deciding
        for posting in postings_of(user)
    )
