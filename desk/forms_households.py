"""What the household pages ask for. Every form knows its household and the verb it carries out (`perform`)."""

from django import forms
from django.utils import timezone

from accounts.models import User
from cases.forms import StyledForm, Words
from desk.forms_residents import Day, Line, PersonFields
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability
from grids.scope import scope_of
from households.access import Access
from households.forms import NameField, PhoneField, kept_out
from households.models import CareTag, Household, Pairing, Resident, TagKind
from households.services import caring, keeping, pairing, residents

KEEP, CARE = "keep", "set_care"


class HouseholdForm(StyledForm):
    """Base: knows household, person and, where there is one, the row it is about."""

    label = told = explains = ""
    needs = KEEP
    # The related rows an address may name: "residents", "care_tags" or nothing.
    about = ""
    states = (Household.State.LIVING, Household.State.NOT_NOW)

    def __init__(self, data=None, *, household: Household, user, item=None):
        self.household, self.user, self.item = household, user, item
        super().__init__(data)
        self.prepare()

    def prepare(self) -> None:
        """Offer choices and show what is held."""

    def perform(self, *, seen: str, by: User) -> None:
        """Carry it out. Raises DomainError, StalePage among them."""
        raise NotImplementedError


class ChangeForm(HouseholdForm):
    """修改资料."""

    label, told = "修改资料", "住户资料已修改"
    kind = forms.ChoiceField(label="户类型", choices=Household.Kind.choices)
    size = forms.IntegerField(label="人数", min_value=0, max_value=99)
    moved_in_date = Day("入住日期")
    contact_name = NameField(label="联系人", max_length=30, required=False)
    contact_phone = PhoneField(label="联系电话", max_length=30, required=False)
    contact_note = Line(label="联系说明", max_length=60, required=False, help_text="如：急事找女儿")

    def prepare(self) -> None:
        """Show what is held, names and number masked."""
        for name in ("kind", "size", "moved_in_date", "contact_note"):
            self.initial[name] = getattr(self.household, name)
        for name in ("contact_name", "contact_phone"):
            self.fields[name].hold(getattr(self.household, name))

    def perform(self, *, seen: str, by: User) -> None:
        """Change what was typed anew."""
        keeping.change(self.household, kept_out(self.cleaned_data), seen=seen, by=by)


class PersonNewForm(PersonFields, HouseholdForm):
    """添加家里的人."""

    label, told = "添加家里的人", "已添加"

    def prepare(self) -> None:
        """The first person is the head."""
        if not self.household.residents.filter(left_date__isnull=True).exists():
            self.initial["relation"] = Resident.Relation.HEAD

    def perform(self, *, seen: str, by: User) -> None:
        """One more person."""
        residents.add(self.household, keeping.Person(**self.cleaned_data), seen=seen, by=by)


class PersonChangeForm(PersonFields, HouseholdForm):
    """修改一个人的资料."""

    label, told, about = "修改居民资料", "居民资料已修改", "residents"
    explains = "遮蔽的内容不改就保持原样；改的时候请整项重填。"

    def prepare(self) -> None:
        """Show what is held, name and numbers masked."""
        for name in ("called", "relation", "sex", "birth_year", "note"):
            self.initial[name] = getattr(self.item, name)
        for name in {"name", "phone", "id_number"} & self.fields.keys():
            self.fields[name].hold(getattr(self.item, name))

    def perform(self, *, seen: str, by: User) -> None:
        """Change what was typed anew."""
        residents.change(self.item, kept_out(self.cleaned_data), seen=seen, by=by)


class PersonLeaveForm(HouseholdForm):
    """一个人离开."""

    label, told, about = "登记离开", "已登记离开", "residents"
    explains = "这个人的资料会保留，不再显示在家里的人里；本人的关爱标签同时取消。"
    reason = forms.ChoiceField(label="离开原因", choices=Resident._meta.get_field("left_reason").choices)
    on = Day("离开日期")
    new_head = forms.ModelChoiceField(label="新户主", queryset=Resident.objects.none(), empty_label="请选择新户主")

    def prepare(self) -> None:
        """A new head is chosen only where the head leaves."""
        self.initial["on"] = timezone.localdate()
        if self.item.relation != Resident.Relation.HEAD:
            del self.fields["new_head"]
            return
        field = self.fields["new_head"]
        field.queryset = self.household.residents.filter(left_date__isnull=True).exclude(pk=self.item.pk)
        field.label_from_instance = called

    def perform(self, *, seen: str, by: User) -> None:
        """The person leaves."""
        residents.leave(self.item, **self.cleaned_data, seen=seen, by=by)


class MoveOutForm(HouseholdForm):
    """登记搬离."""

    label, told = "登记搬离", "已登记搬离"
    explains = "全家离开时登记。家里的人、关爱标签和结对同时结束，记录保留；门牌可以登记新的住户。"
    on = Day("搬离日期")

    def prepare(self) -> None:
        """Today."""
        self.initial["on"] = timezone.localdate()

    def perform(self, *, seen: str, by: User) -> None:
        """The household leaves."""
        keeping.move_out(self.household, on=self.cleaned_data["on"], seen=seen, by=by)


class ComeBackForm(HouseholdForm):
    """恢复在住."""

    label, told, states = "恢复在住", "已恢复在住", (Household.State.MOVED,)
    explains = "搬离登记错了，或者全家又搬回来时用。搬离时一起离开的人会恢复，关爱标签和结对要重新设。"
    on = Day("恢复日期")

    def prepare(self) -> None:
        """Today."""
        self.initial["on"] = timezone.localdate()

    def perform(self, *, seen: str, by: User) -> None:
        """The household is back."""
        keeping.come_back(self.household, on=self.cleaned_data["on"], by=by)


class NotNowForm(HouseholdForm):
    """暂不便."""

    label, told, states = "标为暂不便", "已标为暂不便", (Household.State.LIVING,)
    explains = "住户近期不方便上门（住院、装修、外出等）时用，不记原因，方便后再恢复。"

    def perform(self, *, seen: str, by: User) -> None:
        """Not now."""
        keeping.mark_not_now(self.household, True, seen=seen, by=by)


class AgainForm(HouseholdForm):
    """恢复可走访."""

    label, told, states = "恢复可走访", "已恢复", (Household.State.NOT_NOW,)

    def perform(self, *, seen: str, by: User) -> None:
        """Visits again."""
        keeping.mark_not_now(self.household, False, seen=seen, by=by)


class MoveGridForm(HouseholdForm):
    """调整网格."""

    label, told = "调整网格", "已调整网格"
    explains = "原来的归属会保留，从开始日期起属于新网格。"
    area = forms.ModelChoiceField(label="新网格", queryset=Area.objects.none(), empty_label="请选择网格")
    since = Day("开始日期")
    reason = Line(label="原因", max_length=60)

    def prepare(self) -> None:
        """The other grids of the community that the person keeps."""
        self.initial["since"] = timezone.localdate()
        self.fields["area"].queryset = other_grids(self.household, self.user)
        self.fields["area"].label_from_instance = lambda area: area.name

    def perform(self, *, seen: str, by: User) -> None:
        """Another grid from then on."""
        keeping.move_grid(self.household, **self.cleaned_data, seen=seen, by=by)


class TagForm(HouseholdForm):
    """添加关爱标签."""

    label, told, needs = "添加关爱标签", "已添加关爱标签", CARE
    kind = forms.ModelChoiceField(label="标签", queryset=TagKind.objects.none(), empty_label="请选择标签")
    resident = forms.ModelChoiceField(
        label="哪一位", queryset=Resident.objects.none(), required=False, empty_label="全家"
    )
    reason = Words("为什么", rows=2, limit=100, help_text="写服务上的需要，如：子女在外地，平日一人住。")
    review_date = Day("复核日期", required=False, help_text="不填就按标签种类的复核间隔。")

    def prepare(self) -> None:
        """Kinds in use, and the people who live there."""
        self.fields["kind"].queryset = TagKind.objects.filter(active=True).order_by("order", "pk")
        field = self.fields["resident"]
        field.queryset = self.household.residents.filter(left_date__isnull=True).order_by("pk")
        field.label_from_instance = called

    def perform(self, *, seen: str, by: User) -> None:
        """One more tag."""
        caring.set_tag(self.household, **self.cleaned_data, by=by)


class TagReviewForm(HouseholdForm):
    """复核关爱标签."""

    label, told, needs, about = "复核关爱标签", "已复核", CARE, "care_tags"
    explains = "情况没有变化，标签继续保留到下一次复核。"
    reason = Words("为什么", rows=2, limit=100)
    review_date = Day("下次复核日期", required=False, help_text="不填就按标签种类的复核间隔。")

    def prepare(self) -> None:
        """The reason as it stands."""
        self.initial["reason"] = self.item.reason

    def perform(self, *, seen: str, by: User) -> None:
        """The tag stays."""
        caring.review(self.item, **self.cleaned_data, by=by)


class TagOffForm(HouseholdForm):
    """取消关爱标签."""

    label, told, needs, about = "取消关爱标签", "已取消关爱标签", CARE, "care_tags"
    reason = Words("取消原因", rows=2, limit=100)

    def perform(self, *, seen: str, by: User) -> None:
        """The tag goes."""
        caring.take_off(self.item, reason=self.cleaned_data["reason"], by=by)


class PairForm(HouseholdForm):
    """结对."""

    label, told = "登记结对干部", "已登记结对"
    explains = "结对干部可以看到这一户，查看姓名和手机要选原因并留下记录。"
    cadre = Line(label="结对干部", max_length=60, help_text="写账号或姓名全称。")
    since = Day("结对日期")

    def prepare(self) -> None:
        """From today."""
        self.initial["since"] = timezone.localdate()

    def clean_cadre(self) -> User:
        """The one active account of this username or full name."""
        typed = self.cleaned_data["cadre"]
        people = User.objects.filter(is_active=True)
        named = list(people.filter(username=typed)[:1]) or list(people.filter(full_name=typed)[:2])
        if len(named) != 1:
            found = "有多位同名的干部，请写账号。" if named else "没有找到这个账号或姓名，请核对。"
            raise forms.ValidationError(found)
        return named[0]

    def perform(self, *, seen: str, by: User) -> None:
        """Paired from then on."""
        pairing.pair(self.household, self.cleaned_data["cadre"], since=self.cleaned_data["since"], by=by)


class UnpairForm(HouseholdForm):
    """解除结对."""

    label, told, about = "解除结对", "已解除结对", "pairings"
    explains = "解除后这位干部不再看到这一户，做过的事保留。"

    def perform(self, *, seen: str, by: User) -> None:
        """The pairing ends."""
        pairing.unpair(self.item, by=by)


class DeedForm(StyledForm):
    """What was done for a paired household."""

    happened_date = Day("日期")
    text = Words("做了什么", rows=3, limit=300, help_text="不写姓名、电话和身份证号。")


ACTS: dict[str, type[HouseholdForm]] = {
    "change": ChangeForm,
    "person-new": PersonNewForm,
    "person-change": PersonChangeForm,
    "person-leave": PersonLeaveForm,
    "tag": TagForm,
    "tag-review": TagReviewForm,
    "tag-off": TagOffForm,
    "pair": PairForm,
    "unpair": UnpairForm,
    "not-now": NotNowForm,
    "again": AgainForm,
    "move-grid": MoveGridForm,
    "move-out": MoveOutForm,
    "come-back": ComeBackForm,
}


def called(resident: Resident) -> str:
    """How a person is called on the pages: 刘阿姨, else the masked name."""
    return resident.called or str(resident.name)


def other_grids(household: Household, user):
    """Grids of the household's community, besides its own, in which the person keeps the records."""
    scope = scope_of(user, granting=Ability.KEEP_HOUSEHOLDS)
    codes = [household.compound.community] if scope.covers(household.compound.community) else []
    rows = Area.objects.in_service().filter(level=Level.GRID, pk__startswith=codes[0] if codes else "-")
    return rows.exclude(pk=household.area_id).order_by("pk")


def may(form: type[HouseholdForm], household: Household, access: Access) -> bool:
    """Whether the person has the right to an act, and the household is in a state for it."""
    return getattr(access, form.needs) and household.state in form.states


def subject_of(form: type[HouseholdForm], household: Household, pk: int | None):
    """The row the address names: a present resident, a current tag, the pairing. None where there is no such row."""
    if form.about == "residents":
        return household.residents.filter(left_date__isnull=True, pk=pk).first()
    if form.about == "care_tags":
        return CareTag.objects.current().filter(household=household, pk=pk).select_related("kind", "resident").first()
    return Pairing.objects.current().filter(household=household, pk=pk).first()
