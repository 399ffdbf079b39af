"""Forms of what happens on the spot: whistling for units, writing down a visit or a meeting with its next steps."""

from datetime import datetime, time

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from cases.forms import MAX_REASON, Photos, StyledForm, Words
from cases.models import Case, Coordination, Whistle
from cases.services.coordinating import NextStep, Noted
from desk.forms_posts import Day, Line
from grids.levels import Level, code_at
from grids.models import Area, Organization
from workdays import calendar
from workdays.rules import Span

ROWS = 2
MOST_ROWS = 12
# A day is kept when it is kept by the end of its work.
END_OF_DAY = time(18)
# A proposal only: units get half a day's work to come.
SOON = Span(4, "workhour")


class Moment(forms.DateTimeField):
    """A day and a time picked from the browser's calendar."""

    def __init__(self, label: str, **more):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(label=label, widget=widget, error_messages={"invalid": "请填写日期和时间。"}, **more)


def callable_units():
    """Units that take cases, as lists show them."""
    return Organization.objects.active().filter(takes_cases=True).order_by("order", "pk")


class Units(forms.ModelMultipleChoiceField):
    """Some of the units that take cases."""

    def __init__(self, label: str, **more):
        super().__init__(queryset=Organization.objects.none(), label=label, widget=forms.CheckboxSelectMultiple, **more)
        self.error_messages["required"] = "请至少选一个单位。"


class WithUnits(StyledForm):
    """A form about a case that asks for units: those that have to do with it stand first, the others behind a fold."""

    def offer(self, case: Case) -> None:
        """Set the units that may be ticked."""
        self.near = {*case.helping_units, case.category.usual_unit_id, case.handling_unit_id}
        self.fields["units"].queryset = callable_units()

    @property
    def unit_chips(self) -> tuple[list, list]:
        """The choices, near and other; ticked ones are never behind the fold."""
        near, others = [], []
        for choice in self["units"]:
            is_near = choice.data["selected"] or choice.data["value"].value in self.near
            (near if is_near else others).append(choice)
        return (near, others) if near else (others, [])


class WhistleForm(WithUnits):
    """Whom to call, where, by when, and what for."""

    units = Units("请哪些单位到场")
    place = Line(label="集合地点", max_length=120)
    arrive_by = Moment("几点前到场")
    purpose = Words("请单位来做什么", rows=3, limit=MAX_REASON, help_text="单位看得到，居民看不到。")

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(case)
        self.fields["units"].error_messages["required"] = "请至少选一个单位。"
        self.initial.setdefault("place", case.place)
        self.initial.setdefault("arrive_by", calendar.current().add(timezone.now(), SOON))


class OutcomeForm(StyledForm):
    """What came of a whistle."""

    outcome = Words("现场结果", rows=3, limit=MAX_REASON, help_text="没有到场的单位会记为没有到场。")


class CoordinationForm(WithUnits):
    """A site visit or a meeting: when, where, who, what was found and agreed."""

    kind = forms.ChoiceField(label="方式", choices=Coordination.Kind.choices, widget=forms.RadioSelect)
    of_whistle = forms.BooleanField(required=False)
    held_at = Moment("时间")
    place = Line(label="地点", max_length=120)
    units = Units("到场单位", required=False)
    others = Line(
        label="其他到场的人", max_length=200, required=False, help_text="写身份，不写姓名，如：居民代表3人、维修公司。"
    )
    findings = Words("情况和商定", rows=4, help_text="工作人员看得到。")
    public_text = Words(
        "告诉居民什么", rows=2, required=False, limit=MAX_REASON, help_text="不写就不告诉居民。不写姓名、电话和门牌号。"
    )
    photos = Photos()

    def __init__(self, *args, case: Case, whistle: Whistle | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.whistle = whistle
        self.offer(case)
        if whistle is None:
            del self.fields["of_whistle"]
        else:
            at = timezone.localtime(whistle.arrive_by)
            self.fields["of_whistle"].label = f"就是{at.month}月{at.day}日 {at:%H:%M}吹哨的现场"
        for name, value in self._usual(case).items():
            self.initial.setdefault(name, value)

    def _usual(self, case: Case) -> dict:
        place = self.whistle.place if self.whistle else case.place
        at = timezone.localtime().replace(second=0, microsecond=0)
        usual = {"kind": Coordination.Kind.SITE, "place": place, "held_at": at}
        if self.whistle and self.whistle.is_under_way:
            came = self.whistle.assignments.filter(arrived_at__isnull=False)
            usual |= {"of_whistle": True, "units": list(came.values_list("unit", flat=True))}
        return usual

    def noted(self, steps: list[NextStep]) -> Noted:
        """What was typed, for the verb."""
        fields = dict(self.cleaned_data)
        of_whistle = fields.pop("of_whistle", False)
        return Noted(**fields, steps=steps, whistle=self.whistle if of_whistle else None)


class StepForm(StyledForm):
    """One agreed step; a row left empty is none."""

    who = forms.ChoiceField(label="谁来办")
    what = Line(label="办什么", max_length=500)
    owner = Line(label="负责人", max_length=30, required=False, widget=forms.TextInput(attrs={"placeholder": "郭科长"}))
    due_date = Day("哪天前")

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [("", "请选择"), *choices]

    def clean_due_date(self):
        """Today at the earliest."""
        day = self.cleaned_data["due_date"]
        if day < timezone.localdate() or (timezone.localtime().time() >= END_OF_DAY and day == timezone.localdate()):
            raise forms.ValidationError("日期要晚于现在。")
        return day

    def step(self) -> NextStep:
        """What was typed, for the verb."""
        kind, _, key = self.cleaned_data["who"].partition(":")
        return NextStep(
            what=self.cleaned_data["what"],
            owner=self.cleaned_data["owner"],
            due_at=timezone.make_aware(datetime.combine(self.cleaned_data["due_date"], END_OF_DAY)),
            unit=Organization.objects.get(pk=key) if kind == "unit" else None,
            area=Area.objects.get(pk=key) if kind == "area" else None,
        )


class Steps(BaseFormSet):
    """The rows of next steps."""

    def agreed(self) -> list[NextStep]:
        """Those that were filled in."""
        return [form.step() for form in self.forms if form.has_changed()]


def who_may(case: Case) -> list[tuple]:
    """Whom a step may be given to: the street and community of the case, and units; none of those on a complaint."""
    codes = [code_at(case.area_id, level) for level in (Level.STREET, Level.COMMUNITY)]
    areas = Area.objects.filter(code__in=codes).order_by("level")
    found: list[tuple] = [("街道和社区", [(f"area:{area.code}", area.full_name) for area in areas.reverse()])]
    if not case.about_id:
        found.append(("单位", [(f"unit:{unit.pk}", unit.name) for unit in callable_units()]))
    return found


def steps_for(case: Case, data=None, *, rows: int = ROWS) -> BaseFormSet:
    """The rows, bound when `data` is given."""
    made = formset_factory(StepForm, formset=Steps, extra=rows, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    return made(data, prefix="steps", form_kwargs={"choices": who_may(case)})


def with_one_more(case: Case, data) -> BaseFormSet:
    """The rows as they were typed, not judged yet, and an empty one."""
    sent = data.get("steps-TOTAL_FORMS", "")
    count = min(int(sent), MOST_ROWS - 1) if sent.isascii() and sent.isdigit() and len(sent) < 4 else ROWS
    steps = steps_for(case, rows=count + 1)
    for form in steps.forms:
        form.initial = as_typed(form, data)
    return steps


def as_typed(form: forms.Form, data) -> dict:
    """What was typed into the fields of a form, to be shown again without being judged."""
    found = {}
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if key in data:
            several = isinstance(field, forms.ModelMultipleChoiceField)
            found[name] = data.getlist(key) if several else data[key]
    return found
