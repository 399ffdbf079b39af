"""What 区委办 is asked about supervision orders: one form for each action, with the verb that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils import timezone

from cases.forms import StyledForm, Words
from cases.models import Case
from desk.forms_posts import Line
from supervision.models import Order
from supervision.rules import Kind, State
from supervision.services import ordering
from workdays import calendar
from workdays.calendar import Span

MAX_WHY, MAX_DEMAND, MAX_NOTE = 200, 500, 500
USUAL_DAYS = Span(3, "workday")


def usual_answer_by(at=None):
    """Until when an answer is usually demanded: three working days on."""
    due = calendar.current().add(at or timezone.now(), USUAL_DAYS)
    return timezone.localtime(due).replace(second=0, microsecond=0)


class Until(forms.DateTimeField):
    """A moment picked from the browser's calendar."""

    def __init__(self, label: str, **more):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(label=label, widget=widget, error_messages={"invalid": "请填写日期和时间。"}, **more)

    def clean(self, value):
        """The moment; refused where it is over."""
        moment = super().clean(value)
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(f"{self.label}要晚于现在。")
        return moment


class OrderForm(StyledForm):
    """Base of the action forms: knows the order."""

    def __init__(self, data=None, *, order: Order | None = None, **more):
        self.order = order
        super().__init__(data, **more)


class IssueForm(OrderForm):
    """What the paper says. `kind` is what the page offered; the verb refuses it when another kind is next by then."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    why = Line(label="督办原因", max_length=MAX_WHY, help_text="写事情，不写居民姓名和电话。")
    demand = Words("要求", rows=4, limit=MAX_DEMAND, help_text="要办到什么、答复写明什么，印在督办单上。")
    answer_by = Until("答复期限")
    document_number = Line(label="文号", max_length=40, required=False, help_text="由人填写，如 魏办督〔2026〕5号。")

    def __init__(self, *args, kind: Kind | None = None, **more):
        super().__init__(*args, **more)
        self.initial.setdefault("kind", kind)
        self.initial.setdefault("answer_by", usual_answer_by())
        if self.order is not None:
            self.initial.setdefault("why", self.order.why)


class DismissForm(OrderForm):
    """Why nothing is ordered."""

    reason = Words("理由", rows=2, limit=MAX_NOTE, help_text="只有区委办和区委组织部看得到。")


class AcceptForm(OrderForm):
    """The answer does."""

    note = Words("意见", rows=2, required=False, limit=MAX_NOTE)


class RefuseForm(OrderForm):
    """The answer does not do: what is missing, and until when to answer again."""

    reason = Words("哪里没有办到", rows=3, limit=MAX_NOTE, help_text="承办单位看得到。")
    answer_by = Until("重新答复期限")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.initial.setdefault("answer_by", usual_answer_by())


@dataclass(frozen=True)
class Act:
    """An action on an order: its form, its verb, its words, and whether the order still waits for it."""

    form: type[OrderForm]
    run: Callable
    label: str
    explains: str
    told: str
    waits: Callable[[Order], bool]


def _proposed(order: Order) -> bool:
    return order.state == State.PROPOSED


def _answered(order: Order) -> bool:
    return Order.objects.answered().filter(pk=order.pk).exists()


def _issue(order: Order, cleaned: dict, by) -> None:
    cleaned.pop("kind")
    ordering.issue_proposed(order, **cleaned, by=by)


ACTS = {
    "issue": Act(IssueForm, _issue, "发督办单", "发给现在承办的单位或街道。", "督办单已发出", _proposed),
    "dismiss": Act(
        DismissForm,
        lambda order, cleaned, by: ordering.dismiss(order, cleaned["reason"], by=by),
        "不督办",
        "系统不会再为同一原因提建议。",
        "已记为不督办",
        _proposed,
    ),
    "accept": Act(
        AcceptForm,
        lambda order, cleaned, by: ordering.accept_answer(order, cleaned["note"], by=by),
        "认可答复",
        "这份督办到此结束，事项继续办理。",
        "已认可答复",
        _answered,
    ),
    "refuse": Act(
        RefuseForm,
        lambda order, cleaned, by: ordering.refuse_answer(order, **cleaned, by=by),
        "不认可答复",
        "承办单位按新的期限重新答复，也可以接着发下一份督办单。",
        "已要求重新答复",
        _answered,
    ),
}


def issue(case: Case, cleaned: dict, by) -> Order:
    """Send the order that an `IssueForm` describes."""
    return ordering.issue(case, Kind(cleaned.pop("kind")), **cleaned, by=by)
