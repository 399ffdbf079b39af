"""The list of consultations: its views and the page they lead to."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from common.normalise import clean_text
from common.pages import Page, keyset
from consultations import shown
from consultations.models import Consultation, Line
from consultations.states import PUBLIC, Status
from desk import work

SIZE = 20
NEWEST = ("-created_at", "-id")


@dataclass(frozen=True)
class View:
    """A view of the list."""

    slug: str
    label: str
    select: Callable[[QuerySet], QuerySet]
    why_empty: str


def _to_sign(rows: QuerySet) -> QuerySet:
    return rows.filter(book__in=Line.objects.pending().values("book"))


VIEWS = (
    View("open", "在办", lambda rows: rows.open(), "没有正在办的协商。"),
    View("to-sign", "待签字", _to_sign, "没有等第二人签字的账。"),
    View("works", "执行中", lambda rows: rows.filter(status__in=[Status.WORKS, Status.REVIEW]), "没有正在执行的。"),
    View("public", "已公示", lambda rows: rows.filter(status__in=PUBLIC), "还没有公示过的。"),
    View("over", "已结束", lambda rows: rows.over(), "还没有结束的。"),
    View("all", "全部", lambda rows: rows, "辖区内还没有协商议事。"),
)


@dataclass(frozen=True)
class Listing:
    """One state of the list, and the figures of all one sees."""

    view: View
    page: Page
    tabs: list[tuple[View, int]]
    found: int
    q: str
    figures: dict[str, int]


def chosen(user, query) -> QuerySet:
    """All rows a query string asks for, newest first; for the ledger, which starts from all."""
    view = next((one for one in VIEWS if one.slug == query.get("view")), VIEWS[-1])
    rows = view.select(Consultation.objects.visible_to(user))
    words = clean_text(query.get("q", ""))[:60]
    return (rows.matching(words) if words else rows).for_list().order_by(*NEWEST)


def listing(user, query) -> Listing:
    """The list that a query string asks for; anything unknown in it falls back to the default."""
    words = clean_text(query.get("q", ""))[:60]
    fallback = VIEWS[-1] if words else VIEWS[0]
    view = next((one for one in VIEWS if one.slug == query.get("view")), fallback)
    seen = Consultation.objects.visible_to(user)
    narrowed = seen.matching(words) if words else seen
    counts = work.counts(user, {one.slug: one.select(narrowed) for one in VIEWS})
    page = keyset(view.select(narrowed).for_list(), order=NEWEST, cursor=query.get("page"), size=SIZE)
    return Listing(
        view, page, [(one, counts[one.slug]) for one in VIEWS], counts[view.slug], words, shown.figures(seen)
    )
