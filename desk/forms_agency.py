"""What staff are asked about an errand: one form for each step, with the verb that carries it out; and registering."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms

from agency import services as agency
from agency.models import AgencyItem, AgencyRequest
from agency.states import Action, SignedAs, Way
from cases.forms import Photos, StyledForm, Words
from desk.forms import GroupedSelect, PlacedForm
from desk.forms_posts import Line
from desk.forms_wish_register import CHANNELS
from grids.models import Area, Compound
from households.models import Household

MAX_WORDS, MAX_TEXT = 200, 500
WAYS = [(Way.HOME.value, "上门取"), (Way.CENTRE.value, "到社区")]


def _meeting() -> forms.DateTimeField:
    return forms.DateTimeField(
        label="约定见面",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


class ErrandActForm(StyledForm):
    """Base of the step forms. The prefix keeps their fields apart from the case's own action on the same page."""

    prefix = "errand"

    def __init__(self, data=None, files=None, *, errand: AgencyRequest):
        self.errand = errand
        super().__init__(data, files)


class NothingForm(ErrandActForm):
    """A step that asks nothing."""


class AcceptForm(ErrandActForm):
    """Where and when papers and money are handed over."""

    way = forms.ChoiceField(label="怎么交接", widget=forms.RadioSelect, choices=WAYS)
    meet_at = _meeting()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"way": self.errand.way, "meet_at": self.errand.meet_at}


class LackForm(ErrandActForm):
    """What is missing."""

    missing = Line(label="还缺什么", max_length=MAX_WORDS, help_text="居民可见。要再来一次的，算第二次办。")


class FinishForm(ErrandActForm):
    """How it went."""

    words = Words("怎么办的", rows=2, required=False, limit=MAX_WORDS, help_text="居民可见，不写姓名、门牌和金额。")


class HandBackForm(ErrandActForm):
    """The note of the hand-back."""

    what = Line(label="交回了什么", max_length=MAX_WORDS, help_text="居民可见，如：暖气费票据一张。")
    received = forms.DecimalField(
        label="收到（元）", required=False, min_value=0, max_digits=8, decimal_places=2, help_text="没有收钱的不填。"
    )
    returned = forms.DecimalField(label="退回（元）", required=False, min_value=0, max_digits=8, decimal_places=2)
    voucher = Photos("票据照片")
    signed_as = forms.ChoiceField(
        label="谁签收", widget=forms.RadioSelect, choices=SignedAs.choices, initial=SignedAs.SELF
    )
    signer = Line(label="签收人姓名", required=False, max_length=30, help_text="不公开，列表和台账里遮挡。")

    def clean_voucher(self):
        """One photo, or none."""
        photos = self.cleaned_data["voucher"]
        if len(photos) > 1:
            raise forms.ValidationError("票据照片只留一张，请重新选择。")
        return photos[0] if photos else None

    def clean(self) -> dict:
        """{"note": what the verb takes}, as soon as every answer is there."""
        cleaned = super().clean()
        return cleaned if self.errors else {"note": agency.HandBack(**cleaned)}


class AgainForm(ErrandActForm):
    """Why it has to be done once more."""

    reason = Line(label="哪里要重办", max_length=MAX_WORDS, help_text="居民可见。算第二次办。")


@dataclass(frozen=True)
class Act:
    """A step: its form, the verb, and what the person reads before and after."""

    form: type[ErrandActForm]
    run: Callable
    explains: str
    told: str


ACTS = {
    Action.ACCEPT: Act(AcceptForm, agency.accept, "受理就是签收，居民会看到约好的时间。", "已受理"),
    Action.LACK: Act(LackForm, agency.lack, "居民会看到还缺什么，时限照常计算。", "已告知还缺什么"),
    Action.GO: Act(NothingForm, agency.go, "材料齐了、出发去办时点。", "已出发，居民能看到"),
    Action.FINISH: Act(FinishForm, agency.finish, "事情办好了就点，交回和签收另记。", "已办好，记得交回票据和找零"),
    Action.HAND_BACK: Act(HandBackForm, agency.hand_back, "交回以后请居民确认。", "已交回签收，等居民确认"),
    Action.AGAIN: Act(AgainForm, agency.again, "办错了、没办成的，再去一次。", "已转为再去办"),
}  # fmt: skip


def form_for(errand: AgencyRequest, action: Action, data=None, files=None) -> ErrandActForm:
    """The form of a step, empty or with what was typed."""
    return ACTS[action].form(data, files, errand=errand)


def perform(errand: AgencyRequest, action: Action, form: ErrandActForm, *, seen: int | None, by) -> None:
    """Carry a step out with the cleaned answers."""
    ACTS[action].run(errand, **form.cleaned_data, seen=seen, by=by)


class RegisterErrandForm(PlacedForm):
    """An errand somebody asked for on the phone, at the counter, at the door or in a group.

    With a household, grid and compound are the household's.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label="怎么提出的", widget=forms.RadioSelect, choices=[(c.value, c.label) for c in CHANNELS]
    )
    item = forms.ModelChoiceField(
        label="要办什么", widget=forms.RadioSelect, queryset=AgencyItem.objects.none(), empty_label=None
    )
    words = Words("补充说明", rows=2, required=False, limit=MAX_TEXT, help_text="不记银行卡号和密码。")
    way = forms.ChoiceField(label="怎么交接", widget=forms.RadioSelect, choices=WAYS)
    meet_at = _meeting()
    area = GroupedSelect(label="所在网格", queryset=Area.objects.none(), empty_label="请选择社区或网格")
    compound = GroupedSelect(
        label="小区", queryset=Compound.objects.none(), required=False, empty_label="不清楚或不在小区里"
    )
    place = forms.CharField(label="门牌", max_length=120, required=False, help_text="办这件事的人查看要写原因。")
    name = forms.CharField(label="怎么称呼", max_length=30, required=False)
    phone = forms.CharField(
        label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    wants_sms = forms.BooleanField(label="短信告知进展", required=False)
    told = forms.BooleanField(label="已口头告知：为代办收集称呼、门牌和手机号，只给经办人员使用", required=False)

    def __init__(self, *args, user, household: Household | None = None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.household = household
        self.fields["item"].queryset = AgencyItem.objects.active()
        if household is not None:
            del self.fields["area"], self.fields["compound"]
            self.fields["place"].initial = f"{household.compound.name}{household.door_name}"

    def asked(self) -> agency.Asked:
        """What the intake takes."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in ("told", "place")}
        if self.household is not None:
            kept |= {"area": self.household.area, "compound": self.household.compound}
        return agency.Asked(**kept, door=self.cleaned_data["place"])
