"""Every action staff may take, with the form that asks for what it needs and the verb that carries it out.

Pages and API both go through `perform`, so an action has one set of questions and one answer to who may.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cases import forms as ask
from cases import services as cases
from cases.assignment_roles import giver_of
from cases.assignments import Kind
from cases.models import Case
from cases.roles import open_actions
from cases.services import drafting
from cases.services.acting import stale_words
from cases.services.assigning import assign
from cases.states import Action
from common.errors import StalePage


@dataclass(frozen=True)
class Act:
    """An action of staff: its form, what carries it out, and how it is named on the button."""

    form: type[forms.Form]
    run: Callable
    label: str
    explains: str = ""
    done: str = ""

    @property
    def told(self) -> str:
        """What the person reads once it is done."""
        return self.done or f"{self.label}已完成"


def _with(verb: Callable, *positional: str) -> Callable:
    """Call a verb with some cleaned fields by position and the rest by name."""

    def run(case: Case, cleaned: dict, **more) -> None:
        named = {name: value for name, value in cleaned.items() if name not in positional}
        verb(case, *(cleaned[name] for name in positional), **named, **more)

    return run


def _unseen(run: Callable) -> Callable:
    """For verbs that harm nothing on a stale page: the page version is not checked."""

    def call(case: Case, cleaned: dict, *, seen=None, **more) -> None:
        run(case, cleaned, **more)

    return call


def _assign(case: Case, cleaned: dict, *, by, at=None) -> None:
    """加派协办 in the name of the seat by which the person acts; who gave it decides when the unit asks to return it."""
    unit, what = cleaned["unit"], cleaned["what"]
    giver = giver_of(case, by)
    assign(case, what, kind=Kind.CO_HANDLE, giver=giver, unit=unit, due_at=cleaned.get("due_at"), at=at, by=by)


# What harms nothing on a page that is no longer true.
HARMLESS = frozenset({Action.NOTE, Action.TITLE, Action.FOLLOW_UP})

ACTS: dict[Action, Act] = {
    Action.SIGN: Act(ask.NothingForm, _with(cases.sign), "签收", done="已签收"),
    Action.NOTE: Act(ask.NoteForm, _unseen(_with(cases.note, "text")), "只记进展", "只有工作人员看得到", "已记下"),
    Action.REPLY: Act(ask.ReplyForm, _with(cases.reply, "public_text"), "公开答复", "居民可见"),
    Action.HAND_OVER: Act(ask.HandOverForm, _with(cases.hand_over, "to"), "转交同事", "期限不变"),
    Action.ROUTE: Act(ask.RouteForm, _with(cases.route, "area"), "分派", "下级按本级时限办理，每级只能分派一次"),
    Action.ASK_RETURN: Act(
        ask.ReturnForm,
        _with(cases.ask_return, "reason"),
        "申请退回",
        "由区委办决定，每个单位只能退回一次，未批期间最多停表1个工作日",
        "已申请退回，等待区委办决定",
    ),
    Action.ASSIGN: Act(
        ask.AssignForm, _unseen(_assign), "加派协办", "协办单位自己签收、按期限反馈", "已加派，等协办单位签收"
    ),
    Action.RETURN: Act(ask.ReasonForm, _with(cases.send_back, "reason"), "退回", "期限不重新计算，每级只能退回一次"),
    Action.ESCALATE: Act(ask.ReasonForm, _with(cases.escalate, "reason"), "上报", "此前的过程和附件一并带上", "已上报"),
    Action.ASK_EXTENSION: Act(
        ask.ExtensionForm,
        _with(cases.ask_extension, "days", "reason"),
        "申请延期",
        "未批期间最多停表1个工作日",
        "已申请延期，等待审批",
    ),
    Action.ASK_SUSPENSION: Act(
        ask.SuspensionForm,
        _with(cases.ask_suspension, "reason_class", "review_date", "reason"),
        "申请挂账",
        "批准后停止计时，到复核日恢复办理",
        "已申请挂账，等待审批",
    ),
    Action.ASK_REFUSAL: Act(
        ask.RefusalForm,
        _with(cases.ask_refusal, "reason"),
        "申请不予受理",
        "理由会给居民看",
        "已申请不予受理，等待审批",
    ),
    Action.RESUME: Act(ask.WordsForm, _with(cases.resume, "note"), "恢复办理"),
    Action.MERGE: Act(ask.MergeForm, _with(cases.merge, "into"), "并案", "反映人随并入的事项继续跟进和评价"),
    Action.COLLECT: Act(ask.WordsForm, _with(cases.collect, "note"), "研判通过并转区委办"),
    Action.HAND_OUT: Act(ask.HandOutForm, _with(cases.hand_out, "unit", "instruction"), "交办"),
    Action.RESOLVE: Act(
        ask.ResolveForm,
        _with(drafting.answer, "closed_level", "public_text"),
        "办结并通知居民",
        "请居民确认是否解决",
        "已办结，请居民确认",
    ),
    Action.ACCEPT: Act(ask.WordsForm, _with(cases.accept, "note"), "验收通过", done="已验收"),
    Action.REJECT: Act(ask.ReasonForm, _with(cases.reject, "reason"), "验收不通过", "退回承办单位继续办理，重新计时"),
    Action.CONFIRM: Act(
        ask.ConfirmForm, _with(cases.confirm, "outcome", "satisfaction"), "代居民确认", "居民当面或在电话里说的"
    ),
    Action.EXPLAIN: Act(ask.ReplyTextForm, _with(cases.explain, "public_text"), "复核说明", "居民可见"),
    Action.REOPEN: Act(ask.ReasonForm, _with(cases.reopen, "reason"), "重新办理", "由本级办理，重新计时", "已重新办理"),
    Action.FOLLOW_UP: Act(ask.FollowUpForm, _unseen(_with(cases.follow_up, "note")), "记录回访"),
    Action.CLASSIFY: Act(ask.ClassifyForm, _with(cases.classify), "调整分类", "从下一级起按新分类计时"),
    Action.TITLE: Act(
        ask.TitleForm, _unseen(_with(cases.set_title, "title")), "公开标题", "居民可见，不写姓名、电话和门牌号"
    ),
}


_DRAFT = replace(
    ACTS[Action.RESOLVE],
    form=ask.DraftForm,
    label="拟稿报审",
    explains="审批人同意后发给居民，期限照常计算",
    done="已报审批，同意后发给居民",
)


def act_for(case: Case, action: Action, user) -> Act:
    """The action as this person takes it: whose answers somebody has to let out drafts them."""
    if action == Action.RESOLVE and drafting.must_be_approved(case.handling_unit, user, about_id=case.about_id):
        return _DRAFT
    return ACTS[action]


def form_for(case: Case, action: Action, user, data=None, files=None) -> forms.Form:
    """The form of an action for this case and person, bound when `data` is given."""
    return act_for(case, action, user).form(data, files, case=case, user=user, prefix=str(action))


def perform(case: Case, action: Action, form: forms.Form, *, seen: int | None, by) -> None:
    """Carry out an action whose form is valid. PermissionDenied where the person may not; DomainError as the verb says."""
    if action not in ACTS:
        raise PermissionDenied
    with transaction.atomic():
        # Judged on the locked row: between the page and this click the case may have climbed away.
        locked = Case.objects.select_for_update(of=("self",)).for_page().get(pk=case.pk)
        if seen is not None and seen != locked.event_count and action not in HARMLESS:
            raise StalePage(stale_words(locked))
        if action not in open_actions(locked, by):
            raise PermissionDenied
        ACTS[action].run(case, form.cleaned_data, seen=seen, by=by)
