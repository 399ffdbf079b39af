"""What staff do to a consultation: each action with its form and the verb that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass

from consultations import services as consultations
from consultations.states import Action
from consultations.states import Moment as Taken
from desk.forms_consultations import (
    DecisionForm,
    EndForm,
    HeldForm,
    InviteForm,
    LinkForm,
    MeetingForm,
    NeedForm,
    NothingForm,
    NoticeForm,
    OpineForm,
    ProgressForm,
    PublishForm,
    ReceiveForm,
    SpendForm,
    StepForm,
    TextForm,
    WhyForm,
)


@dataclass(frozen=True)
class Act:
    """An action as pages offer it: its label, its form, and how what was typed reaches the verb."""

    label: str
    form: type[HeldForm]
    perform: Callable
    told: str
    explains: str = ""


def _typed(verb: Callable, *, seen: bool = False) -> Callable:
    """The verb with the fields of the form by name."""

    def perform(held, form, *, seen_count, by):
        more = {"seen": seen_count} if seen else {}
        return verb(held, **form.cleaned_data, **more, by=by)

    return perform


def _wanted(verb: Callable, *, seen: bool = False) -> Callable:
    """The verb with what the form makes of its fields."""

    def perform(held, form, *, seen_count, by):
        more = {"seen": seen_count} if seen else {}
        return verb(held, form.wanted(), **more, by=by)

    return perform


def _progress(held, form, *, seen_count, by):
    given = form.cleaned_data
    taken = given["moment"] or Taken.DURING
    consultations.progress(
        given["step"], given["told"], done=given["done"], moment=taken, photos=given["photos"], by=by
    )


def _opine(held, form, *, seen_count, by):
    consultations.opine(held, form.cleaned_data["satisfied"] == "yes", form.cleaned_data["words"], by=by)


def _receive(held, form, *, seen_count, by):
    consultations.receive(held, consultations.Received(**form.cleaned_data), by=by)


def _link(held, form, *, seen_count, by):
    consultations.link(held, form.cleaned_data["number"], by=by)


ACTS: dict[Action, Act] = {
    Action.INVITE: Act("请人参加", InviteForm, _typed(consultations.invite), "已请，有账号的会收到通知"),
    Action.NOTICE: Act("记通知", NoticeForm, _wanted(consultations.notify_residents), "已记通知"),
    Action.HOLD: Act(
        "记会议", MeetingForm, _wanted(consultations.hold, seen=True), "已记会议", "一户一票，票数不能多于到会户数。"
    ),
    Action.DECIDE: Act("议定", DecisionForm, _typed(consultations.decide, seen=True), "已议定，公示以后居民能看到"),
    Action.PUBLISH: Act("公示", PublishForm, _typed(consultations.publish, seen=True), "已公示，居民现在能看到"),
    Action.PLAN: Act("加执行步骤", StepForm, _typed(consultations.plan_step), "已加一步"),
    Action.START: Act(
        "开始执行", NothingForm, _typed(consultations.start, seen=True), "开始执行", "公示期过了、异议都答复了才能开始。"
    ),
    Action.PROGRESS: Act("登记进展", ProgressForm, _progress, "已登记，居民能看到"),
    Action.REVIEW: Act(
        "开始居民评议", NothingForm, _typed(consultations.open_review, seen=True), "评议链接已经可以用",
        "各步都完成以后，用链接或二维码请居民评议。",
    ),
    Action.OPINE: Act("记评议", OpineForm, _opine, "已记一条评议"),
    Action.END: Act("办结", EndForm, _typed(consultations.end, seen=True), "已办结"),
    Action.NEED: Act("定需要资金", NeedForm, _typed(consultations.need), "已定需要资金"),
    Action.RECEIVE: Act("收到一笔", ReceiveForm, _receive, "已入账"),
    Action.SPEND: Act(
        "支出一笔", SpendForm, _typed(consultations.spend), "已记，等第二人签字", "您是第一个签字的人，另一个人签了才算数。"
    ),
    Action.SHEET: Act(
        "公示收支", NothingForm, _typed(consultations.publish_sheet), "收支已公示，居民现在能看到",
        "公示到现在为止入账的，没有同意的姓名不显示。",
    ),
    Action.OBJECT: Act("记异议", TextForm, _typed(consultations.object_to), "已记异议"),
    Action.LINK: Act("关联事项", LinkForm, _link, "已关联"),
    Action.AGAIN: Act("重新协商", WhyForm, _typed(consultations.again), "已退回重新协商"),
    Action.FAIL: Act("未形成决定", WhyForm, _typed(consultations.fail), "已记未形成决定"),
    Action.DROP: Act("终止", WhyForm, _typed(consultations.drop, seen=True), "已终止"),
}  # fmt: skip
