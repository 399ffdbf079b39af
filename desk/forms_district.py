"""What 区委组织部 decides about one case, and what 区委办 hands out; one row of a batch is one form."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from cases.forms import MAX_REASON, CaseForm, StyledForm, Words
from cases.models import Approval, Case
from cases.services.acting import times_for
from cases.services.moving import MAX_TASK
from grids.levels import Level
from grids.models import Organization
from supervision.models import Ledger, LedgerItem, Review
from supervision.services import reviewing
from supervision.services.handing import Row
from supervision.services.reviewing import Decision, Opinion

# What each decision is called on its button.
SHORT = {
    Decision.ACCEPT: "通过",
    Decision.MEETING: "联席研判",
    Decision.SEND_DOWN: "退回街道",
    Decision.JOIN: "合并",
    Decision.SUSPEND: "挂账",
}
PRESS = {
    Decision.ACCEPT: "通过，看下一件",
    Decision.MEETING: "提请，看下一件",
    Decision.SEND_DOWN: "退回，看下一件",
    Decision.JOIN: "合并，看下一件",
    Decision.SUSPEND: "申请挂账，看下一件",
}
TOLD = {
    Decision.ACCEPT: "已通过，列入台账并转区委办",
    Decision.MEETING: "已提请联席研判",
    Decision.SEND_DOWN: "已退回街道办理",
    Decision.JOIN: "已合并",
    Decision.SUSPEND: "已申请挂账，等待负责人审批",
}
# Fields that only one decision reads, and which of them it cannot do without.
NEEDS = {
    Decision.MEETING: ("question",),
    Decision.SEND_DOWN: ("instruction", "due_at"),
    Decision.JOIN: ("into",),
    Decision.SUSPEND: ("reason_class", "review_date", "reason"),
}


def units() -> list[Organization]:
    """Units that may lead or help, in their usual order."""
    return list(Organization.objects.active().filter(takes_cases=True).order_by("order", "code"))


class UnitChoice(forms.TypedChoiceField):
    """A unit out of a list loaded once a page; the value is the unit."""

    def __init__(self, *, label: str, choices: list[Organization], required: bool = False, empty: str = "未定"):
        found = {str(unit.pk): unit for unit in choices}
        pairs = [("", empty), *((str(unit.pk), unit.name) for unit in choices)]
        super().__init__(label=label, choices=pairs, required=required, coerce=found.get, empty_value=None)


class UnitsChoice(forms.TypedMultipleChoiceField):
    """Several units out of a list loaded once a page; the value is a list of units."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, label: str, choices: list[Organization]):
        found = {str(unit.pk): unit for unit in choices}
        pairs = [(str(unit.pk), unit.name) for unit in choices]
        super().__init__(label=label, choices=pairs, required=False, coerce=found.get, empty_value=[])


def moment_field(label: str, **more) -> forms.DateTimeField:
    """A day and a time of day."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, widget=widget, **more)


def default_moment(at) -> str:
    """A moment as the input wants it, to the minute."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


class ReviewForm(CaseForm):
    """研判: one decision, and what each decision asks for. 暂存 keeps lead, helpers and opinion only."""

    decision = forms.ChoiceField(label="研判意见", choices=list(SHORT.items()), widget=forms.RadioSelect)
    opinion = Words(
        "研判说明", rows=3, required=False, limit=MAX_REASON, help_text="工作人员可见，不写居民姓名和电话。"
    )
    pace = forms.ChoiceField(label="列入", choices=Ledger.Pace.choices, widget=forms.RadioSelect, required=False)
    question = forms.CharField(label="要定什么", max_length=200, required=False)
    instruction = Words("要求街道做什么", rows=2, required=False, limit=MAX_REASON)
    due_at = moment_field("街道办理期限", required=False)
    into = forms.ChoiceField(label="并入哪一件", widget=forms.RadioSelect, required=False)
    reason_class = forms.ChoiceField(
        label="挂账原因", choices=[("", "请选择"), *Approval.ReasonClass.choices], required=False
    )
    review_date = forms.DateField(
        label="复核日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), required=False
    )
    reason = Words(
        "挂账理由", rows=2, required=False, limit=MAX_REASON, help_text="由负责人审批，自己申请的自己不能批。"
    )

    def __init__(self, data=None, *, case: Case, user, review: Review | None = None):
        initial = _initial(case, review)
        self.suggestion = reviewing.suggested_lead(case)
        self.others = [] if case.about_id else list(reviewing.joinable(case, user))
        super().__init__(data, case=case, user=user, prefix="review")
        choices = units()
        self.fields["lead"] = UnitChoice(label="建议主办", choices=choices)
        self.fields["helpers"] = UnitsChoice(label="建议协办", choices=choices)
        self.fields["into"].choices = [(other.number, other.headline) for other in self.others]
        for name, value in initial.items():
            self.fields[name].initial = value
        if case.about_id:
            kept = (Decision.ACCEPT, Decision.MEETING, Decision.SUSPEND)
            self.fields["decision"].choices = [(value, SHORT[value]) for value in kept]

    @property
    def chosen(self) -> str:
        """The decision that is ticked now."""
        return self["decision"].value() or Decision.ACCEPT

    @property
    def options(self) -> list[tuple[str, str, str]]:
        """Value, label and words of the button of each decision that fits this case."""
        return [(value, label, PRESS[Decision(value)]) for value, label in self.fields["decision"].choices]

    def clean(self) -> dict:
        """What the chosen decision cannot do without."""
        cleaned = super().clean()
        if "save" not in self.data:
            for name in NEEDS.get(cleaned.get("decision"), ()):
                if not cleaned.get(name) and name not in self.errors:
                    field = self.fields[name]
                    verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
                    self.add_error(name, f"请{verb}{field.label}。")
            if cleaned.get("lead") and cleaned["lead"] in (cleaned.get("helpers") or []):
                self.add_error("helpers", f"{cleaned['lead'].name}已经是建议主办，不用再列为协办。")
        return cleaned

    def clean_into(self) -> Case | None:
        """The case it is joined with, out of those offered."""
        return next((other for other in self.others if other.number == self.cleaned_data["into"]), None)

    def thought(self) -> Opinion:
        """Lead, helpers and opinion, of a form that may be bound and wrong elsewhere."""
        found = self.cleaned_data
        return Opinion(found.get("lead"), tuple(found.get("helpers") or ()), found.get("opinion", ""))

    def carry_out(self, *, seen: int | None, by) -> str:
        """Take the decision; returns what the person is told."""
        found, case, opinion = self.cleaned_data, self.case, self.thought()
        decision, more = Decision(found["decision"]), {"opinion": opinion, "seen": seen, "by": by}
        if decision == Decision.ACCEPT:
            item = reviewing.accept(case, opinion, pace=found["pace"] or Ledger.Pace.WEEKLY, seen=seen, by=by)
            return f"已通过，列入{item.ledger.called}并转区委办"
        if decision == Decision.MEETING:
            reviewing.to_meeting(case, found["question"], **more)
        elif decision == Decision.SEND_DOWN:
            reviewing.send_down(case, found["instruction"], found["due_at"], **more)
        elif decision == Decision.JOIN:
            reviewing.join(case, found["into"], **more)
        else:
            reviewing.suspend(case, found["reason_class"], found["review_date"], found["reason"], **more)
        return TOLD[decision]


def _initial(case: Case, review: Review | None) -> dict:
    """What was kept last time; else what is usual."""
    street = times_for(case, Level.STREET, at=timezone.now())[0]
    lead = review.lead if review else reviewing.suggested_lead(case)
    return {
        "decision": Decision.ACCEPT,
        "pace": Ledger.Pace.WEEKLY,
        "lead": lead and lead.pk,
        "helpers": [unit.pk for unit in review.helpers.all()] if review else [],
        "opinion": review.opinion if review else "",
        "due_at": default_moment(street.due_at),
        "review_date": timezone.localdate() + timedelta(days=90),
    }


class BatchForm(StyledForm):
    """What is said once for a whole batch."""

    document_number = forms.CharField(
        label="文号", max_length=40, required=False, help_text="由人填写，如 魏办督〔2026〕8号；没有文号可以不填。"
    )


class IssueForm(StyledForm):
    """What issuing a ledger asks for."""

    document_number = forms.CharField(
        label="文号",
        max_length=40,
        required=False,
        help_text="由人填写，如 魏组〔2026〕5号；没有文号可以不填。印发后不能再改。",
    )


class EntryForm(StyledForm):
    """A remark on an item, kept for good."""

    text = Words("备注", rows=2, limit=MAX_TASK, help_text="记下后不能修改，不写居民姓名和电话。")


class RowForm(StyledForm):
    """One case of a batch, prefilled from what 区委组织部 suggested."""

    instruction = Words("交办要求", rows=2, limit=MAX_TASK)
    due_at = moment_field("办理期限", required=False)

    def __init__(self, data=None, *, case: Case, item: LedgerItem | None, choices: list[Organization]):
        self.case, self.item = case, item
        super().__init__(data, prefix=f"row-{case.number}")
        self.fields["lead"] = UnitChoice(label="主办", choices=choices, required=True, empty="请选择单位")
        self.fields["lead"].error_messages["required"] = "请选择主办单位。"
        self.fields["helpers"] = UnitsChoice(label="协办", choices=choices)
        usual = reviewing.suggested_lead(case)
        lead = item.lead if item and item.lead else usual
        self.by_category = bool(usual) and lead == usual and not (item and item.lead)
        self.fields["lead"].initial = lead and lead.pk
        self.fields["helpers"].initial = [unit.pk for unit in item.helpers.all()] if item else []
        self.fields["instruction"].initial = item.opinion if item else ""
        self.fields["due_at"].help_text = "不填按单位办理时限计算。"
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=case.event_count)

    @property
    def helpers_chosen(self) -> int:
        """How many helpers are ticked now."""
        return len(self["helpers"].value() or [])

    def row(self) -> Row:
        """The row as it is handed out."""
        found = self.cleaned_data
        return Row(
            self.case, found["lead"], found["instruction"], tuple(found["helpers"]), found["due_at"], found["seen"]
        )


def row_form(case: Case, data=None, *, choices: list[Organization], items: dict[int, LedgerItem]) -> RowForm:
    """The form of one case, from the newest item it stands as."""
    return RowForm(data, case=case, item=items.get(case.pk), choices=choices)


def newest_items(cases) -> dict[int, LedgerItem]:
    """The newest ledger item of each case. Two queries."""
    rows = LedgerItem.objects.filter(case__in=cases).select_related("lead", "ledger").prefetch_related("helpers")
    return {item.case_id: item for item in rows.order_by("pk")}
