"""今日: whom to visit, door by door, with the reason in plain words. A fixed number of queries, however long the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.states import NOT_ENDED
from common.pages import Page, bounded_count, keyset
from households.models import CareTag, Household, Resident
from visits.labels import door_label
from visits.models import Campaign, Finding, Standing, Visit
from visits.services.choosing import WISHES_UNDER_WAY
from visits.services.due import due_on, with_due
from visits.states import Outcome, Part
from wishes.models import Wish

DUE_SHOWN = 50
PAGE = 30
COUNTED = 999
NEW_FOR = timedelta(days=60)
DOOR_ORDER = ("compound", "building_no", "unit_no", "room_order", "id")
VIEWS = (("due", "该访"), ("building", "本楼"), ("all", "全部"))
_TRY = {Part.MORNING: "上午", Part.AFTERNOON: "下午", Part.EVENING: "傍晚"}


@dataclass(frozen=True)
class Row:
    """One door: what it is called, why it is on the list, and how it is marked."""

    household: Household
    label: str
    called: str
    reason: str
    mark: str = ""
    tag: str = ""
    compound: str = ""


@dataclass(frozen=True)
class Progress:
    """The worker's own day: how many doors were visited and how many are left. Compared with nobody."""

    done: int
    left: int

    @property
    def share(self) -> int:
        """Visited doors of all of today's, in percent."""
        together = self.done + self.left
        return round(100 * self.done / together) if together else 0


@dataclass(frozen=True)
class Today:
    """One state of the page."""

    view: str
    tabs: list[tuple[str, str, int]]
    rows: list[Row]
    progress: Progress
    page: Page | None = None
    beyond: int = 0
    building: str = ""


def today_for(user: User, query, *, day: date | None = None) -> Today:
    """The page an address asks for; anything unknown in it falls back to the due list."""
    day = day or timezone.localdate()
    seen = Household.objects.visible_to(user)
    view = query.get("list") if query.get("list") in dict(VIEWS) else "due"
    due = due_on(seen, day)
    left = bounded_count(due, COUNTED)
    done = Visit.objects.filter(visitor=user, happened_date=day).values("household").distinct().count()
    living = with_due(seen, day) if view != "due" else None
    here = _building(user, due)
    beside = seen.living().filter(**here) if here else Household.objects.none()
    counts = {"due": left, "building": bounded_count(beside, COUNTED), "all": bounded_count(seen.living(), COUNTED)}
    tabs = [(slug, words, counts[slug]) for slug, words in VIEWS]
    page = None
    if view == "due":
        found = list(_with_door(due)[:DUE_SHOWN])
    else:
        wanted = beside if view == "building" else seen.living()
        page = keyset(_with_door(wanted), order=DOOR_ORDER, cursor=query.get("page"), size=PAGE)
        found = _known(page.rows, living, day)
    rows = as_rows(found, user, day)
    place = f"{found[0].compound.name}{here['building_no'] or ''}号楼" if view == "building" and found and here else ""
    beyond = max(left - DUE_SHOWN, 0) if view == "due" else 0
    return Today(view, tabs, rows, Progress(done, left), page, beyond, place)


def _with_door(rows: QuerySet) -> QuerySet:
    return rows.select_related("compound", "standing__visit").defer("contact_phone", "search", "address")


def _known(rows: list[Household], living: QuerySet | None, day: date) -> list[Household]:
    """The same rows with what the due rule knows of them; those it leaves out stay as they are."""
    if living is None or not rows:
        return rows
    known = {row.pk: row for row in _with_door(living.filter(pk__in=[row.pk for row in rows]))}
    return [known.get(row.pk, row) for row in rows]


def _building(user: User, due: QuerySet) -> dict | None:
    """The building the worker was in last, else the one of the most pressing door."""
    columns = ("compound_id", "building_no")
    last = Visit.objects.filter(visitor=user).newest_first().select_related("household").first()
    if last is not None:
        return {name: getattr(last.household, name) for name in columns}
    return due.values(*columns).first()


def as_rows(found: Iterable[Household], user: User, day: date) -> list[Row]:
    """Rows of the list. Households come from `with_due` where the reason is to say what the rule knows. Five queries."""
    found = list(found)
    ids = [household.pk for household in found]
    tags, called, open_words = _tags(ids, user), _called(ids), _open_words(ids, user)
    names = dict(Campaign.objects.on(day).values_list("pk", "name"))
    several = len({household.compound_id for household in found}) > 1
    rows = []
    for household in found:
        mark, tag = _mark(household, day)
        campaign = names.get(getattr(household, "campaign_id", None) or 0, "")
        parts = [_why(household, tags.get(household.pk, []), campaign, day), *open_words.get(household.pk, [])[:1]]
        rows.append(
            Row(
                household,
                door_label(household),
                called.get(household.pk) or (str(household.head_name) if household.head_name else ""),
                "　".join(part for part in parts if part),
                mark,
                tag,
                household.compound.name if several else "",
            )
        )
    return rows


def _tags(ids: list[int], user: User) -> dict[int, list[str]]:
    """Names of the care tags the user may see."""
    of: dict[int, list[str]] = {}
    tags = CareTag.objects.visible_to(user).current().filter(household__in=ids).order_by("kind__order", "pk")
    for household, name in tags.values_list("household_id", "kind__name"):
        if name not in of.setdefault(household, []):
            of[household].append(name)
    return of


def _called(ids: list[int]) -> dict[int, str]:
    heads = Resident.objects.filter(household__in=ids, left_date__isnull=True, relation=Resident.Relation.HEAD)
    return dict(heads.exclude(called="").values_list("household_id", "called"))


def _open_words(ids: list[int], user: User) -> dict[int, list[str]]:
    """What is under way for each household, in words, as far as the user may see it."""
    of: dict[int, list[str]] = {}
    cases = Case.objects.visible_to(user).filter(visit_finding__visit__household__in=ids, status__in=NOT_ENDED)
    found = Finding.objects.filter(case__in=cases).select_related("case__category")
    for one in found.order_by("pk").values_list("visit__household_id", "case__title", "case__category__name"):
        of.setdefault(one[0], []).append(f"{one[1] or one[2]}在办")
    wishes = Wish.objects.visible_to(user).filter(household__in=ids, status__in=WISHES_UNDER_WAY)
    for household, title in wishes.order_by("pk").values_list("household_id", "title"):
        of.setdefault(household, []).append(f"心愿：{title}" if title else "有心愿在办")
    return of


def standing_of(household: Household) -> Standing | None:
    """Where its visits stand; None where nobody was ever there."""
    return getattr(household, "standing", None)


def _why(household: Household, tags: list[str], campaign: str, day: date) -> str:
    standing = standing_of(household)
    if standing is not None and standing.handed_at:
        return f"{standing.absences}次家中无人，已交社区联系"
    if standing is not None and standing.next_date:
        return _agreed(standing, day)
    parts = [*tags[:2]]
    if standing is not None and standing.reached_date:
        days = (day - standing.reached_date).days
        parts.append(f"{days}天没走访" if days else "今天走访过")
    elif household.moved_in_date >= day - NEW_FOR:
        parts.append("新搬来，还没见过面")
    else:
        parts.append("还没见过面")
    return "　".join([*parts, *([campaign] if campaign else [])])


def _agreed(standing: Standing, day: date) -> str:
    """What the last visit said about the next one."""
    part = _TRY.get(Part(standing.next_part), "") if standing.next_part else ""
    assert standing.next_date is not None
    when = _day(standing.next_date, day)
    if standing.visit is not None and standing.visit.next_date:
        return f"约好{when}{part}上门"
    if standing.outcome == Outcome.ABSENT:
        return f"上次家中无人，建议{when if standing.next_date > day else ''}{part}再去"
    if standing.outcome == Outcome.NOT_NOW:
        return "上次说暂不便，可以再去"
    return f"社区请{when}再去"


def _day(wanted: date, day: date) -> str:
    near = {day: "今天", day + timedelta(days=1): "明天", day - timedelta(days=1): "昨天"}
    return near.get(wanted) or f"{wanted.month}月{wanted.day}日"


def _mark(household: Household, day: date) -> tuple[str, str]:
    """(class of the row, words at its end): overdue, today, again, new, of a campaign."""
    standing, due = standing_of(household), getattr(household, "due_date", None)
    if standing is not None and standing.next_date and standing.outcome == Outcome.ABSENT and standing.next_date <= day:
        return "soon", f"第{standing.absences + 1}次"
    reached = standing is not None and (standing.reached_date or standing.next_date)
    if due is not None and reached and due < day:
        return "over", f"超期{(day - due).days}天"
    if due is not None and reached and due == day:
        return "soon", "今天"
    if getattr(household, "campaign_id", None):
        return "", "活动"
    if not reached and household.moved_in_date >= day - NEW_FOR:
        return "", "新户"
    return "", ""
