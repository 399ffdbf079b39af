"""One action on several cases: each by itself, through its own form and verb, so that one that cannot does not hold up the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied

from audit.services import record
from cases.acts import form_for, perform
from cases.models import Bundle, Case
from cases.roles import OWN_STEPS, ends_elsewhere
from cases.states import OPEN, Action, rule_of
from common.errors import DomainError


@dataclass
class Outcome:
    """What became of the cases: numbers that went through, and (number, why) of those that did not."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def act_on(numbers: Iterable[str], action: Action, typed: dict[str, str], *, by) -> Outcome:
    """Carry out `action` on every visible case of `numbers`; `typed` are the fields of the action's form."""
    outcome, asked = Outcome(), list(dict.fromkeys(numbers))
    found = {case.number: case for case in Case.objects.visible_to(by).filter(number__in=asked).for_page()}
    for number in asked:
        case = found.get(number)
        why = _act(case, action, typed, by) if case else "没有找到这件事项。"
        if why:
            outcome.refused.append((number, why))
        else:
            outcome.done.append(number)
    return outcome


def answer_together(bundle: Bundle, action: Action, typed: dict[str, str], *, by) -> Outcome:
    """One answer (公开答复 or 办结) to every open case of a bundle that the person sees, each with its own event and notices.

    Where a level is asked for and a case lies below it, the case is closed at its own level: who has a case of the grid
    cannot close it above the grid.
    """
    members = Case.objects.filter(bundled__bundle=bundle, bundled__removed_at__isnull=True, status__in=OPEN)
    held = members.visible_to(by).order_by("pk").values_list("number", "level")
    outcome = Outcome()
    for number, level in held:
        own = typed | ({"closed_level": min(int(typed["closed_level"]), level)} if "closed_level" in typed else {})
        one = act_on([number], action, own, by=by)
        outcome.done += one.done
        outcome.refused += one.refused
    record("bundle.answer", subject=("bundle", bundle.pk), by=by, action=action.value, done=len(outcome.done))
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
        return f"现在是“{case.get_status_display()}”，不能{action.label}。"
    if ends_elsewhere(case, action):
        return OWN_STEPS.format(case.category.name)
    holder = case.handling_unit.name if case.handling_unit else case.get_level_display()
    return f"现在由{holder}承办，不在您的岗位。"
