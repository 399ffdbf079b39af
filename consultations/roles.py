"""In which roles a person stands to a consultation, hence which actions are open. Used by pages."""

from consultations.models import Attendee, Consultation, Line
from consultations.states import Action, rule_of
from grids.levels import Level, code_at
from grids.permissions import Ability
from grids.scope import scope_of

# Offered beside what they are about, never as buttons of the panel.
ELSEWHERE = frozenset(
    {
        Action.OPEN,
        Action.GATHER,
        Action.CONVENE,
        Action.SIGN,
        Action.REFUSE,
        Action.REVERSE,
        Action.CONSENT,
        Action.ANSWER,
    }
)


def runs(consultation: Consultation, user) -> bool:
    """True for who works in its grid or community; streets and the district look on."""
    return leads(consultation, user) or _of_the_grid(consultation, user)


def _of_the_grid(consultation: Consultation, user) -> bool:
    grids = scope_of(user, granting=Ability.HANDLE).at(Level.GRID)
    return any(consultation.area_id in (code, code_at(code, Level.COMMUNITY)) for code in grids)


def leads(consultation: Consultation, user) -> bool:
    """True for the community: it decides what goes before the residents."""
    return consultation.area_id[:12] in scope_of(user, granting=Ability.HANDLE).at(Level.COMMUNITY)


def may(consultation: Consultation, action: str, user) -> bool:
    """Whether the state and the person's role open this action."""
    rule = rule_of(consultation.status, action)
    return bool(rule) and (leads(consultation, user) if rule.leads else runs(consultation, user))


def open_actions(consultation: Consultation, user) -> list[Action]:
    """What the person may do now, in the order of the table of actions."""
    led = leads(consultation, user)
    ran = led or _of_the_grid(consultation, user)
    rules = {action: rule_of(consultation.status, action) for action in Action if action not in ELSEWHERE}
    return [action for action, rule in rules.items() if rule and (led if rule.leads else ran)]


def may_sign(consultation: Consultation, line: Line, user) -> bool:
    """True for another person than who wrote the line down: of grid or community, or asked to watch over the money."""
    if not line.is_pending or line.first_by_id == user.pk or not rule_of(consultation.status, Action.SIGN):
        return False
    return runs(consultation, user) or watches(consultation, user)


def watches(consultation: Consultation, user) -> bool:
    """True for an attendee who was asked to sign for the money."""
    return Attendee.objects.filter(consultation=consultation, user=user, signs=True).exists()
