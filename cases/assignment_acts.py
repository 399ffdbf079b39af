"""Every action on an assignment, with the form that asks for what it needs and the verb that carries it out.

Pages and API both go through `perform`; a state that changed meanwhile is answered by the verb, in words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cases import forms_assignments as ask
from cases.assignment_roles import is_theirs
from cases.assignments import State
from cases.models import Assignment, Case, Draft
from cases.services import assigning, drafting
from cases.states import Action


@dataclass(frozen=True)
class Act:
    """An action on an assignment: its form, what carries it out, and how it is named on the button."""

    form: type[forms.Form]
    run: Callable
    label: str
    explains: str = ""
    done: str = ""


ACTS: dict[Action, Act] = {
    Action.ASSIGN_SIGN: Act(ask.AssignmentForm, assigning.sign, "签收", done="已签收"),
    Action.ASSIGN_ARRIVE: Act(ask.RemarkForm, assigning.arrive, "到场", "单位的人已经到现场", "已记下到场"),
    Action.ASSIGN_REPORT: Act(
        ask.ReportForm, drafting.report, "反馈", "只有工作人员看得到，主办单位据此答复居民", "已反馈"
    ),
    Action.ASSIGN_RETURN: Act(
        ask.AskReturnForm,
        assigning.ask_return,
        "申请退回",
        "只能申请一次，期限照常计算",
        "已申请退回，等待决定",
    ),
    Action.ASSIGN_ACCEPT: Act(ask.RemarkForm, assigning.accept, "认可反馈", done="已认可反馈"),
    Action.ASSIGN_REDO: Act(ask.RedoForm, assigning.redo, "要求重新反馈", "单位重新计时", "已要求重新反馈"),
    Action.ASSIGN_KEEP: Act(
        ask.KeepForm, assigning.keep, "不同意退回", "单位继续办理，期限不变", "没有同意退回，单位继续办理"
    ),
    Action.ASSIGN_END: Act(ask.EndForm, assigning.end, "解除任务", "单位不用再办，仍可查看事项", "已解除任务"),
}
_AGREES = Act(ask.EndForm, assigning.end, "同意退回", "单位不用再办，仍可查看事项", "已同意退回")


def act_of(assignment: Assignment, action: Action) -> Act:
    """The act as it is named for this assignment: who releases a unit that asked for it agrees to the return."""
    if action == Action.ASSIGN_END and assignment.state == State.RETURN_ASKED:
        return _AGREES
    return ACTS[action]


def form_for(assignment: Assignment, action: Action, user, data=None, files=None) -> forms.Form:
    """The form of an action for this assignment and person, bound when `data` is given."""
    return act_of(assignment, action).form(data, files, assignment=assignment, user=user, prefix=str(action))


def perform(assignment: Assignment, action: Action, form: forms.Form, *, by) -> Draft | None:
    """Carry out an action whose form is valid; a report that somebody has to let out first comes back as its draft.

    PermissionDenied where it is the other side's; DomainError as the verb says.
    """
    with transaction.atomic():
        # The case first, as in every verb: what the sides are is judged on rows nobody else is changing.
        Case.objects.select_for_update(of=("self",)).get(pk=assignment.case_id)
        current = Assignment.objects.select_related("case").get(pk=assignment.pk)
        if action not in ACTS or not is_theirs(action, current, by):
            raise PermissionDenied
        return ACTS[action].run(assignment, **form.cleaned_data, by=by)
