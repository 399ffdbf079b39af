"""办理公示 as everybody reads it: words staff released, and the state, level, units and times of the case itself.

Never a word, a name or a number of a resident: a line is known by its own key, because the number of a case is the
receipt of whoever reported it first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from cases import shown
from cases.figures import Share, shares
from cases.models import CasePhoto, Category, Publication
from cases.shown import Line
from common.normalise import clean_text
from common.pages import Page, bounded_count, keyset
from common.templatetags.weidu import cn_date
from grids.levels import Level, level_of
from public import catalog

A_PAGE, MOST, LONGEST, A_CHUNK = 15, 100, 30, 500
ORDER = ("-released_at", "-id")
HEADERS = (
    "标题", "反映了什么", "办理情况和答复", "地点", "街道社区", "类别", "状态", "层级", "主办", "协办", "公示日期",
    "期限或用时", "居民确认",
)  # fmt: skip


@dataclass(frozen=True)
class Sieve:
    """What the ledger is narrowed to; each empty where it is not."""

    area: str = ""
    category: str = ""
    state: str = ""
    q: str = ""

    @property
    def in_use(self) -> bool:
        """True where anything is left out."""
        return bool(self.area or self.category or self.state or self.q)

    @property
    def query(self) -> str:
        """The query string, ready to have a page appended."""
        text = urlencode({name: value for name, value in vars(self).items() if value})
        return f"{text}&" if text else ""

    @property
    def place(self) -> str:
        """The chosen street or community in words."""
        return catalog.called(self.area) if self.area else "全区"


def sieve(area: str, category: str, state: str, q: str) -> Sieve:
    """The sieve of what an address says; what is unknown is left out."""
    known = catalog.place(area) is not None and level_of(area) in (Level.STREET, Level.COMMUNITY)
    return Sieve(
        area=area if known else "",
        category=category if catalog.kind(category) else "",
        state=state if state in Publication.State.values else "",
        q=" ".join(clean_text(q).split())[:LONGEST],
    )


def rows_of(chosen: Sieve) -> QuerySet[Publication]:
    """What stands in the ledger, narrowed."""
    rows = Publication.objects.standing()
    if chosen.area:
        rows = rows.filter(**{"community" if level_of(chosen.area) == Level.COMMUNITY else "street": chosen.area})
    if chosen.category:
        # By its id: joined by its code, the lines of a category would all be sorted for one page.
        rows = rows.filter(category=_category_ids()[chosen.category])
    if chosen.state:
        rows = rows.filter(state=chosen.state)
    return rows.matching(chosen.q) if chosen.q else rows


def _category_ids() -> dict[str, int]:
    return catalog.remembered("ledger-categories", lambda: dict(Category.objects.tops().values_list("code", "pk")))


def lines(chosen: Sieve, cursor: str) -> Page:
    """A page of lines, newest first; two queries however many there are."""
    page = keyset(rows_of(chosen).for_page(), order=ORDER, cursor=cursor, size=A_PAGE)
    return Page(as_lines(page.rows), page.next_cursor, page.prev_cursor)


def line(pk: int) -> Line | None:
    """One standing publication."""
    return next(iter(as_lines(Publication.objects.standing().for_page().filter(pk=pk))), None)


def as_lines(rows: Iterable[Publication]) -> list[Line]:
    """Publications of `for_page` as everybody reads them."""
    return shown.as_lines(rows, called=catalog.called, photo_url=_photo_url)


def _photo_url(row: Publication, which: str, size: str) -> str:
    return reverse("public:publication-photo", args=[row.pk, which, size])


def counts(chosen: Sieve) -> list[tuple[str, str, int]]:
    """(state, its name, how many stand in the chosen place and category), all of them first; with words up to 101."""
    wide = Sieve(area=chosen.area, category=chosen.category, q=chosen.q)
    found = _bounded(wide) if chosen.q else catalog.remembered(f"ledger:{wide.query}", lambda: _counted(wide))
    every = [(state.value, state.label, found.get(state.value, 0)) for state in Publication.State]
    return [("", "全部", sum(found.values())), *every]


def _counted(chosen: Sieve) -> dict[str, int]:
    return dict(rows_of(chosen).order_by().values_list("state").annotate(Count("pk")))


def _bounded(chosen: Sieve) -> dict[str, int]:
    rows = rows_of(chosen)
    return {state: bounded_count(rows.filter(state=state), MOST) for state in Publication.State.values}


def figures(chosen: Sieve) -> list[Share]:
    """The figures of the chosen place, at most a minute old."""
    return catalog.remembered(f"ledger-figures:{chosen.area}", lambda: shares(chosen.area))


def table(chosen: Sieve) -> Iterator[tuple]:
    """Every line of the same filters as cells, chunk by chunk, so that a ledger of any length takes little memory."""
    rows = rows_of(chosen).for_page().order_by(*ORDER).iterator(chunk_size=A_CHUNK)
    while chunk := list(islice(rows, A_CHUNK)):
        for one in as_lines(chunk):
            yield (
                one.title, one.text, one.reply, one.place, one.community, one.category, one.tag, one.level_words,
                one.lead, one.helpers, cn_date(one.on), one.when, one.confirmed,
            )  # fmt: skip


def photo(pk: int, which: str) -> CasePhoto | None:
    """A photo of a standing publication."""
    found = Publication.objects.standing().select_related("before__photo", "after__photo").filter(pk=pk).first()
    return getattr(found, which) if found is not None and which in ("before", "after") else None
