"""What staff are asked about a wish: one form for each action, with the verb that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms

from cases.forms import StyledForm, Words
from cases.models import Case, Category
from cases.states import OPEN
from common.receipts import clean_receipt
from desk.forms import GroupedSelect, category_groups
from desk.forms_posts import Line
from wishes import services as wishes
from wishes import wording
from wishes.models import Pace, Wish
from wishes.states import Action

MAX_REASON = 200
MAX_THANKS = 100


class WishForm(StyledForm):
    """Base of the action forms: knows the wish and the person."""

    def __init__(self, data=None, files=None, *, wish: Wish, user, prefix: str | None = None):
        self.wish, self.user = wish, user
        super().__init__(data, files, prefix=prefix)


class NothingForm(WishForm):
    """An action that asks nothing."""


class PublicWordsForm(WishForm):
    """What the wall shows: in other words than the wisher's, naming nobody."""

    title = Line(label="公开标题", max_length=30, help_text="居民可见，30个字以内，如：想要一副老花镜。")
    public_text = Words(
        "公开说明", rows=3, limit=200, help_text="不写姓名、电话、楼号门牌，孩子的心愿不写学校和班级；不收现金。"
    )
    price = forms.IntegerField(label="约需多少元", required=False, min_value=1, max_value=100_000)
    effort = Line(label="约需时间人手", required=False, max_length=20, help_text="如：约1小时、2至3人。")
    care_label = Line(
        label="公开标签", required=False, max_length=20, help_text="如：独居老人。写了标签，心愿墙上只显示到街道。"
    )
    joint = forms.BooleanField(label="可以几个人一起认领", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("title", "public_text", "price", "effort", "care_label", "joint"):
            self.initial.setdefault(name, getattr(self.wish, name))
        self.fields["price"].help_text = f"参考：不超过{Pace.current().price_guide}元。"
        if self.wish.is_childs:
            del self.fields["care_label"]

    def clean(self) -> dict:
        """What may not stand on the wall is said beside the field it stands in."""
        cleaned = super().clean()
        typed = (cleaned.get("title", ""), cleaned.get("public_text", ""), cleaned.get("care_label", ""))
        for name, fault in wording.faults(self.wish, *typed).items():
            if not self.has_error(name):
                self.add_error(name, f"{fault}。")
        return cleaned

    @property
    def words_of_the_wisher(self) -> str:
        """What the public wording is made from; shown above the form."""
        return self.wish.text

    @property
    def words(self) -> wishes.PublicWords:
        """What was typed, for the verbs."""
        return wishes.PublicWords(**self.cleaned_data)


class ReasonForm(WishForm):
    """A reason the wisher reads."""

    reason = Words("理由", rows=2, limit=MAX_REASON, help_text="心愿人能看到，写明缺什么或者为什么。")


class RevokeForm(WishForm):
    """A reason the claimer reads."""

    reason = Words("撤销理由", rows=2, limit=MAX_REASON, help_text="认领人能看到。心愿放回心愿墙。")


class CancelForm(WishForm):
    """Why the wisher no longer wants it."""

    reason = Words("原因", rows=2, limit=MAX_REASON, required=False, help_text="按心愿人说的写。")


class ConfirmForm(WishForm):
    """What the wisher said when it had come true."""

    thanks = Line(label="心愿人感谢的话", required=False, max_length=MAX_THANKS, help_text="认领人能看到。")
    thanks_public = forms.BooleanField(label="心愿人同意在心愿墙上公开这句话", required=False)


class ThankForm(ConfirmForm):
    """Words for the claimer, told to staff."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["thanks"].required = True


class TextForm(WishForm):
    """A text among staff, or what the wisher adds."""

    text = Words("情况", rows=2, limit=500)


class NotYetForm(TextForm):
    """What is still missing."""

    text = Words("还差什么", rows=2, limit=500, required=False, help_text="认领人继续办，重新看得到联系方式。")


class CompleteForm(TextForm):
    """What the wisher was asked for."""

    text = Words("补充内容", rows=2, limit=500, help_text="接在原话后面，原话不改。")


class FollowUpForm(TextForm):
    """How it was."""

    text = Words("回访情况", rows=2, limit=500)


class NoteForm(TextForm):
    """A note among staff."""

    text = Words("备注", rows=2, limit=500, help_text="只有工作人员看得到。")


class ToCaseForm(WishForm):
    """A category for a new case, or the number of one under way."""

    category = GroupedSelect(
        label="立为新事项，类别", queryset=Category.objects.none(), required=False, empty_label="请选择类别"
    )
    case = forms.CharField(
        label="或者并入在办事项，受理编号", max_length=30, required=False, help_text="两样填一样。心愿人转为反映人。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].group(*category_groups())

    def clean_case(self) -> Case | None:
        """An open case the person may see, or none."""
        typed = self.cleaned_data["case"].strip()
        if not typed:
            return None
        found = Case.objects.visible_to(self.user).filter(number=clean_receipt(typed), status__in=OPEN).first()
        if found is None:
            raise forms.ValidationError("没有找到这个编号的在办事项，请核对。")
        return found

    def clean(self) -> dict:
        """One of the two."""
        cleaned = super().clean()
        if not self.errors and bool(cleaned.get("category")) == bool(cleaned.get("case")):
            self.add_error("category", "请选择类别，或者填写要并入的受理编号，两样填一样。")
        return cleaned


@dataclass(frozen=True)
class Act:
    """An action of staff: its form, what carries it out, how it is named on the button and told afterwards."""

    form: type[WishForm]
    run: Callable
    label: str
    explains: str = ""
    done: str = ""

    @property
    def told(self) -> str:
        """What the person reads once it is done."""
        return self.done or f"{self.label}已完成"


def _named(verb: Callable) -> Callable:
    """Call a verb with the cleaned fields by name."""
    return lambda wish, form, **more: verb(wish, **form.cleaned_data, **more)


def _worded(verb: Callable) -> Callable:
    """Call a verb with the public words."""
    return lambda wish, form, **more: verb(wish, form.words, **more)


def _note(wish: Wish, form: WishForm, *, seen=None, by) -> None:
    wishes.note(wish, text=form.cleaned_data["text"], by=by)


def _thank(wish: Wish, form: WishForm, *, seen=None, by) -> None:
    wishes.thank(wish, **form.cleaned_data, by=by)


ACTS: dict[Action, Act] = {
    Action.PUBLISH: Act(
        PublicWordsForm, _worded(wishes.publish), "审核通过并上墙", "上墙的是下面的文字，不是原话", "已上墙，等人认领"
    ),
    Action.RETURN: Act(ReasonForm, _named(wishes.send_back), "退回补充", "请心愿人补充，不用重新提", "已退回补充"),
    Action.COMPLETE: Act(CompleteForm, _named(wishes.complete), "代心愿人补充", "补充后重新审核", "已补充，待审核"),
    Action.REFUSE: Act(ReasonForm, _named(wishes.refuse), "不予采纳", done="已记为不予采纳"),
    Action.TO_CASE: Act(
        ToCaseForm, _named(wishes.become_case), "转为事项", "漏水、路灯一类要有人负责解决的，按事项办", "已转为事项"
    ),
    Action.REWORD: Act(
        PublicWordsForm, _worded(wishes.reword), "修改公开文字", "有人认领以后不能再改", "已修改公开文字"
    ),
    Action.TAKE_DOWN: Act(ReasonForm, _named(wishes.take_down), "下架", "暂时不在心愿墙上显示", "已下架"),
    Action.PUT_BACK: Act(NothingForm, _named(wishes.put_back), "重新上墙", done="已重新上墙"),
    Action.NOT_YET: Act(NotYetForm, _named(wishes.not_yet), "还没实现", done="已请认领人继续办"),
    Action.CONFIRM: Act(ConfirmForm, _named(wishes.confirm), "确认实现", "心愿人当面或者在电话里说的", "已确认实现"),
    Action.RELEASE: Act(RevokeForm, _named(wishes.revoke), "撤销认领", done="已撤销认领，心愿放回心愿墙"),
    Action.FOLLOW_UP: Act(FollowUpForm, _named(wishes.follow_up), "记录回访", done="已记录回访"),
    Action.THANK: Act(ThankForm, _thank, "转达感谢", done="已记下感谢的话"),
    Action.CANCEL: Act(CancelForm, _named(wishes.cancel), "代心愿人取消", "有人认领的，会告诉认领人", "已取消"),
    Action.NOTE: Act(NoteForm, _note, "记备注", done="已记下"),
}


def form_for(wish: Wish, action: Action, user, data=None) -> WishForm:
    """The form of an action for this wish and person, bound when `data` is given."""
    return ACTS[action].form(data, wish=wish, user=user, prefix=str(action))


def perform(wish: Wish, action: Action, form: WishForm, *, seen: int | None, by) -> None:
    """Carry out an action whose form is valid and which is open to the person. DomainError as the verb says."""
    ACTS[action].run(wish, form, seen=seen, by=by)
