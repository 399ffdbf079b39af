"""Topics that grow: categories of which clearly more is received than four weeks before, and troubles told of again and again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, F, Max, Q, QuerySet

from cases.models import Case
from cases.services.similar import recent
from cases.states import OPEN
from dashboards.services import reading
from dashboards.services.periods import Period
from dashboards.services.rows import place

WINDOW_DAYS, AT_LEAST = 28, 5
ALIKE_AT_LEAST, SHOWN = 3, 5
LOOKED_UP = 300  # seconds


@dataclass(frozen=True)
class Growing:
    """Received of one category in the last four weeks and in the four before."""

    category_id: int
    now: int
    before: int


def growing(code: str, day: date) -> list[Growing]:
    """Categories with at least five received in the four weeks to `day` and half as many again as before, by id."""
    now, before = (_received(code, day - timedelta(days=WINDOW_DAYS * back)) for back in (0, 1))
    found = [Growing(category, n, before.get(category, 0)) for category, n in sorted(now.items())]
    return [one for one in found if one.now >= AT_LEAST and 2 * one.now >= 3 * one.before]


@dataclass(frozen=True)
class Again:
    """Alike cases of the last 60 days: the circle they fell into, what staff call one of them, how many, how many open."""

    circle: int
    title: str
    n: int
    open: int
    newest: datetime


def again(code: str, at: datetime) -> list[Again]:
    """The largest circles of alike cases in an area, three cases or more, with what is true of them now.

    Which circles these are is looked up every five minutes, because that reads every case of the 60 days. Named by a
    title staff wrote, else by the category: what residents wrote is not for a board.
    """
    rows = recent(Case.objects.filter(place(code)), at).filter(likeness__circle__isnull=False, about__isnull=True)
    key = f"dashboards:again:{code}:{int(at.timestamp()) // LOOKED_UP}"
    largest: list[int] = cache.get_or_set(key, lambda: _largest(rows), LOOKED_UP) or []
    sums = (
        rows.filter(likeness__circle__in=largest)
        .order_by()
        .values(circle=F("likeness__circle"))
        .annotate(
            n=Count("pk"),
            title=Max("title"),
            category=Max("category__name"),
            open=Count("pk", filter=Q(status__in=OPEN)),
            newest=Max("created_at"),
        )
    )
    return [
        Again(row["circle"], row["title"] or row["category"], row["n"], row["open"], row["newest"])
        for row in sums.filter(n__gte=ALIKE_AT_LEAST).order_by("-n", "-newest")
    ]


def _largest(rows: QuerySet[Case]) -> list[int]:
    """The circles with the most cases among `rows`."""
    sums = rows.order_by().values_list(F("likeness__circle")).annotate(n=Count("pk"), newest=Max("created_at"))
    return [row[0] for row in sums.filter(n__gte=ALIKE_AT_LEAST).order_by("-n", "-newest")[:SHOWN]]


def _received(code: str, last: date) -> dict[int, int]:
    period = Period("weeks", "", last - timedelta(days=WINDOW_DAYS - 1), last)
    categories = reading.by_kind(code, period)["category"]
    return {int(key): sums["received"] for key, sums in categories.items()}
