"""Who may whistle, write down a visit, and let a draft out. Used by pages; `cases.roles` says the roles."""

from cases.models import Case, Draft, Whistle
from cases.roles import roles_of
from cases.services.acting import seat_of
from cases.services.drafting import approves_at
from cases.services.residents import seat_above
from cases.states import Action, Who, rule_of
from grids.levels import Level
from grids.permissions import Ability
from grids.scope import postings_of


def _sits_at(seat: str, user) -> bool:
    """True where a handling post of the user's sits at this seat."""
    own = [posting for posting in postings_of(user) if Ability.HANDLE in posting.post.grants]
    return any(seat in (f"area:{p.area_id}", f"unit:{p.unit_id}") for p in own)


def may_whistle(case: Case, user) -> bool:
    """Any handling post of the street that holds the case; never from a complaint about a colleague."""
    if case.level != Level.STREET or case.handling_unit_id or case.about_id:
        return False
    rule = rule_of(case.status, Action.WHISTLE)
    return rule is not None and bool(rule.who & roles_of(case, user))


def may_end(whistle: Whistle, user) -> bool:
    """The street that whistled, while it is under way; wherever the case has gone since."""
    if not whistle.is_under_way or whistle.case.about_id == user.pk:
        return False
    return rule_of(whistle.case.status, Action.WHISTLE_END) is not None and _sits_at(whistle.seat, user)


def coordinating_seat(case: Case, user, whistle: Whistle | None = None) -> str:
    """The seat for which the user may write down a visit and hand out its steps; "" where the user may not.

    The holder, who stands above, 区委办, and the street that whistled.
    """
    rule, roles = rule_of(case.status, Action.COORDINATE), roles_of(case, user)
    if rule is None or not roles:
        return ""
    if whistle and _sits_at(whistle.seat, user):
        return whistle.seat
    if Who.HOLDER in roles:
        return seat_of(case)
    if Who.ABOVE in roles:
        return seat_above(case)
    return _office_seat(user) if Who.OFFICE in roles else ""


def _office_seat(user) -> str:
    posted = (p for p in postings_of(user) if Ability.HAND_OUT in p.post.grants)
    return next((f"unit:{p.unit_id}" for p in posted if p.unit_id), "")


def writes_at(draft: Draft, user) -> bool:
    """Whether the user works at the unit the draft is of: nobody else reads it before it is let out."""
    if draft.case.about_id == user.pk or draft.unit is None:
        return False
    return _sits_at(f"unit:{draft.unit.pk}", user)


def may_release(draft: Draft, user) -> bool:
    """Somebody of the unit with the right to approve, never who wrote it, while it waits."""
    if not draft.is_waiting or draft.drafted_by_id == user.pk or draft.case.about_id == user.pk:
        return False
    return draft.unit is not None and approves_at(draft.unit.pk, user)
