"""What each action asks for. Field order is page order; help texts say who reads what is typed."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Approval, Case, Category
from cases.services import drafting
from cases.services.assigning import co_handling
from cases.states import OPEN, ClosingLevel, MatterClass, Outcome, Satisfaction
from common.normalise import clean_text
from files.photos import PhotoRefused
from files.services import ingest_photos
from grids.levels import Level, code_at
from grids.models import Area, Organization

MAX_WORDS = 2000
# Reasons and comments that live in a column of their own.
MAX_REASON = 500


class Words(forms.CharField):
    """A text people type: cleaned of control and bidi characters, `limit` characters at most."""

    def __init__(
        self,
        label: str,
        *,
        rows: int = 3,
        required: bool = True,
        help_text: str = "",
        placeholder: str = "",
        limit: int = MAX_WORDS,
    ):
        widget = forms.Textarea(attrs={"rows": rows, "placeholder": placeholder} if placeholder else {"rows": rows})
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            max_length=limit,
            widget=widget,
            error_messages={
                "required": f"请填写{label}。",
                "max_length": f"{label}最多{limit}个字，现在有%(show_value)d个字，请删减。",
            },
        )

    def to_python(self, value) -> str:
        """The cleaned text."""
        return clean_text(super().to_python(value))


class PhotosInput(forms.ClearableFileInput):
    """A file input for several photos."""

    allow_multiple_selected = True


class Photos(forms.FileField):
    """Up to six photos, re-encoded as they are cleaned; the value is a list of `files.Photo`."""

    def __init__(self, label: str = "照片"):
        super().__init__(label=label, required=False, widget=PhotosInput(attrs={"multiple": True, "accept": "image/*"}))

    def clean(self, data, initial=None) -> list:
        """Stored photos; a ValidationError that names the photo, the reason and the remedy."""
        uploads = [upload for upload in (data if isinstance(data, list | tuple) else [data]) if upload]
        try:
            return ingest_photos(uploads) if uploads else []
        except PhotoRefused as refusal:
            raise forms.ValidationError(refusal.errors) from refusal


class StyledField(forms.BoundField):
    """A field whose widget carries the classes of our style sheet, marked where it has errors."""

    def build_widget_attrs(self, attrs, widget=None) -> dict:
        """Django's attributes (required, aria-…) and our classes."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if isinstance(widget, forms.RadioSelect | forms.HiddenInput):
            return attrs
        kind = "form-select" if isinstance(widget, forms.Select) else "form-control"
        kind = "form-check-input" if isinstance(widget, forms.CheckboxInput) else kind
        attrs["class"] = f"{kind} is-invalid" if self.errors else kind
        return attrs


class StyledForm(forms.Form):
    """A form in the clothes of the desk, whose errors name the field."""

    bound_field_class = StyledField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field, Words):
                verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
                field.error_messages["required"] = f"请{verb}{field.label}。"


class CaseForm(StyledForm):
    """Base of the action forms: knows the case and the person."""

    def __init__(self, data=None, files=None, *, case: Case, user, prefix: str | None = None):
        self.case, self.user = case, user
        super().__init__(data, files, prefix=prefix)


class NothingForm(CaseForm):
    """An action that asks nothing."""


class WordsForm(CaseForm):
    """An optional remark."""

    note = Words("说明", rows=2, required=False)


class ReasonForm(CaseForm):
    """A reason the next holder reads."""

    reason = Words("理由", rows=2)


class ReturnForm(CaseForm):
    """Why the unit is not the right one, and what shows it."""

    reason = Words("理由", rows=2, limit=MAX_REASON, help_text="写明依据，区委办按这个决定。")
    photos = Photos("依据的照片")


class RefusalForm(CaseForm):
    """A reason the resident will read."""

    reason = Words("理由", rows=2, limit=MAX_REASON, help_text="批准后居民可见，不写姓名、电话和门牌号。")


class NoteForm(CaseForm):
    """An internal note with photos."""

    text = Words("办理情况", rows=2, placeholder="做了什么，下一步是什么")
    photos = Photos()


class ReplyTextForm(CaseForm):
    """Words for the resident."""

    public_text = Words("公开答复", help_text="居民可见，不写姓名、电话和门牌号。")


class ReplyForm(ReplyTextForm):
    """Words for the resident, with photos and a note for colleagues."""

    note = Words("办理情况", rows=2, required=False)
    photos = Photos()


class ResolveForm(CaseForm):
    """What was done, and where the trouble ended."""

    closed_level = forms.TypedChoiceField(label="在哪一级解决", coerce=int, widget=forms.RadioSelect)
    public_text = Words("公开答复", help_text="写明做了什么，居民可见，不写姓名、电话和门牌号。")
    unfinished = Words("为什么先答复", rows=2, limit=200)
    note = Words("办理情况", rows=2, required=False)
    photos = Photos("办理后照片")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["closed_level"]
        field.choices = [(level, label) for level, label in ClosingLevel.choices if level <= self.case.level]
        field.initial = self.case.level
        self._ask_about_co_handlers()

    def _ask_about_co_handlers(self) -> None:
        names = [row.whose for row in co_handling(self.case)] if self.case.helping_units else []
        if not names:
            del self.fields["unfinished"]
            return
        waiting = f"还有{len(names)}个协办单位没有反馈，写明为什么先答复。"
        field = self.fields["unfinished"]
        field.error_messages["required"] = waiting
        field.help_text = f"{waiting}没有反馈的：{'、'.join(names)}。答复后不用再协办。"


class DraftForm(ResolveForm):
    """The same for whoever drafts it: begins with the own words that did not go out yet."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = drafting.newest_own(self.case, self.user)
        if own and not self.is_bound:
            self.initial |= {name: getattr(own, name) for name in ("closed_level", "public_text", "note")}
            if own.is_waiting and (count := own.photos.count()):
                self.fields["photos"].help_text = f"已附{count}张，重新选择会换掉原来的照片。"


class HandOverForm(CaseForm):
    """A colleague of the same seat."""

    to = forms.ModelChoiceField(label="转交给", queryset=None, empty_label="请选择同事")
    note = Words("说明", rows=2, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        ids = [person.pk for person in cases.colleagues(self.case) if person.pk != self.case.about_id]
        self.fields["to"].queryset = User.objects.filter(pk__in=ids).order_by("full_name")


class RouteForm(CaseForm):
    """A grid of the community, or a community or grid of the street."""

    area = forms.ModelChoiceField(label="分派给", queryset=Area.objects.none(), empty_label="请选择网格")
    note = Words("说明", rows=2, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = code_at(self.case.area_id, max(self.case.level, Level.COMMUNITY))
        below = Area.objects.in_service().beneath(own).filter(level__lt=self.case.level)
        self.fields["area"].queryset = below.order_by("code")


class ExtensionForm(CaseForm):
    """Working days and why."""

    days = forms.IntegerField(label="延期几个工作日", min_value=1, max_value=30)
    reason = Words("理由", rows=2, limit=MAX_REASON)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        most = cases.extension_days(self.case)
        self.fields["days"].help_text = f"本级最多{most}个工作日。" if most else "本级不能延期，办不了请上报。"


class SuspensionForm(CaseForm):
    """Why it cannot be solved now, and when to look again."""

    reason_class = forms.ChoiceField(label="挂账原因", choices=Approval.ReasonClass.choices)
    review_date = forms.DateField(label="复核日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    reason = Words("理由", rows=2, limit=MAX_REASON)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["review_date"].initial = timezone.localdate() + timedelta(days=90)


class MergeForm(CaseForm):
    """The number of the case that carries on."""

    into = forms.CharField(label="并入事项的受理编号", max_length=30)
    note = Words("说明", rows=2, required=False)

    def clean_into(self) -> Case:
        """An open case the person may see."""
        number = self.cleaned_data["into"].strip().upper().replace("-", "").replace(" ", "")
        found = Case.objects.visible_to(self.user).filter(number=number, status__in=OPEN).first()
        if found is None:
            raise forms.ValidationError("没有找到这个编号的在办事项，请核对。")
        return found


class Moment(forms.DateTimeField):
    """A time somebody may set by hand."""

    def __init__(self, label: str, *, help_text: str = "", required: bool = False):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(label=label, required=required, help_text=help_text, widget=widget)


def taking_units():
    """Units that cases may be handed to, in the order of lists."""
    return Organization.objects.filter(takes_cases=True, active=True).order_by("order", "pk")


class HandOutForm(CaseForm):
    """The unit that leads, those that help it, what they should do, until when."""

    unit = forms.ModelChoiceField(label="承办单位", queryset=Organization.objects.none(), empty_label="请选择单位")
    instruction = Words("交办要求", rows=3)
    due_at = Moment("办理期限", help_text="不填按单位办理时限计算。")
    helpers = forms.ModelMultipleChoiceField(
        label="协办单位",
        queryset=Organization.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="各自签收、反馈，期限和主办单位一样。",
    )
    helpers_do = Words("协办要求", rows=2, required=False, limit=MAX_REASON, help_text="不填和交办要求一样。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = self.fields["helpers"].queryset = taking_units()
        self.fields["unit"].initial = self.case.category.usual_unit_id
        if self.case.about_id:
            del self.fields["helpers"], self.fields["helpers_do"]

    def clean(self) -> dict:
        """The unit that leads is not asked to help as well; what helpers are asked for fits its column."""
        cleaned = super().clean()
        helpers, unit = cleaned.get("helpers") or (), cleaned.get("unit")
        if unit in helpers:
            self.add_error("helpers", f"{unit.name}是主办单位，不用再选为协办。")
        if helpers and not cleaned.get("helpers_do") and len(cleaned.get("instruction", "")) > MAX_REASON:
            self.add_error("helpers_do", f"交办要求超过{MAX_REASON}个字，请另写协办要求。")
        return cleaned


class AssignForm(CaseForm):
    """One more unit that helps: which, what, until when."""

    unit = forms.ModelChoiceField(label="协办单位", queryset=Organization.objects.none(), empty_label="请选择单位")
    what = Words(
        "要做什么", rows=3, limit=MAX_REASON, help_text="协办单位看得到这件事项的过程，看不到反映人的联系方式。"
    )
    due_at = Moment("反馈期限", help_text="不填按单位办理时限计算。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        helping = co_handling(self.case).values("unit")
        self.fields["unit"].queryset = taking_units().exclude(pk=self.case.handling_unit_id).exclude(pk__in=helping)


class ConfirmForm(CaseForm):
    """What the resident said."""

    outcome = forms.ChoiceField(label="是否解决", choices=Outcome.choices, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label="是否满意", choices=Satisfaction.choices, widget=forms.RadioSelect, required=False
    )
    comment = Words("居民怎么说", rows=2, limit=MAX_REASON)


class FollowUpForm(CaseForm):
    """A call or a visit after the answer."""

    note = Words("回访情况", rows=2, limit=MAX_REASON)
    outcome = forms.ChoiceField(
        label="是否解决", choices=[("", "没有问到"), *Outcome.choices], required=False, widget=forms.RadioSelect
    )
    satisfaction = forms.ChoiceField(
        label="是否满意", choices=[("", "没有问到"), *Satisfaction.choices], required=False, widget=forms.RadioSelect
    )


class ClassifyForm(CaseForm):
    """Category, class and urgency, with a reason."""

    category = forms.ModelChoiceField(
        label="类别", queryset=Category.objects.none(), required=False, empty_label="不变"
    )
    matter_class = forms.ChoiceField(label="分级", choices=[("", "不变"), *MatterClass.choices], required=False)
    urgent = forms.TypedChoiceField(
        label="紧急",
        choices=[("", "不变"), ("1", "紧急"), ("0", "不紧急")],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )
    reason = Words("理由", rows=2)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.active().order_by("order", "code")


class TitleForm(CaseForm):
    """What residents will call it."""

    title = forms.CharField(label="公开标题", max_length=60)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].initial = self.case.title
        self.fields["title"].help_text = "居民可见，不写姓名、电话和门牌号。"

    def clean_title(self) -> str:
        """The title in one clean line."""
        return " ".join(clean_text(self.cleaned_data["title"]).split())
