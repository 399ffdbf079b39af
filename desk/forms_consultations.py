"""What staff are asked about a consultation: one form for each action, with the verb that carries it out."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from accounts.models import User
from cases.forms import Moment, Photos, StyledForm, Words
from cases.models import Case
from consultations import services as consultations
from consultations.models import Consultation
from consultations.states import Majority, Source, Voting, Way
from consultations.states import Moment as Taken
from desk.forms import GroupedSelect
from desk.forms_posts import Day, Line
from grids.levels import Level, code_at
from grids.models import Area, Compound, Posting
from grids.permissions import Ability
from grids.scope import scope_of

MOST_VOTES = 4
_PUBLIC = "居民可见，不写姓名、电话和门牌号。"


class Count(forms.IntegerField):
    """How many."""

    def __init__(self, label: str, *, required: bool = True, min_value: int = 0, **more):
        super().__init__(label=label, required=required, min_value=min_value, max_value=100_000, **more)


class Yuan(forms.DecimalField):
    """Money in yuan, two places."""

    def __init__(self, label: str = "金额（元）", **more):
        super().__init__(label=label, max_digits=9, decimal_places=2, min_value=0, **more)
        self.error_messages["max_decimal_places"] = "金额最多写到分，请核对。"


class TopicForm(StyledForm):
    """What is to be talked about, where and when."""

    title = Line(label="议题", max_length=40, help_text=f"如：家属院空地怎么用。{_PUBLIC}")
    topic = Words("议什么", rows=3, limit=500, help_text=_PUBLIC)
    area = GroupedSelect(label="社区或网格", queryset=Area.objects.none(), required=False, empty_label="请选择")
    compound = GroupedSelect(
        label="小区", queryset=Compound.objects.none(), required=False, empty_label="不限一个小区",
        help_text="选了小区，不用再选网格。",
    )  # fmt: skip
    venue = Line(label="在哪里开", max_length=60, required=False)
    planned_at = Moment("什么时候开", help_text="通知居民以前要定下来。")
    households = Count("应到几户", required=False, min_value=1)

    def __init__(self, *args, user, held: Consultation | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        scope = scope_of(user, granting=Ability.HANDLE)
        codes = [*scope.at(Level.GRID), *scope.at(Level.COMMUNITY)]
        self._offer(sorted(codes))
        if held is not None:
            for name in ("title", "topic", "venue", "households", "area", "compound"):
                self.initial.setdefault(name, getattr(held, name))
            if held.planned_at:
                self.initial.setdefault("planned_at", timezone.localtime(held.planned_at))

    def _offer(self, codes: list[str]) -> None:
        areas, compounds = Area.objects.none(), Compound.objects.none()
        for code in codes:
            areas = areas | Area.objects.in_service().beneath(code)
            compounds = compounds | Compound.objects.in_use().beneath(code)
        areas = areas.filter(level__lte=Level.COMMUNITY)
        self.fields["area"].group(areas, [("区域", [(row, row.full_name) for row in areas.order_by("code")])])
        rows = compounds.order_by("community", "name", "pk")
        self.fields["compound"].group(compounds, [("小区", [(row, row.name) for row in rows])])
        if len(codes) == 1:
            self.fields["area"].initial = codes[0]

    def clean(self) -> dict:
        """A compound says the grid; without one the area must be chosen."""
        given = super().clean()
        if not given.get("area") and not given.get("compound"):
            self.add_error("area", "请选择小区，或者选择社区、网格。")
        return given

    def wanted(self) -> consultations.Topic:
        """What was typed, for the verb."""
        given = self.cleaned_data
        compound = given["compound"]
        return consultations.Topic(**{**given, "area": given["area"] or compound.area})


class HeldForm(StyledForm):
    """Base of the action forms: knows the consultation and the person."""

    def __init__(self, data=None, files=None, *, held: Consultation, user, **kwargs):
        self.held, self.user = held, user
        super().__init__(data, files, **kwargs)


class NothingForm(HeldForm):
    """An action that asks nothing."""


class LinkForm(HeldForm):
    """The number of a case."""

    number = Line(label="事项的受理编号", max_length=30)

    def clean_number(self) -> Case:
        """A case the person may see."""
        typed = self.cleaned_data["number"].upper().replace("-", "").replace(" ", "")
        found = Case.objects.visible_to(self.user).filter(number=typed, about__isnull=True).first()
        if found is None:
            raise forms.ValidationError("没有找到这个编号的事项，请核对。")
        return found


class InviteForm(HeldForm):
    """A post holder of the community by account, or a resident by what he or she stands for."""

    user = forms.ModelChoiceField(
        label="岗位上的人", queryset=User.objects.none(), required=False, empty_label="不是岗位上的人"
    )
    role = Line(label="身份", max_length=20, help_text="如：小区长、社区民警、居民代表。")
    name = Line(label="居民姓名", max_length=30, required=False, help_text="需要时才写，页面上只显示姓。")
    signs = forms.BooleanField(label="请他监督签字（支出的第二人）", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people_of(self.held)
        self.fields["user"].label_from_instance = lambda one: "　".join(filter(None, [one.called, one.unit_name]))


def people_of(held: Consultation):
    """Whoever holds a post of the community, its grids and compounds, or of the street."""
    community = code_at(held.area_id, Level.COMMUNITY)
    now = Posting.objects.current(timezone.now())
    here = now.filter(area__code__startswith=community) | now.filter(area=held.area_id[:9])
    here = here | now.filter(compound__area__code__startswith=community)
    return User.objects.filter(pk__in=here.values("user")).order_by("full_name", "pk")


class NoticeForm(HeldForm):
    """One round of notices."""

    way = forms.ChoiceField(label="方式", choices=Way.choices, widget=forms.RadioSelect)
    told_at = Moment("什么时候", required=True)
    reach = Count("通知到几户", required=False, help_text="张贴的不用填。")
    others = Line(label="还有谁一起", max_length=40, required=False, help_text="写称呼，如：孙师傅。")
    note = Words("说明", rows=2, limit=100, required=False)
    photos = Photos("照片")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["told_at"].initial = timezone.localtime()

    def wanted(self) -> consultations.Told:
        """What was typed, for the verb."""
        given = self.cleaned_data
        photo = next(iter(given["photos"]), None)
        return consultations.Told(given["way"], given["told_at"], given["reach"], given["others"], given["note"], photo)


class MeetingForm(HeldForm):
    """When, who was there, by which rule, what was said, how it was voted."""

    held_at = Moment("什么时候开的", required=True)
    present = Count("到会几户", min_value=1)
    voting = forms.ChoiceField(label="怎么表决", choices=Voting.choices, widget=forms.RadioSelect)
    majority = forms.ChoiceField(label="怎样算通过", choices=Majority.choices, widget=forms.RadioSelect)
    came = forms.ModelMultipleChoiceField(
        label="请的人里谁到了", queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    minutes = Words("会议记录", rows=4, help_text="内部，谁说了什么不公开。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        held = self.held
        self.fields["came"].queryset = held.attendees.select_related("user").order_by("pk")
        self.fields["came"].label_from_instance = lambda one: f"{one.called}　{one.role}"
        for name in ("present", "voting", "majority", "minutes"):
            self.initial.setdefault(name, getattr(held, name) or None)
        when = held.held_at or held.planned_at
        self.initial.setdefault("held_at", timezone.localtime(when) if when else None)
        options = list(held.options.order_by("position"))
        for number in range(1, MOST_VOTES + 1):
            option = options[number - 1] if number <= len(options) else None
            self._ask(number, option)

    def _ask(self, number: int, option) -> None:
        needed = number == 1
        self.fields[f"text_{number}"] = Line(label=f"方案{number}", max_length=60, required=needed)
        for name, label in (("agree", "同意"), ("against", "不同意"), ("abstain", "弃权")):
            self.fields[f"{name}_{number}"] = Count(label, required=needed and name == "agree")
            self.initial.setdefault(f"{name}_{number}", getattr(option, name, None))
        self.initial.setdefault(f"text_{number}", getattr(option, "text", ""))

    @property
    def plain(self) -> list:
        """The fields before the votes."""
        return [self[name] for name in ("held_at", "present", "voting", "majority", "came", "minutes")]

    @property
    def votes(self) -> list[list]:
        """The fields of each proposal."""
        names = ("text", "agree", "against", "abstain")
        return [[self[f"{name}_{number}"] for name in names] for number in range(1, MOST_VOTES + 1)]

    def wanted(self) -> consultations.Meeting:
        """What was typed, for the verb."""
        given = self.cleaned_data
        votes = [
            consultations.Vote(
                given[f"text_{n}"], *(given[f"{name}_{n}"] or 0 for name in ("agree", "against", "abstain"))
            )
            for n in range(1, MOST_VOTES + 1)
            if given[f"text_{n}"]
        ]
        kept = {name: given[name] for name in ("held_at", "present", "voting", "majority", "minutes")}
        return consultations.Meeting(**kept, votes=votes, came=tuple(one.pk for one in given["came"]))


class DecisionForm(HeldForm):
    """What residents read."""

    decision = Words("议定", rows=4, limit=1000, help_text=_PUBLIC)


class PublishForm(HeldForm):
    """Until when objections are taken."""

    until = Day("公示到哪天")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = timezone.localdate() + timedelta(days=7)


class WhyForm(HeldForm):
    """A reason among colleagues."""

    why = Words("原因", rows=2, limit=500)


class TextForm(HeldForm):
    """What somebody holds against it; nobody is named."""

    text = Words("异议", rows=3, limit=500, help_text="内部，不写是谁提的。")


class StepForm(HeldForm):
    """A step of the works."""

    what = Line(label="做什么", max_length=60, help_text=f"如：地面铺装460平方米。{_PUBLIC}")
    who = Line(label="谁来做", max_length=40, help_text="写单位，如：园林中心、施工单位、社区和居民。")
    until = Day("哪天前")


class ProgressForm(HeldForm):
    """What was done about a step, with photos."""

    step = forms.ModelChoiceField(label="哪一步", queryset=None, empty_label=None)
    told = Words("做了什么", rows=2, limit=500, help_text=_PUBLIC)
    moment = forms.ChoiceField(label="照片是什么时候的", choices=Taken.choices, initial=Taken.DURING, required=False)
    photos = Photos("照片")
    done = forms.BooleanField(label="这一步完成了", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["step"].queryset = self.held.steps.filter(done_at__isnull=True).order_by("number")


class NeedForm(HeldForm):
    """How much is needed."""

    amount = Yuan("需要多少元")


class ReceiveForm(HeldForm):
    """收到一笔."""

    amount = Yuan()
    source = forms.ChoiceField(label="来源", choices=Source.choices, widget=forms.RadioSelect)
    what = Line(label="摘要", max_length=60, help_text="如：居民出资，每户200元。公示可见，不写姓名。")
    on_date = Day("哪天收到", required=False)
    households = Count("几户", required=False, min_value=1, help_text="居民出资的填。")
    unit = Line(label="单位", max_length=60, required=False, help_text="单位、物业、经费填，公示可见。")
    name = Line(label="出资人姓名", max_length=40, required=False, help_text="个人的填，本人同意才公示。")
    consents = forms.BooleanField(label="本人同意公示姓名", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on_date"].initial = timezone.localdate()


class SpendForm(HeldForm):
    """支出一笔."""

    amount = Yuan()
    what = Line(label="摘要", max_length=60, help_text="如：铺装首付款。公示可见。")
    payee = Line(label="收款方", max_length=60, help_text="写单位，公示可见。")
    on_date = Day("哪天付", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on_date"].initial = timezone.localdate()


class OpineForm(HeldForm):
    """What a resident said."""

    satisfied = forms.ChoiceField(label="满意吗", choices=[("yes", "满意"), ("no", "不满意")], widget=forms.RadioSelect)
    words = Words("还说了什么", rows=2, limit=300, required=False, help_text="内部，不写是谁说的。")


class EndForm(HeldForm):
    """What came of it."""

    outcome = Words("结果", rows=3, limit=500, help_text=_PUBLIC)
