"""Forms of service days and legal services."""

from django import forms
from django.utils import timezone

from cases.forms import StyledForm, Words
from common.sensitive import mask_numbers
from desk.forms_posts import Day, Line
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability
from grids.scope import scope_of
from mediation.services import Done
from mediation.states import LegalKind, Officer


class Community(forms.ModelChoiceField):
    """A community of those one registers for."""

    def label_from_instance(self, obj) -> str:
        """With its street: names repeat."""
        return obj.full_name


def communities(user):
    """Communities in use within the areas where the user's posts may register: of a community or a street, not of a grid."""
    found = Area.objects.none()
    for code in scope_of(user, granting=Ability.REGISTER).areas:
        found = found | Area.objects.in_service().on(Level.COMMUNITY).beneath(code)
    return found.order_by("code")


class PlacedInCommunity(StyledForm):
    """Base: chooses a community."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = rows = communities(user)
        first = list(rows[:2])
        if len(first) == 1:
            self.fields["community"].initial = first[0].pk
        self.fields["service_date"].initial = timezone.localdate()


class PlanDayForm(PlacedInCommunity):
    """Who comes when and where."""

    officer = forms.ChoiceField(label="谁来", widget=forms.RadioSelect, choices=Officer.choices)
    unit_name = Line(label="单位", max_length=60, required=False, help_text="如：北大派出所。")
    community = Community(label="社区", queryset=Area.objects.none(), empty_label="请选择社区")
    service_date = Day(label="日期")
    topic = Line(label="主题和地点", max_length=100, required=False)


class HoldDayForm(StyledForm):
    """What was done: counts, and words without names."""

    consultations = forms.IntegerField(label="接待咨询（人次）", min_value=0, max_value=9999)
    mediations = forms.IntegerField(label="参与调解（件）", min_value=0, max_value=999)
    talks = forms.IntegerField(label="宣讲（场）", min_value=0, max_value=99)
    words = Words("做了什么", rows=3, required=False, limit=300, help_text="不写居民的姓名、电话和住址。")

    def clean_words(self) -> str:
        """Phone and ID numbers do not stay."""
        return mask_numbers(self.cleaned_data["words"])

    @property
    def done(self) -> Done:
        """As the service takes it."""
        return Done(**self.cleaned_data)


class CancelDayForm(StyledForm):
    """Why it does not take place."""

    why = Words("取消的原因", rows=2, limit=100)


class LegalServiceForm(PlacedInCommunity):
    """What was given to how many."""

    kind = forms.ChoiceField(label="什么服务", widget=forms.RadioSelect, choices=LegalKind.choices)
    community = Community(label="社区", queryset=Area.objects.none(), empty_label="请选择社区")
    service_date = Day(label="日期")
    served = forms.IntegerField(label="服务人次", min_value=1, max_value=9999)
    said = Words("说明", rows=2, required=False, limit=200, help_text="不写居民的姓名、电话和住址。")

    def clean_said(self) -> str:
        """Phone and ID numbers do not stay."""
        return mask_numbers(self.cleaned_data["said"])
