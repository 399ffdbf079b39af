"""What the household page shows, gathered before the template is drawn: a fixed number of queries, however big the family."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Report
from cases.roles import may_reveal
from desk.forms_households import ACTS, called, may, other_grids
from desk.heard import visits_to
from desk.wish_list import of_household
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.access import Access, access_to, covers
from households.models import CareTag, Household, HouseholdEvent, Pairing, Resident
from households.services.revealing import FIELDS, REASONS, held_value

LOOKS_SHOWN = 3
CASES_SHOWN, CASES_LOOKED_AT = 5, 50
REVIEW_SOON = timedelta(days=30)
# Events that tell of care tags: shown to those who see the tags, to nobody else.
OF_CARE = ("tag", "tag_review", "tag_off")
TITLES = {
    "register": "登记住户",
    "imported": "表格导入",
    "change": "修改住户资料",
    "person_add": "添加家里的人",
    "person_change": "修改居民资料",
    "person_leave": "登记离开",
    "move_out": "登记搬离",
    "come_back": "恢复在住",
    "move_grid": "调整网格",
    "not_now": "暂不便",
    "tag": "添加关爱标签",
    "tag_review": "复核关爱标签",
    "tag_off": "取消关爱标签",
    "pair": "登记结对干部",
    "unpair": "解除结对",
    "deed": "登记结对做的事",
    "reveal": "查看",
}
# In the menu behind 更多, in this order.
MENU = ("not-now", "again", "move-grid", "pair", "move-out", "come-back")


@dataclass(frozen=True)
class Held:
    """One personal value as the page shows it: masked, and the way to see it for five minutes where that is allowed."""

    field: str
    masked: str
    url: str
    key: str
    label: str


@dataclass(frozen=True)
class PersonRow:
    """One person with the masked values."""

    resident: Resident
    called: str
    name: Held
    phone: Held | None
    id_number: Held | None


@dataclass(frozen=True)
class Entry:
    """One thing that happened to the record, in words without values."""

    title: str
    said: str
    event: HouseholdEvent


def visible_household(user, pk: int) -> Household | None:
    """The household with what its page shows, where the user may see it."""
    rows = Household.objects.visible_to(user).select_related("compound", "area", "door")
    return rows.filter(pk=pk).first()


def held(household: Household, name: str, access: Access, resident: Resident | None = None) -> Held | None:
    """One value for the page; None where nothing is held."""
    value = held_value(household, name, resident)
    if value is None:
        return None
    args = [household.pk, resident.pk, name] if resident else [household.pk, name]
    whose = called(resident) if resident else "住户"
    return Held(
        field=name,
        masked=str(value),
        url=reverse("desk:household-reveal", args=args) if access.reveal else "",
        key=f"{name}-{resident.pk if resident else 0}",
        label=f"{whose}{FIELDS[name]}",
    )


class HouseholdPage:
    """Everything on the household page. All queries run here; the template only reads."""

    def __init__(self, household: Household, user):
        self.household, self.user = household, user
        self.access = access_to(household, user)
        everybody = list(household.residents.order_by("pk"))
        self.present = [row for row in everybody if row.left_date is None]
        self.people = sorted(
            (self._person(row) for row in self.present), key=lambda row: row.resident.relation != "head"
        )
        self.head = next((row for row in self.people if row.resident.relation == Resident.Relation.HEAD), None)
        self.has_id_numbers = any(row.id_number for row in self.people)
        self.contact_name = held(household, "contact_name", self.access)
        self.contact_phone = held(household, "contact_phone", self.access)
        self.tags = tags_of(household) if self.access.care else []
        self.cases = cases_of(household, self.present, user)
        self.wishes = of_household(household, user)
        self.visits = visits_to(household, user)
        self.may_wish = covers(scope_of(user, granting=Ability.REGISTER), household)
        self.memberships = list(household.memberships.select_related("area").order_by("-valid_from"))
        self.pairing = pairing_of(household)
        self.looks = entries(household, self.access, looks_only=True)[:LOOKS_SHOWN]
        self.menu = self._menu()
        self.may_change = may(ACTS["change"], household, self.access)
        self.may_tag = may(ACTS["tag"], household, self.access)

    def _person(self, resident: Resident) -> PersonRow:
        values = {name: held(self.household, name, self.access, resident) for name in ("name", "phone", "id_number")}
        return PersonRow(resident, called(resident), **values)

    def _menu(self) -> list[tuple[str, str]]:
        """(action, label) of the rare ones."""
        open_now = [slug for slug in MENU if may(ACTS[slug], self.household, self.access)]
        if self.pairing:
            open_now = [slug for slug in open_now if slug != "pair"]
        if "move-grid" in open_now and not other_grids(self.household, self.user).exists():
            open_now.remove("move-grid")
        return [(slug, ACTS[slug].label) for slug in open_now]


def tags_of(household: Household) -> list[CareTag]:
    """Current tags with `review_soon`; the caller asked whether the person may see them."""
    tags = household.care_tags.current().select_related("kind", "resident", "set_by")
    tags = list(tags.order_by("kind__order", "pk"))
    for tag in tags:
        tag.review_soon = tag.review_date <= timezone.localdate() + REVIEW_SOON
        tag.review_over = tag.review_date < timezone.localdate()
    return tags


def pairing_of(household: Household) -> Pairing | None:
    """The current pairing with how often something was done."""
    rows = Pairing.objects.current().filter(household=household).select_related("user")
    return rows.annotate(deeds_done=Count("deeds")).first()


@dataclass(frozen=True)
class HouseholdCases:
    """Cases that somebody of the household reported, those under way first."""

    rows: list[Case]
    open: int
    ended: int


def cases_of(household: Household, people: list[Resident], user) -> HouseholdCases | None:
    """Cases reported with a number of this household; None where there is nothing to show.

    Only cases whose reporter the person may look at anyway, because this list tells who reported them; never those
    whose reporter asked to be withheld, withdrew, or complained about staff.
    """
    if not {Ability.HANDLE, Ability.REVEAL} <= abilities_of(user):
        return None
    indexes = [bytes(row.phone_index) for row in people if row.phone_index]
    if household.contact_phone_index:
        indexes.append(bytes(household.contact_phone_index))
    if not indexes:
        return None
    told = Report.objects.standing().filter(phone_index__in=indexes, withheld=False, case__about__isnull=True)
    rows = Case.objects.visible_to(user).filter(pk__in=told.values("case"), merged_into__isnull=True).for_list()
    found = [case for case in rows.order_by("-created_at")[:CASES_LOOKED_AT] if may_reveal(case, user)]
    if not found:
        return None
    under_way = sum(case.is_open for case in found)
    shown = sorted(found, key=lambda case: not case.is_open)[:CASES_SHOWN]
    return HouseholdCases(shown, under_way, len(found) - under_way)


def entries(household: Household, access: Access, *, looks_only: bool = False, limit: int = 200) -> list[Entry]:
    """What happened to the record, newest first, in words. Two queries."""
    rows = household.events.select_related("by").order_by("-pk")
    rows = rows.filter(verb="reveal") if looks_only else rows if access.care else rows.exclude(verb__in=OF_CARE)
    people = {row.pk: called(row) for row in household.residents.all()} if not looks_only else None
    events = list(rows[: LOOKS_SHOWN if looks_only else limit])
    if people is None:
        wanted = {event.details.get("resident") for event in events} - {None}
        people = {row.pk: called(row) for row in household.residents.filter(pk__in=wanted)} if wanted else {}
    return [Entry(TITLES.get(event.verb, "其他"), _said(event, people), event) for event in events]


def _said(event: HouseholdEvent, people: dict[int, str]) -> str:
    """The details of an event in words: who, which fields, which day, why; no values."""
    details, parts = event.details, []
    if resident := people.get(details.get("resident")):
        parts.append(resident)
    if event.verb == "reveal":
        parts.append(FIELDS.get(details.get("field"), ""))
        return "　".join([*parts, REASONS.get(details.get("reason"), "")])
    if event.verb == "not_now":
        parts.append("标为暂不便" if details.get("state") == Household.State.NOT_NOW else "恢复可走访")
    if event.verb == "person_leave":
        parts.append(dict(Resident._meta.get_field("left_reason").choices).get(details.get("reason"), ""))
    if names := details.get("fields"):
        parts.append("改了" + "、".join(_field_words(event.verb, names)))
    return "　".join(part for part in parts if part)


def _field_words(verb: str, names: list[str]) -> list[str]:
    model = Resident if verb == "person_change" else Household
    known = {
        column.name: str(column.verbose_name) for column in model._meta.get_fields() if hasattr(column, "verbose_name")
    }
    return [known.get(name, "其他资料") for name in names]
