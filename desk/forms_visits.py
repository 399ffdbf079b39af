"""Forms about visits: what becomes of an opinion, a campaign, a household nobody met."""

from django import forms

from cases.forms import StyledForm, Words
from cases.models import Category
from desk.forms import GroupedSelect, category_groups
from desk.forms_posts import Day, Line
from grids.levels import Level, level_of
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of, within
from visits import services as visits
from visits.models import Line as Said
from visits.models import Purpose
from visits.services.deciding import MAX_NOTE
from visits.states import OpinionState

WAYS = (
    (OpinionState.CASE, "立为事项"),
    (OpinionState.WISH, "列为微心愿"),
    (OpinionState.CONSULTATION, "拟协商"),
    (OpinionState.NOTHING, "不办理"),
)


class DecideForm(StyledForm):
    """What the community makes of one thing somebody said; nothing is preselected."""

    to = forms.ChoiceField(label="怎么办", widget=forms.RadioSelect)
    category = GroupedSelect(
        label="事项的类别", queryset=Category.objects.none(), required=False, empty_label="按话题的类别",
        help_text="只有立为事项时用。",
    )  # fmt: skip
    note = Words(
        "说明", rows=2, limit=MAX_NOTE, required=False, help_text="走访人看得到；不办理要写明理由。不写姓名和电话。"
    )

    def __init__(self, *args, line: Said, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(to, words) for to, words in WAYS if to != OpinionState.WISH or line.topic.wish_kind]
        self.fields["to"].choices = offered
        self.fields["category"].group(*category_groups())
        if line.topic.category is None:
            self.fields["category"].empty_label = "请选择类别"


class CampaignForm(StyledForm):
    """A campaign on the planner's own ground."""

    name = Line(label="活动名称", max_length=40, help_text="如：进百家门、暖百家心。")
    aim = Words("目的", rows=2, limit=200, required=False)
    starts_date = Day("开始日期")
    ends_date = Day("结束日期")
    areas = forms.ModelMultipleChoiceField(
        label="社区或网格", queryset=Area.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="选了就包括下面所有的住户。",
    )  # fmt: skip
    compounds = forms.ModelMultipleChoiceField(
        label="或者只选几个小区", queryset=Compound.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose = forms.ModelChoiceField(
        label="走访目的", queryset=Purpose.objects.none(), required=False, empty_label="不限"
    )
    target_percent = forms.IntegerField(label="目标覆盖（%）", min_value=1, max_value=100, initial=100)
    tagged_only = forms.BooleanField(label="只访需关照的住户", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        scope = scope_of(user, granting=Ability.PLAN_VISITS)
        areas = Area.objects.none()
        for code in scope.areas:
            lowest = Level.GRID if level_of(code) == Level.COMMUNITY else Level.COMMUNITY
            areas = areas | Area.objects.in_service().beneath(code).filter(level__gte=lowest)
        self.fields["areas"].queryset = areas.order_by("code")
        self.fields["areas"].label_from_instance = lambda area: area.full_name
        if scope.at(Level.COMMUNITY):
            compounds = Compound.objects.in_use().filter(within(scope)).order_by("community", "name", "pk")
            self.fields["compounds"].queryset = compounds
        else:
            # A street has hundreds: it chooses communities, and they choose their compounds.
            del self.fields["compounds"]
        self.fields["purpose"].queryset = Purpose.objects.filter(active=True).order_by("order", "pk")

    def wanted(self) -> visits.Plan:
        """What was typed, for the verb."""
        given = dict(self.cleaned_data)
        return visits.Plan(**{**given, "areas": list(given["areas"]), "compounds": list(given.get("compounds", []))})


class SettleForm(StyledForm):
    """How the community got hold of a household, or what comes next."""

    note = Line(label="怎么联系上的，或者下一步怎么办", max_length=100)


class CheckForm(StyledForm):
    """What came of holding a visit against the register."""

    visit = forms.IntegerField(widget=forms.HiddenInput)
    note = Line(label="核对结果", max_length=100, required=False)
