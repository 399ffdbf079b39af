"""One action on many ticked cases: each by itself, so that one that cannot does not hold up the others."""

from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied

from cases.acts import form_for, perform
from cases.models import Case
from cases.states import Action, rule_of
from common.errors import DomainError

# What may be done to many at once, with the word for it.
BULK = {Action.SIGN: "签收", Action.HAND_OVER: "转交"}
MOST = 100


@dataclass
class Outcome:
    """What became of the ticked cases: numbers that went through, and (number, why) of those that did not."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def act_on(numbers: list[str], action: Action, typed: dict[str, str], *, by) -> Outcome:
    """Carry out `action` on every visible case of `numbers`; `typed` are the fields of the action's form."""
    outcome = Outcome()
    found = {case.number: case for case in Case.objects.visible_to(by).filter(number__in=numbers).for_page()}
    for number in dict.fromkeys(numbers):
        case = found.get(number)
        why = _act(case, action, typed, by) if case else "没有找到这件事项。"
        if why:
            outcome.refused.append((number, why))
        else:
            outcome.done.append(number)
    return outcome


def _act(case: Case, action: Action, typed: dict[str, str], by) -> str:
    """Do it; why not, where it could not be done."""
    form = form_for(case, action, by, {f"{action}-{name}": value for name, value in typed.items()})
    if not form.is_valid():
        return "；".join(str(error) for errors in form.errors.values() for error in errors)
    try:
        perform(case, action, form, seen=None, by=by)
    except DomainError as refusal:
        return refusal.message
    except PermissionDenied:
        return _why_not(case, action)
    return ""


def _why_not(case: Case, action: Action) -> str:
    if rule_of(case.status, action) is None:
        return f"现在是“{case.get_status_display()}”，不能{BULK[action]}。"
    holder = case.handling_unit.name if case.handling_unit else case.get_level_display()
    return f"现在由{holder}承办，不在您的岗位。"
