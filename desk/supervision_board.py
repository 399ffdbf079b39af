"""督办: cases the district handed out, in lanes by how far they are; what the portal proposes; how each unit stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import django_filters as filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.due import DUE_OK, DUE_OVER, DUE_SOON, elapsed, remaining
from cases.filters import CaseFilter
from cases.models import Case, Category, Coordination
from cases.states import Outcome, Status
from common.pages import Page, keyset
from common.templatetags.weidu import cn_date
from desk import work
from desk.filters import PlainSelect, places_of
from grids.levels import Level, code_at
from grids.models import Area, Organization
from grids.scope import scope_of
from supervision.models import AgendaItem, Order
from supervision.rules import Kind

SHOWN, SIZE = 20, 20
ORDER = ("queue_rank", "due_at", "id")


class Handed:
    """The cases one person sees among those handed out, by lane. A case stands in one lane only."""

    def __init__(self, user, narrow: Callable[[QuerySet], QuerySet]):
        self.seen = narrow(Case.objects.visible_to(user))
        self.all = self.seen.filter(level=Level.DISTRICT, handling_unit__takes_cases=True)
        here = OuterRef("pk")
        self._ordered = Exists(Order.objects.demanding().filter(case=here))
        self._urged = Exists(Order.objects.urging().filter(case=here))
        self._quiet = self.all.filter(~self._ordered, ~self._urged)

    def lane(self, slug: str) -> QuerySet:
        """The cases of a lane."""
        return {
            "unsigned": self._quiet.unsigned(),
            "working": self._quiet.filter(status=Status.HANDLING),
            "urged": self.all.open().filter(self._urged, ~self._ordered),
            # Streets are ordered too, so this lane is not limited to units.
            "ordered": self.seen.open().filter(self._ordered),
            "confirming": self.all.confirming(),
        }[slug]


LANES = {"unsigned": "待签收", "working": "办理中", "urged": "催办", "ordered": "督办", "confirming": "待验收"}


class BoardFilter(filters.FilterSet):
    """Narrows the board to a unit, a street, a category; one form for all its lanes."""

    unit = filters.ModelChoiceFilter(
        label="单位",
        queryset=Organization.objects.filter(takes_cases=True, active=True).order_by("name"),
        field_name="handling_unit",
        empty_label="全部单位",
    )
    area = filters.CharFilter(label="街道", method="within_area")
    category = filters.ModelChoiceFilter(
        label="类别",
        queryset=Category.objects.active().tops(),
        to_field_name="code",
        empty_label="全部类别",
        method="of_category",
    )

    class Meta:
        model = Case
        fields = ["unit", "area", "category"]

    within_area = CaseFilter.within_area
    of_category = CaseFilter.of_category

    def __init__(self, data, *, user):
        super().__init__(data, Case.objects.none())
        fields = self.form.fields
        fields["area"].validators += CaseFilter.base_filters["area"].extra["validators"]
        places = places_of(scope_of(user))
        everywhere = [("", f"全部{places[0]}"), *places[1]] if places else []
        fields["area"].widget = PlainSelect(choices=everywhere) if places else forms.HiddenInput()
        for name, field in fields.items():
            if name != "area":
                field.widget = PlainSelect(choices=field.choices)
            field.widget.attrs |= {"class": "form-select", "aria-label": field.label, "id": f"filter-{name}"}
        self.ignored = not self.form.is_valid()

    @property
    def in_use(self) -> bool:
        """True where something is narrowed."""
        return any(self.data.get(name) for name in self.filters)


@dataclass(frozen=True)
class Until:
    """A time other than the handling deadline, as `{% due_badge %}` shows it."""

    due_state: tuple[str, str]


@dataclass(frozen=True)
class Card:
    """One case as a lane shows it."""

    case: Case
    place: str
    whose: str
    due: object
    coordinated: str
    step: str


@dataclass(frozen=True)
class Lane:
    """A lane with its first cases and how many there are (up to 101)."""

    slug: str
    label: str
    count: int
    cards: list[Card]


def cards(rows: Iterable[Case], at: datetime) -> list[Card]:
    """Cases of `work.called` as cards, in four queries whatever their number."""
    rows = list(rows)
    codes = {code_at(case.area_id, level) for case in rows for level in (Level.COMMUNITY, Level.STREET)}
    names = {area.code: area.full_name for area in Area.objects.filter(code__in=codes)}
    told, steps = _coordinated(rows), _steps(rows, at)
    return [
        Card(
            case=case,
            place=names.get(code_at(case.area_id, Level.COMMUNITY)) or case.area.full_name,
            whose=case.handling_unit.name if case.handling_unit else names.get(code_at(case.area_id, Level.STREET), ""),
            due=_due(case, at),
            coordinated=told.get(case.pk, ""),
            step=_after(case) if case.status == Status.CONFIRMING else steps.get(case.pk, ""),
        )
        for case in rows
    ]


def _due(case: Case, at: datetime) -> object:
    """Until it is signed the time to sign counts, as long as the deadline itself is not over."""
    if case.status != Status.RECEIVED or case.sign_by is None or case.due_at <= at:
        return case
    if case.sign_by <= at:
        return Until((DUE_OVER, f"签收超期{elapsed(at - case.sign_by)}"))
    words = remaining(case.sign_by, at)
    return Until((DUE_SOON if words.startswith("今天") else DUE_OK, f"签收{words}"))


def _after(case: Case) -> str:
    return "等居民确认" if case.accepted else "等社区验收、居民确认"


def _coordinated(rows: list[Case]) -> dict[int, str]:
    """现场查看3次，会商2次, by case."""
    words = {Coordination.Kind.SITE: "现场查看", Coordination.Kind.MEETING: "会商"}
    found: dict[int, list[str]] = {}
    counted = Coordination.objects.filter(case__in=rows).values("case", "kind").annotate(times=Count("pk"))
    for row in counted.order_by("case", "-kind"):
        found.setdefault(row["case"], []).append(f"{words[Coordination.Kind(row['kind'])]}{row['times']}次")
    return {case: "，".join(parts) for case, parts in found.items()}


def _steps(rows: list[Case], at: datetime) -> dict[int, str]:
    """The last step of supervision in words, by case; what is on the agenda of a joint meeting comes before it."""
    found: dict[int, str] = {}
    sent = Order.objects.issued().filter(case__in=rows).select_related("assignment").order_by("issued_at", "pk")
    for order in sent:
        found[order.case_id] = _step(order, at)
    agenda = AgendaItem.objects.filter(case__in=rows, state=AgendaItem.State.OPEN).values_list("case", flat=True)
    return found | dict.fromkeys(agenda, "已提请联席研判")


def _step(order: Order, at: datetime) -> str:
    if order.kind == Kind.URGE or order.assignment is None:
        return f"{cn_date(order.issued_at)}催办"
    if order.progress.startswith("已答复"):
        return f"{order.called}，已答复，待认可"
    over = order.assignment.is_open and order.due_at <= at
    return f"{order.called}，" + ("到期未答复" if over else f"限{cn_date(order.due_at)}")


@dataclass(frozen=True)
class UnitRow:
    """How one unit stands."""

    name: str
    in_hand: int
    soon: int
    over: int
    done: int
    solved: int
    most: int

    @property
    def on_time(self) -> int:
        """In hand and neither late nor nearly."""
        return self.in_hand - self.soon - self.over

    @property
    def bars(self) -> list[tuple[str, str, str]]:
        """(class, x, width) of the bar's parts, to the scale of the longest."""
        parts, x = [], 0.0
        for style, count in (("bar-ok", self.on_time), ("bar-soon", self.soon), ("bar-over", self.over)):
            width = 100 * count / max(self.most, 1)
            if count:
                parts.append((style, f"{x:.1f}%", f"{width:.1f}%"))
            x += width
        return parts


def unit_rows(handed: QuerySet, at: datetime) -> list[UnitRow]:
    """Every unit that has something in hand or ended something this month, by name. Two queries."""
    month = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    late, soon = Q(due_at__lt=at), Q(warn_at__lte=at, due_at__gte=at)
    name = F("handling_unit__name")
    now = handed.open().values(name=name).annotate(
        in_hand=Count("pk"), soon=Count("pk", filter=soon), over=Count("pk", filter=late)
    )  # fmt: skip
    ended = handed.filter(status=Status.CLOSED, closed_at__gte=month)
    done = ended.values(name=name).annotate(done=Count("pk"), solved=Count("pk", filter=Q(outcome=Outcome.SOLVED)))
    found: dict[str, dict[str, int]] = {}
    for row in (*now, *done):
        found.setdefault(row.pop("name"), {}).update(row)
    most = max((row.get("in_hand", 0) for row in found.values()), default=0)
    columns = ("in_hand", "soon", "over", "done", "solved")
    return [
        UnitRow(unit, **{column: found[unit].get(column, 0) for column in columns}, most=most)
        for unit in sorted(found, key=_spelled)
    ]


def _spelled(name: str) -> bytes:
    """Names in the order of a Chinese dictionary: GBK sorts common characters by their sound."""
    return name.encode("gb18030")


class Board:
    """Everything on the page. All queries run here; the template only reads."""

    def __init__(self, user, query, at: datetime | None = None):
        self.at = at = at or timezone.now()
        self.filter = BoardFilter(query, user=user)
        handed = Handed(user, self.filter.filter_queryset)
        lanes = {slug: handed.lane(slug) for slug in LANES}
        seen = Order.objects.visible_to(user).proposed().filter(case__in=handed.seen)
        counts = work.counts(user, lanes | {"proposed": seen})
        self.lanes = [Lane(slug, label, counts[slug], []) for slug, label in LANES.items()]
        rows = {lane.slug: list(_called(lanes[lane.slug])[:SHOWN]) for lane in self.lanes if lane.count}
        drawn = {card.case.pk: card for card in cards([case for held in rows.values() for case in held], at)}
        for lane in self.lanes:
            lane.cards.extend(drawn[case.pk] for case in rows.get(lane.slug, []))
        self.proposed_count = counts["proposed"]
        self.proposed = list(seen.for_list().order_by("proposed_at", "pk")[:SHOWN]) if counts["proposed"] else []
        self.units = unit_rows(handed.all, at)

    @property
    def totals(self) -> dict[str, int]:
        """What is in hand at all units together."""
        return {name: sum(getattr(row, name) for row in self.units) for name in ("in_hand", "on_time", "soon", "over")}


def _called(rows: QuerySet) -> QuerySet:
    return work.called(rows).annotate(accepted=F("accepted_at")).order_by(*ORDER)


@dataclass(frozen=True)
class Listing:
    """One lane as a list with pages."""

    lane: str
    label: str
    tabs: list[tuple[str, str, int]]
    filter: BoardFilter
    page: Page
    cards: list[Card]


def listing(user, query, at: datetime | None = None) -> Listing:
    """The lane a query string asks for; an unknown one is the first."""
    at = at or timezone.now()
    slug = query.get("lane") if query.get("lane") in LANES else next(iter(LANES))
    narrowed = BoardFilter(query, user=user)
    handed = Handed(user, narrowed.filter_queryset)
    counts = work.counts(user, {name: handed.lane(name) for name in LANES})
    page = keyset(_called(handed.lane(slug)), order=ORDER, cursor=query.get("page"), size=SIZE)
    tabs = [(name, label, counts[name]) for name, label in LANES.items()]
    return Listing(slug, LANES[slug], tabs, narrowed, page, cards(page.rows, at))
