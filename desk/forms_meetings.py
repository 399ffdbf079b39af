"""Forms of joint meetings: when and where, who comes, what goes on the agenda, and what is decided with its duties."""

from django import forms
from django.db.models import Q
from django.utils import timezone

from cases.forms import StyledForm, Words
from cases.models import Approval, Case
from cases.states import Action
from desk.forms_posts import Day, Line
from grids.levels import Level, code_at
from grids.models import Area, Organization
from supervision.models import AgendaItem, Invitation
from supervision.services.deciding import Duty, Shelving
from supervision.services.meetings import MAX_DOCUMENT_NUMBER, MAX_QUESTION

MOST_DUTIES = 12
_KINDS = (Organization.Kind.DISTRICT_OFFICE, Organization.Kind.DEPARTMENT, Organization.Kind.UTILITY)


def bodies():
    """Bodies of the district that come to meetings and take duties, in their order."""
    return Organization.objects.active().filter(kind__in=_KINDS).order_by("order", "pk")


def streets():
    """Streets in use, by code."""
    return Area.objects.in_service().on(Level.STREET).order_by("code")


class PlanForm(StyledForm):
    """When and where."""

    held_at = forms.DateTimeField(
        label="开会时间",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": "请按“年-月-日 时:分”填写开会时间。"},
    )
    place = Line(label="地点", max_length=80)


class AddForm(StyledForm):
    """One case, by its number, and what is to be decided."""

    number = Line(label="受理编号", max_length=30)
    question = Line(label="要定什么", max_length=MAX_QUESTION)

    def clean_number(self) -> str:
        """Without the hyphen it is shown with."""
        return self.cleaned_data["number"].replace("-", "").upper()


class Bodies(forms.ModelMultipleChoiceField):
    """Several bodies or streets as chips."""

    def __init__(self, label: str):
        super().__init__(queryset=None, label=label, required=False, widget=forms.CheckboxSelectMultiple)
        self.error_messages["invalid_choice"] = "有的单位已经停用，请另选。"

    def label_from_instance(self, obj) -> str:
        """The bare name."""
        return obj.name


class InviteForm(StyledForm):
    """Units and streets not asked yet."""

    areas = Bodies("街道")
    units = Bodies("单位")

    def __init__(self, *args, meeting, **kwargs):
        super().__init__(*args, **kwargs)
        asked = meeting.invitations
        self.fields["areas"].queryset = streets().exclude(pk__in=asked.filter(area__isnull=False).values("area"))
        self.fields["units"].queryset = bodies().exclude(pk__in=asked.filter(unit__isnull=False).values("unit"))

    def clean(self) -> dict:
        """At least one."""
        if not (self.cleaned_data.get("areas") or self.cleaned_data.get("units")) and not self.errors:
            raise forms.ValidationError("请选择要通知的单位或者街道。")
        return self.cleaned_data


class ReplyForm(StyledForm):
    """Coming, somebody else coming, or not."""

    reply = forms.ChoiceField(
        label="回执",
        widget=forms.RadioSelect,
        choices=[choice for choice in Invitation.Reply.choices if choice[0] != Invitation.Reply.NONE],
    )
    words = Line(label="说明", required=False, max_length=200, help_text="谁参加，写姓加称呼；不能参加的写原因。")


class IssueForm(StyledForm):
    """The document number, typed in by a person."""

    document_number = Line(
        label="文号",
        required=False,
        max_length=MAX_DOCUMENT_NUMBER,
        help_text="按文件填写，系统不编文号；没有可以不填。",
    )


class AcceptForm(StyledForm):
    """What is said about a report that does."""

    words = Words("说明", rows=2, required=False, limit=500)


class RedoForm(StyledForm):
    """What is missing, and by when."""

    reason = Words("哪里没有办到", rows=2, limit=500)
    due_date = Day("新的完成日期")


class DutyForm(StyledForm):
    """One duty; a row with nothing in it is no duty."""

    who = forms.ChoiceField(label="责任单位", required=False)
    owner = Line(label="负责人", required=False, max_length=30)
    what = Line(label="做什么", required=False, max_length=500)
    due_date = Day("完成日期", required=False)

    def __init__(self, *args, places, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = places
        self.fields["what"].widget.attrs["placeholder"] = "不写就是议定的内容"
        self.fields["owner"].widget.attrs["placeholder"] = "郭科长"

    @property
    def is_blank(self) -> bool:
        """True where nobody typed anything."""
        return not any(self.cleaned_data.get(name) for name in self.fields) and not self.errors

    def clean(self) -> dict:
        """Either nothing, or who and by when."""
        given = self.cleaned_data
        if any(given.get(name) for name in self.fields):
            if not given.get("who") and "who" not in self.errors:
                self.add_error("who", "请选择责任单位。")
            if not given.get("due_date") and "due_date" not in self.errors:
                self.add_error("due_date", "请填写完成日期。")
            elif given.get("due_date") and given["due_date"] < timezone.localdate():
                self.add_error("due_date", "完成日期不能早于今天，请核对。")
        return given


class Duties:
    """The rows of duties: as many as were sent, one more on request. `places` are read once for all rows."""

    def __init__(self, case: Case, data=None, *, initial=(), judged: bool = True, more: bool = False):
        self.units = {f"unit:{unit.pk}": unit for unit in bodies()}
        codes = [code_at(case.area_id, level) for level in (Level.STREET, Level.COMMUNITY)]
        self.areas = {f"area:{area.code}": area for area in Area.objects.filter(code__in=codes).order_by("code")}
        here = [(key, area.full_name) for key, area in self.areas.items()]
        places = [("", "请选择"), ("事项所在", here), ("单位", [(key, unit.name) for key, unit in self.units.items()])]
        if data is not None and judged:
            sent = range(_count(data.get("duties", "")))
            self.forms = [DutyForm(data, prefix=f"duty-{n}", places=places) for n in sent]
            return
        rows = list(initial) or [{}]
        if data is not None:
            rows = [_row(data, n) for n in range(_count(data.get("duties", "")))]
        rows += [{}] if more and len(rows) < MOST_DUTIES else []
        self.forms = [DutyForm(prefix=f"duty-{n}", initial=row, places=places) for n, row in enumerate(rows)]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.forms)

    @property
    def may_grow(self) -> bool:
        """Whether another row fits."""
        return self.count < MOST_DUTIES

    def is_valid(self) -> bool:
        """All rows, so that every error is shown at once."""
        return all([form.is_valid() for form in self.forms])

    def given(self) -> list[Duty]:
        """What was written, in order."""
        return [self._duty(form.cleaned_data) for form in self.forms if not form.is_blank]

    def _duty(self, typed: dict) -> Duty:
        who = typed["who"]
        return Duty(
            due_date=typed["due_date"],
            unit=self.units.get(who),
            area=self.areas.get(who),
            owner=typed["owner"],
            what=typed["what"],
        )


def _row(data, number: int) -> dict:
    """What was typed in a row so far, not judged yet."""
    return {name: data.get(f"duty-{number}-{name}", "") for name in DutyForm.base_fields}


def _count(text: str) -> int:
    return min(int(text), MOST_DUTIES) if text.isdecimal() else 1


def initial_duties(item: AgendaItem) -> list[dict]:
    """The duties of a decided item as rows; what equals the decision is left blank, as it was typed."""
    return [
        {
            "who": row.seat,
            "owner": row.owner,
            "what": "" if row.what == item.decision else row.what,
            "due_date": timezone.localdate(row.due_at),
        }
        for row in (resolution.assignment for resolution in item.resolutions.all())
    ]


class DecideForm(StyledForm):
    """What each side says, what is decided, what residents are told; where the case allows, who takes it or 挂账."""

    opinions = Words("各方意见", rows=3, required=False, help_text="只有区里看得到。")
    decision = Words("议定", rows=3, limit=500)
    public_text = Words(
        "告诉居民什么", rows=2, required=False, limit=500, help_text="居民可见，不写姓名、电话和门牌号；不写就不告诉。"
    )
    lead = forms.ModelChoiceField(
        label="同时交办给", queryset=Organization.objects.none(), required=False, empty_label="不交办"
    )
    reason_class = forms.ChoiceField(
        label="同时申请挂账，原因", choices=[("", "不挂账"), *Approval.ReasonClass.choices], required=False
    )
    review_date = Day("挂账复核日期", required=False)

    def __init__(self, *args, actions, **kwargs):
        super().__init__(*args, **kwargs)
        if Action.HAND_OUT in actions:
            takes = Q(takes_cases=True, active=True)
            self.fields["lead"].queryset = Organization.objects.filter(takes).order_by("order")
        else:
            del self.fields["lead"]
        if Action.ASK_SUSPENSION not in actions:
            del self.fields["reason_class"], self.fields["review_date"]

    @property
    def moves_on(self) -> list:
        """The fields about what else happens to the case."""
        return [self[name] for name in ("lead", "reason_class", "review_date") if name in self.fields]

    def clean(self) -> dict:
        """A class of reasons needs its day."""
        given = self.cleaned_data
        if given.get("reason_class") and not given.get("review_date") and "review_date" not in self.errors:
            self.add_error("review_date", "请填写挂账复核日期。")
        return given

    def shelving(self) -> Shelving | None:
        """挂账, where asked for."""
        given = self.cleaned_data
        return Shelving(given["reason_class"], given["review_date"]) if given.get("reason_class") else None
