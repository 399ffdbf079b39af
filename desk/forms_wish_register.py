"""登记心愿: a wish that staff take down for somebody."""

from django import forms

from cases.forms import Words
from cases.states import Channel
from desk.forms import GroupedSelect, PlacedForm
from grids.models import Area, Compound
from households.models import Household
from wishes.services import Asked
from wishes.services.intake import NEEDS_GUARDIAN
from wishes.states import ForWhom, Kind

CHANNELS = (Channel.VISIT, Channel.PHONE, Channel.COUNTER, Channel.GROUP)


class RegisterWishForm(PlacedForm):
    """A wish of somebody who said it at the door, on the phone, at the counter or in a group.

    With a household, grid and compound are the household's.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label="怎么得知的", widget=forms.RadioSelect, choices=[(c.value, c.label) for c in CHANNELS]
    )
    kind = forms.ChoiceField(label="想要什么", widget=forms.RadioSelect, choices=Kind.choices)
    for_whom = forms.ChoiceField(label="谁的心愿", widget=forms.RadioSelect, choices=ForWhom.choices)
    guardian_consents = forms.BooleanField(label="孩子的监护人当面或者在电话里同意提出", required=False)
    text = Words("心愿原话", rows=4, limit=1000, help_text="按本人说的写；审核时另写心愿墙上的文字。")
    area = GroupedSelect(label="所在网格", queryset=Area.objects.none(), empty_label="请选择社区或网格")
    compound = GroupedSelect(
        label="小区", queryset=Compound.objects.none(), required=False, empty_label="不清楚或不在小区里"
    )
    place = forms.CharField(label="住址", max_length=120, required=False, help_text="认领期间给认领人看。")
    name = forms.CharField(label="怎么称呼", max_length=30, required=False)
    phone = forms.CharField(
        label="手机号", max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    wants_sms = forms.BooleanField(label="短信告知进展", required=False)
    told = forms.BooleanField(
        label="已口头告知：为实现心愿收集称呼、住址和手机号，只给经办人员和认领人使用", required=False
    )

    def __init__(self, *args, user, household: Household | None = None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.household = household
        if household is not None:
            del self.fields["area"], self.fields["compound"]
            self.fields["place"].initial = f"{household.compound.name}{household.door_name}"

    def clean(self) -> dict:
        """A child's wish needs the guardian."""
        cleaned = super().clean()
        if cleaned.get("for_whom") == ForWhom.CHILD and not cleaned.get("guardian_consents"):
            self.add_error("guardian_consents", NEEDS_GUARDIAN)
        return cleaned

    def asked(self) -> Asked:
        """What the intake takes."""
        kept = {name: value for name, value in self.cleaned_data.items() if name != "told"}
        if self.household is not None:
            home = self.household
            kept |= {"household": home, "area": home.area, "compound": home.compound}
        return Asked(**kept)
