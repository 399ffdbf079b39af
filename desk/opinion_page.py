"""社情民意: figures by theme and place, and the list of what was said."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from common.pages import Page, keyset
from desk import work
from desk.visit_ground import Ground, beneath, called, planned_lines
from visits.models import Line, Topic
from visits.services.coverage import Period
from visits.states import OpinionState


@dataclass(frozen=True)
class Theme:
    """One theme in the period: how often it was spoken of, and what became of it."""

    name: str
    code: str
    n: int
    states: Counter

    @property
    def cells(self) -> list[int]:
        """In the order of the columns: left to be decided, case, wish, consultation, nothing, only written down."""
        return [self.states[state] for state in STATES]


# How the columns are called; "" is what the visitor only wrote down, or opened himself.
STATES = (
    OpinionState.WAITING,
    OpinionState.CASE,
    OpinionState.WISH,
    OpinionState.CONSULTATION,
    OpinionState.NOTHING,
    OpinionState.NONE,
)


@dataclass(frozen=True)
class Figures:
    """Themes with what became of them, and by place: for every place its number per theme, in the order of `themes`."""

    themes: list[Theme]
    places: list[tuple]
    n: int


def figures(ground: Ground, period: Period) -> Figures:
    """One statement counts; two more name themes and places."""
    first, after = period.range
    rows = Line.objects.filter(dropped_at__isnull=True, visit__happened_at__gte=first, visit__happened_at__lt=after)
    place = "compound" if ground.by == "compound" else ground.by
    counted = list(
        ground.narrow(rows, prefix="visit__")
        .order_by()
        .values("topic", "opinion_state", place=F(f"visit__{place}"))
        .annotate(n=Count("pk"))
    )
    themes = _themes(counted)
    of: dict = {}
    for row in counted:
        of.setdefault(row["place"], Counter())[row["topic"]] += row["n"]
    order = [pk for pk, _ in themes]
    names = called(place, list(of))
    return Figures(
        [theme for _, theme in themes],
        [(key, words, of[key].total(), [of[key][pk] for pk in order]) for key, words in names.items()],
        sum(row["n"] for row in counted),
    )


def _themes(counted: list[dict]) -> list[tuple[int, Theme]]:
    of: dict[int, Counter] = {}
    for row in counted:
        of.setdefault(row["topic"], Counter())[row["opinion_state"]] += row["n"]
    topics = Topic.objects.filter(pk__in=of).order_by("order", "pk")
    return [(one.pk, Theme(one.name, one.code, of[one.pk].total(), of[one.pk])) for one in topics]


@dataclass(frozen=True)
class View:
    """A view of the list."""

    slug: str
    label: str
    select: Callable[[QuerySet], QuerySet]
    order: tuple[str, ...]
    why_empty: str


VIEWS = (
    View("waiting", "待社区定", lambda rows: rows.waiting(), ("-urgent", "id"), "没有等社区定的。"),
    View(
        "gather", "待合成议题", lambda rows: rows.to_gather(), ("id",), "没有等着合成议题的。"
    ),
    View("decided", "已定", lambda rows: rows.filter(decided_at__isnull=False), ("-decided_at", "-id"), "还没有定过的。"),
    View("all", "全部", lambda rows: rows, ("-id",), "这段时间走访没有记下说到的事。"),
)  # fmt: skip


# What waits is shown whenever it was said.
UNDATED = ("waiting", "gather")


@dataclass(frozen=True)
class Listing:
    """One state of the list: what waits is shown whenever it was said, the other views hold the period."""

    view: View
    page: Page
    tabs: list[tuple[View, int]]
    found: int
    topics: list[Topic]
    topic: str

    @property
    def ticks(self) -> bool:
        """True where lines are ticked to be decided or gathered together."""
        return self.view.slug in UNDATED


def listing(user, query, ground: Ground, period: Period) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    seen = planned_lines(user)
    if ground.area:
        seen = seen.filter(beneath(ground.area.code, "visit__"))
    topics = list(Topic.objects.order_by("order", "pk"))
    topic = query.get("topic", "") if query.get("topic") in {one.code for one in topics} else ""
    if topic:
        seen = seen.filter(topic__code=topic)
    view = next((one for one in VIEWS if one.slug == query.get("view")), VIEWS[0])
    first, after = period.range
    dated = seen.filter(visit__happened_at__gte=first, visit__happened_at__lt=after)
    of = {one.slug: one.select(seen if one.slug in UNDATED else dated) for one in VIEWS}
    counts = work.counts(user, of)
    rows = of[view.slug].select_related(
        "topic", "decided_by", "consultation", "visit__visitor", "visit__compound", "visit__household", "visit__area",
        "finding__case", "finding__wish",
    ).defer("visit__household__contact_phone", "visit__household__search")  # fmt: skip
    page = keyset(rows, order=view.order, cursor=query.get("page"), never_null=True)
    return Listing(view, page, [(one, counts[one.slug]) for one in VIEWS], counts[view.slug], topics, topic)
