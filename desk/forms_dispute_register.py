"""登记矛盾纠纷: between whom, what about, who mediates. One page."""

from django import forms
from django.utils import timezone

from accounts.models import User
from cases.forms import StyledForm, Words
from cases.models import Case
from cases.states import Channel
from common.normalise import clean_phone, clean_text
from desk.forms import GroupedSelect, PlacedForm
from desk.forms_posts import Day, Line
from grids.models import Area, Compound
from mediation import codes
from mediation.services import Asked, Person, Quarrel, possible_mediators
from mediation.states import Origin, Side

CHANNELS = (Channel.COUNTER, Channel.PHONE, Channel.VISIT, Channel.GROUP)


def choices_of(listed: dict[str, str], empty: str = "") -> list:
    """A code list as a select shows it: four-digit codes under their two-digit names."""
    groups = [
        (label, rows) if len(rows) > 1 or rows[0][1] != label else rows[0] for label, rows in codes.grouped(listed)
    ]
    return [("", empty), *groups] if empty else groups


def clean_mobile(typed: str) -> str:
    """Eleven digits, or nothing. ValidationError that says what is wrong."""
    if not typed.strip():
        return ""
    try:
        return clean_phone(typed)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


def phone_field(label: str) -> forms.CharField:
    """A phone as people type it."""
    return forms.CharField(
        label=label, max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )


class People(forms.ModelChoiceField):
    """One member of staff who may mediate."""

    def label_from_instance(self, obj) -> str:
        """何专干（何晓燕）."""
        return f"{obj.called}（{obj.full_name}）" if obj.called != obj.full_name else obj.full_name


class RegisterDisputeForm(PlacedForm):
    """A dispute that somebody brought to the community, or that staff met with.

    `name` and `phone` are the applicant's; more parties are added on the dispute's page.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    origin = forms.ChoiceField(label="怎么来的", widget=forms.RadioSelect, choices=Origin.choices)
    channel = forms.ChoiceField(
        label="从哪里得知", widget=forms.RadioSelect, choices=[(c.value, c.label) for c in CHANNELS]
    )
    category = forms.ChoiceField(label="纠纷类别", choices=choices_of(codes.categories(), "请选择类别"))
    happened_date = Day(label="发生日期")
    scale = forms.ChoiceField(
        label="规模", choices=list(codes.scales().items()), initial=codes.INDIVIDUAL, widget=forms.RadioSelect
    )
    people = forms.IntegerField(label="涉及人数", min_value=2, max_value=9999, initial=2)
    area = GroupedSelect(label="所在社区或网格", queryset=Area.objects.none(), empty_label="请选择社区或网格")
    compound = GroupedSelect(
        label="小区", queryset=Compound.objects.none(), required=False, empty_label="不清楚或不在小区里"
    )
    place = forms.CharField(label="具体地点", max_length=120, required=False)
    involved_unit = Line(label="涉及单位", max_length=60, required=False)
    account = Words("纠纷经过", rows=5, help_text="只有调解员和社区负责人能看。")
    name = forms.CharField(label="申请人姓名", max_length=30)
    phone = phone_field("申请人手机号")
    address = forms.CharField(label="申请人住址", max_length=120, required=False)
    other_name = forms.CharField(label="被申请人姓名", max_length=30)
    other_phone = phone_field("被申请人手机号")
    other_address = forms.CharField(label="被申请人住址", max_length=120, required=False)
    told = forms.BooleanField(
        label="已口头告知双方：为调解收集姓名、手机号和住址，只给调解员和社区负责人使用", required=False
    )
    lead = People(label="调解员", queryset=User.objects.none(), empty_label=None)
    second = People(
        label="一起调解", queryset=User.objects.none(), required=False, empty_label="不用", help_text="可以是社区民警。"
    )
    resolver_contact = Line(label="调解员联系电话", max_length=30, required=False, help_text="单位电话，可以不填。")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        near = {person.pk for code in self.codes for person in possible_mediators(code[:12])}
        for name in ("lead", "second"):
            self.fields[name].queryset = User.objects.filter(pk__in=near | {user.pk}).order_by("full_name", "pk")
        self.fields["lead"].initial = user.pk

    def clean_address(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["address"]).split())

    def clean_other_name(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["other_name"]).split())

    def clean_other_address(self) -> str:
        """One clean line."""
        return " ".join(clean_text(self.cleaned_data["other_address"]).split())

    def clean_other_phone(self) -> str:
        """Eleven digits, or nothing."""
        return clean_mobile(self.cleaned_data["other_phone"])

    def asked(self) -> Asked:
        """What the intake takes."""
        typed = self.cleaned_data
        names = (
            "submission", "origin", "channel", "category", "happened_date", "scale", "people", "area", "compound", "place",
            "involved_unit", "account", "resolver_contact",
        )  # fmt: skip
        return Asked(
            **{name: typed[name] for name in names},
            parties=[
                Person(Side.APPLICANT, typed["name"], typed["phone"], typed["address"]),
                Person(Side.RESPONDENT, typed["other_name"], typed["other_phone"], typed["other_address"]),
            ],
            mediators=[person for person in (typed["lead"], typed["second"]) if person],
        )


class ConvertForm(StyledForm):
    """转为纠纷调解: what kind of quarrel a case tells of, and who mediates. Parties and account are the mediator's to write."""

    category = forms.ChoiceField(label="纠纷类别", choices=choices_of(codes.categories(), "请选择类别"))
    happened_date = Day(label="发生日期")
    origin = forms.ChoiceField(
        label="怎么来的", widget=forms.RadioSelect, choices=Origin.choices, initial=Origin.OFFERED
    )
    lead = People(label="调解员", queryset=User.objects.none(), empty_label="请选择")
    second = People(
        label="一起调解", queryset=User.objects.none(), required=False, empty_label="不用", help_text="可以是社区民警。"
    )
    reason = Words(
        "为什么转为调解", rows=2, limit=200, help_text="会留在事项的办理过程里，不写当事人的姓名、电话和门牌号。"
    )

    def __init__(self, data=None, *, case: Case):
        super().__init__(data, initial={"happened_date": timezone.localdate(case.created_at)})
        near = [person.pk for person in possible_mediators(case.community)]
        for name in ("lead", "second"):
            self.fields[name].queryset = User.objects.filter(pk__in=near).order_by("full_name", "pk")

    def quarrel(self) -> Quarrel:
        """What the service takes."""
        typed = self.cleaned_data
        people = [person for person in (typed["lead"], typed["second"]) if person]
        return Quarrel(typed["category"], typed["happened_date"], people, typed["origin"], typed["reason"])
