"""From what a phone sent to what a visit says: the same form as the page, after the questions only a record raises.

`read` is strict: whatever does not fit goes before a person. `read_as_sent` is for that person, who decided to record
it: with the household it names, its place as of that day, and the posting as of then.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from common.errors import DomainError
from common.normalise import clean_phone
from grids.models import Compound
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.models import Household
from visits import upgraders
from visits.forms import FINE, FINE_LABEL, VisitForm
from visits.models import Campaign, Conflict, Submission, Topic
from visits.services import newcomers
from visits.services.recording import Said, Spoken, area_on, covering
from visits.services.syncing import AtOdds, body_of, key_in
from visits.states import Told
from wishes.models import Wish

# Up to this a late record is only late: phones are without a network for a weekend. Beyond it somebody looks.
LATE = timedelta(days=7)
# Handed in at the door, so to speak: what ended within this has not ended over the record.
PROMPT = timedelta(minutes=1)
# Columns of a household and its compound that writing a visit down seldom reads; they come when they are asked for.
_UNREAD = (
    "address", "search", "contact_phone", "contact_phone_index", "contact_note", "created_at", "updated_at",
    "compound__aliases", "compound__address", "compound__longitude", "compound__latitude", "compound__boundary",
)  # fmt: skip
_PER_TOPIC = ("handling", "detail", "urgent", "photos")
_NO_HOUSEHOLD = "记录里没有写明是哪一户"


def read(row: Submission) -> Said:
    """What the visit says. Raises AtOdds, or another DomainError, in words for whoever reviews the record."""
    body = _body(row)
    happened_at = happened(row)
    if row.client_at is None or happened_at is None:
        raise AtOdds("手机时间看不懂，请核对是哪天的走访")
    if Ability.VISIT not in abilities_of(row.user):
        raise AtOdds("上传时岗位已结束")
    if row.received_at - happened_at > LATE:
        raise AtOdds(f"晚到{(row.received_at - happened_at).days}天")
    household = _seen(body, row.user)
    if household is None:
        household = _household(body, row, happened_at)
        _require_in_scope(household, row.user, happened_at)
    _require_no_ended_campaign(household, happened_at, row.received_at)
    form = _form(body, row, household, happened_at)
    _require_known_fields(form)
    if not form.is_valid():
        raise AtOdds(_faults(form))
    said = form.said()
    said.spoken += _spoken_of_later(form, strict=True)
    return said


def read_as_sent(row: Submission | Conflict, household: Household | None = None) -> Said:
    """What the visit says, with everything that was true on that day; `household` where another one was meant.

    DomainError where even so it cannot be recorded, with what is missing.
    """
    if not row.payload:
        raise DomainError("这条记录的原文已经过了保存期，不能再记。")
    body = _body(row)
    happened_at = happened(row) or row.received_at
    household = household or _household(body, row, happened_at, trusted=True)
    form = _widened(_form(body, row, household, happened_at))
    if not form.is_valid():
        raise DomainError(f"这条记录不能照记：{_faults(form)}。")
    said = form.said()
    said.spoken += _spoken_of_later(form, strict=False)
    said.campaign = _campaigns_of(household, happened_at).filter(ended_at__gt=happened_at).first()
    return said


def happened(row: Submission | Conflict) -> datetime | None:
    """The corrected time a record was written: the phone's time and the measured error; never after it was received."""
    if row.client_at is None:
        return None
    try:
        return min(row.client_at + timedelta(seconds=row.clock_offset), row.received_at)
    except OverflowError:
        return None


def fields_of(body: dict[str, Any]) -> QueryDict:
    """The fields of a record as a form takes them, without halves of characters that a phone cut through."""
    data = QueryDict(mutable=True)
    for name, texts in body.get("fields", {}).items():
        data.setlist(whole(name), [whole(text) for text in texts])
    data["submission"] = body.get("id", "")
    return data


def whole(text: str) -> str:
    """The text without what is no character at all."""
    return text.encode("utf-8", "ignore").decode()


class NewcomerForm(forms.Form):
    """A household that stands in the record itself: its door and who lives there."""

    compound = forms.ModelChoiceField(label="小区", queryset=Compound.objects.all())
    building_no = forms.IntegerField(label="楼号", min_value=1, max_value=9999, required=False)
    unit_no = forms.IntegerField(label="单元号", min_value=1, max_value=999, required=False)
    room = forms.CharField(label="房号", max_length=10)
    name = forms.CharField(label="户主", max_length=30, required=False)
    called = forms.CharField(label="称呼", max_length=20, required=False)
    phone = forms.CharField(label="手机号", max_length=30, required=False)

    def clean_phone(self) -> str:
        """The number without spaces; said once where it is none."""
        typed = self.cleaned_data["phone"]
        try:
            return clean_phone(typed) if typed else ""
        except ValueError as error:
            raise forms.ValidationError("不是手机号") from error


def _body(row: Submission | Conflict) -> dict[str, Any]:
    if isinstance(row, Submission) and row.kind != "visit":
        raise AtOdds("系统不认识这种记录")
    try:
        return upgraders.upgrade(body_of(row), row.schema_version)
    except upgraders.Unknown:
        raise AtOdds("手机上的页面比系统新，系统还读不懂这条记录") from None


def _household(
    body: dict[str, Any], row: Submission | Conflict, happened_at: datetime, *, trusted: bool = False
) -> Household:
    named = body.get("household")
    if isinstance(named, dict):
        form = NewcomerForm(named)
        if not form.is_valid():
            raise AtOdds(f"新住户填得不全：{_faults(form)}")
        new = newcomers.Newcomer(**form.cleaned_data)
        day = timezone.localdate(happened_at)
        return newcomers.household_of(new, day, at=row.received_at, by=row.user, trusted=trusted)
    if key_in(named) is None:
        raise AtOdds(_NO_HOUSEHOLD)
    found = Household.objects.select_related("compound").filter(pk=named).first()
    if found is None:
        raise AtOdds("记录里的这户已经不在系统里")
    return found


def _seen(body: dict[str, Any], user: User) -> Household | None:
    """The household, where it lives in an area of the sender's: the usual case, in one query.

    Pairings and posts of a compound are asked for afterwards, by whoever is not answered here.
    """
    named = key_in(body.get("household"))
    rows = Household.objects.living().select_related("compound").defer(*_UNREAD)
    found = rows.filter(pk=named).first() if named else None
    seen = found is not None and scope_of(user, granting=Ability.HOUSEHOLDS).covers(found.area_id)
    return found if seen else None


def _require_in_scope(household: Household, user: User, happened_at: datetime) -> None:
    if household.state == Household.State.MOVED:
        raise AtOdds(f"这户{_day(household.moved_out_date)}已登记搬离")
    if Household.objects.visible_to(user).filter(pk=household.pk).exists():
        return
    if area_on(household, timezone.localdate(happened_at)) != household.area_id or _moved_today(household, happened_at):
        raise AtOdds(f"这户已划到{household.area.name}")
    raise AtOdds("这户不在记录人负责的范围里")


def _moved_today(household: Household, happened_at: datetime) -> bool:
    """Whether the household came to its present grid on the very day: the day counts for the new grid."""
    day = timezone.localdate(happened_at)
    return household.memberships.filter(valid_from=day).exclude(valid_from=household.moved_in_date).exists()


def _campaigns_of(household: Household, happened_at: datetime):
    day = timezone.localdate(happened_at)
    here = covering(household, household.area_id)
    return Campaign.objects.filter(here, starts_date__lte=day, ends_date__gte=day).order_by("ends_date", "pk")


def _require_no_ended_campaign(household: Household, happened_at: datetime, received_at: datetime) -> None:
    if received_at - happened_at < PROMPT:
        return
    over = Q(ends_date__lt=timezone.localdate(received_at)) | Q(ended_at__gt=happened_at, ended_at__lte=received_at)
    if campaign := _campaigns_of(household, happened_at).filter(over).first():
        raise AtOdds(f"收到时“{campaign.name}”已经结束")


def _form(body: dict[str, Any], row: Submission | Conflict, household: Household, happened_at: datetime) -> VisitForm:
    data = fields_of(body)
    if isinstance(row, Conflict):
        data["submission"] = str(row.uuid)
    return VisitForm(data, household=household, user=row.user).written_at(happened_at)


def _widened(form: VisitForm) -> VisitForm:
    """The form with what could be chosen once: topics no longer offered, people who left, companions since moved on."""
    form.lenient = True
    form.offered = list(Topic.objects.select_related("category").order_by("order", "pk"))
    form.fields["topics"].choices = [(FINE, FINE_LABEL), *((topic.code, topic.name) for topic in form.offered)]
    form.fields["people"].queryset = form.household.residents.all()
    for name in ("with_people", "with_units", "purpose"):
        form.fields[name].queryset = form.fields[name].queryset.model.objects.all()
    return form


def _require_known_fields(form: VisitForm) -> None:
    codes = {topic.code for topic in form.offered}
    known = {*form.fields, "photos", "then", *(f"{part}-{code}" for part in _PER_TOPIC for code in codes)}
    unknown = [name for name in form.data if name not in known and not name.startswith("told-")]
    if unknown:
        raise AtOdds("记录里有系统不认识的内容")


def _spoken_of_later(form: VisitForm, *, strict: bool) -> list[Spoken]:
    """What was said about things that ended between the door and the upload: written down all the same."""
    offered = {item.name for item in form.items}
    found = []
    for name in form.data:
        told = form.data.get(name)
        if not name.startswith("told-") or name in offered or told not in Told.values:
            continue
        spoken = _ended(name.removeprefix("told-"), told, form.household)
        if spoken is None and strict:
            raise AtOdds("说到的在办事项对不上这一户")
        if spoken is not None:
            found.append(spoken)
    return found


def _ended(name: str, told: str, household: Household) -> Spoken | None:
    kind, _, number = name.partition("-")
    if not number.isalnum():
        return None
    if kind == "case":
        case = Case.objects.filter(number=number, visit_finding__visit__household=household).first()
        return Spoken(told, case=case) if case else None
    wish = Wish.objects.filter(number=number, household=household).first() if kind == "wish" else None
    return Spoken(told, wish=wish) if wish else None


def _faults(form: forms.Form) -> str:
    """Which parts do not hold. What was typed is not repeated: it may be somebody's words."""
    general: list[str] = [str(error).rstrip("。") for error in form.non_field_errors()]
    label: Callable[[str], str] = lambda name: str(form.fields[name].label or name)  # noqa: E731
    return "；".join([*general, *(f"“{label(name)}”填得不对" for name in form.errors if name in form.fields)])


def _day(day) -> str:
    return f"{day.month}月{day.day}日"
