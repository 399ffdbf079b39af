"""住户: the views and filters of the list, and the page they lead to, in the order in which one walks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from common.pages import Page, bounded_count, keyset
from desk.filters import PlainSelect, places_of
from grids.levels import Level, level_of
from grids.models import Compound
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.models import CareTag, Household, TagKind

DOOR_ORDER = ("community", "compound", "building_no", "unit_no", "room_order", "id")
REVIEW_AHEAD = timedelta(days=30)
COMPOUNDS_OFFERED = 300


@dataclass(frozen=True)
class View:
    """A view of the list; `care` views are there only for those who see care tags."""

    slug: str
    label: str
    select: Callable[["Rows"], QuerySet]
    why_empty: str
    care: bool = False
    hot: bool = False


class Rows:
    """What one person sees: households and, with the ability, care tags."""

    def __init__(self, user):
        self.scope = scope_of(user, granting=Ability.HOUSEHOLDS)
        self.has_care = Ability.CARE in abilities_of(user)
        self.tags = CareTag.objects.visible_to(user).current() if self.has_care else CareTag.objects.none()
        self.seen = _in_index_range(Household.objects.visible_to(user), self.scope)

    def living(self) -> QuerySet:
        """Those who have not moved out."""
        return self.seen.living()

    def tagged(self, **narrowed) -> QuerySet:
        """Living households with a tag."""
        return self.living().filter(Exists(self.tags.filter(household=OuterRef("pk"), **narrowed)))

    def to_review(self) -> QuerySet:
        """Living households with a tag to look at again, now or within a month."""
        return self.tagged(review_date__lte=timezone.localdate() + REVIEW_AHEAD)


def _in_index_range(rows: QuerySet, scope) -> QuerySet:
    """The same rows; for who serves one street it is also said as a range of communities, which an index answers."""
    streets = scope.at(Level.STREET)
    if len(streets) == 1 and len(scope.areas) == 1 and not scope.around:
        return rows.filter(community__range=(f"{streets[0]}000", f"{streets[0]}999"))
    return rows


VIEWS = (
    View("living", "在住", Rows.living, "辖区内还没有登记住户。"),
    View("care", "有关爱标签", Rows.tagged, "没有设了关爱标签的住户。", care=True),
    View("review", "复核到期", Rows.to_review, "30天内没有要复核的关爱标签。", care=True, hot=True),
    View(
        "not-now",
        "暂不便",
        lambda rows: rows.seen.filter(state=Household.State.NOT_NOW),
        "没有标为暂不便的住户。",
    ),
    View("moved", "已搬离", lambda rows: rows.seen.filter(state=Household.State.MOVED), "没有搬离的记录。"),
)


@dataclass
class Filter:
    """What the list is narrowed to. A value nobody offered is left out and said so."""

    choices: dict[str, list[tuple[str, str]]]
    chosen: dict[str, str] = field(default_factory=dict)
    ignored: bool = False

    @property
    def in_use(self) -> bool:
        """True where something is narrowed."""
        return bool(self.chosen)

    @property
    def fields(self) -> list:
        """The selects, drawn."""
        return [
            PlainSelect(choices=choices).render(
                name,
                self.chosen.get(name, ""),
                {"class": "form-select", "aria-label": _WORDS[name], "id": f"filter-{name}"},
            )
            for name, choices in self.choices.items()
        ]


_WORDS = {"area": "区域", "compound": "小区", "kind": "户类型", "tag": "关爱标签"}


def read_filter(rows: Rows, query) -> Filter:
    """The filters of the address among the choices of one person. At most three queries."""
    choices: dict[str, list[tuple[str, str]]] = {}
    if places := places_of(rows.scope):
        choices["area"] = [("", f"全部{places[0]}"), *places[1]]
    area = query.get("area", "")
    if area not in dict(choices.get("area", [])):
        area = ""
    if compounds := _compounds(rows.scope, area):
        choices["compound"] = [("", "全部小区"), *compounds]
    choices["kind"] = [("", "全部户类型"), *Household.Kind.choices]
    if rows.has_care:
        kinds = TagKind.objects.filter(active=True).order_by("order", "pk").values_list("code", "name")
        choices["tag"] = [("", "全部标签"), *kinds]
    asked = {name: query.get(name, "") for name in _WORDS}
    chosen = {name: value for name, value in asked.items() if value and value in dict(choices.get(name, []))}
    return Filter(choices, chosen, ignored=any(asked[name] and name not in chosen for name in asked))


def _compounds(scope, area: str) -> list[tuple[str, str]]:
    """Compounds to choose from: those of the chosen area, else of the person's communities and grids."""
    codes = [area] if area else [code for code in scope.areas if level_of(code) <= Level.COMMUNITY]
    if not codes and not scope.around:
        return []
    found = Q(pk__in=scope.around)
    for code in codes:
        found |= Q(area__code__startswith=code) | Q(area=code[:12])
    rows = Compound.objects.in_use().filter(found).order_by("community", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows[:COMPOUNDS_OFFERED]]


def narrow(rows: Rows, selected: QuerySet, chosen: dict[str, str]) -> QuerySet:
    """`selected` with the chosen filters."""
    if area := chosen.get("area"):
        column = {15: "area", 12: "community", 9: "street"}[len(area)]
        selected = selected.filter(**{column: area})
    if compound := chosen.get("compound"):
        selected = selected.filter(compound=int(compound))
    if kind := chosen.get("kind"):
        selected = selected.filter(kind=kind)
    if code := chosen.get("tag"):
        selected = selected.filter(Exists(rows.tags.filter(household=OuterRef("pk"), kind__code=code)))
    return selected


@dataclass(frozen=True)
class Listing:
    """One state of the list: view, filters, page with the tags of its rows, bounded counts of the views."""

    view: View
    filter: Filter
    page: Page
    tabs: list[tuple[View, int]]
    found: int
    has_care: bool


def listing(user, query) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    rows = Rows(user)
    views = [view for view in VIEWS if rows.has_care or not view.care]
    view = next((view for view in views if view.slug == query.get("view")), views[0])
    chosen = read_filter(rows, query)
    tabs = [(v, bounded_count(narrow(rows, v.select(rows), chosen.chosen))) for v in views]
    selected = narrow(rows, view.select(rows), chosen.chosen).select_related("compound", "area")
    page = keyset(selected.defer("contact_phone", "search"), order=DOOR_ORDER, cursor=query.get("page"))
    _put_tags(rows, page)
    return Listing(view, chosen, page, tabs, dict((v.slug, n) for v, n in tabs)[view.slug], rows.has_care)


def _put_tags(rows: Rows, page: Page) -> None:
    """`tags_shown` for every row: names of the kinds, each once. One query, none without the ability."""
    of: dict[int, list[str]] = {}
    if rows.has_care and page.rows:
        tags = rows.tags.filter(household__in=[row.pk for row in page.rows]).order_by("kind__order", "pk")
        for household, name in tags.values_list("household_id", "kind__name"):
            of.setdefault(household, []).append(name)
    for row in page.rows:
        row.tags_shown = list(dict.fromkeys(of.get(row.pk, [])))
