"""The cases behind a figure: each selection has exactly the rows that its number counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.models import Case
from cases.states import OPEN, Status
from dashboards.facts import CLOSED, FACTS, RECEIVED, STANDS, TIMES, Fact
from dashboards.services.periods import Period
from grids.levels import Level, level_of
from supervision.models import Order

_COLUMN = {Level.STREET: "street", Level.COMMUNITY: "community", Level.GRID: "area"}


def within_day(moment: str, period: Period) -> Q:
    """Cases whose `moment` (a column) lies in the period, and whose facts of that moment stand."""
    begins, ends = period.range
    return STANDS[moment][1] & Q(**{f"{moment}__gte": begins, f"{moment}__lt": ends})


def place(code: str, prefix: str = "") -> Q:
    """Rows that belong to an area now; the portal serves one district, which is all of them."""
    column = _COLUMN.get(level_of(code))
    return Q(**{f"{prefix}{column}": code}) if column else Q()


def _of(*codes: str) -> Callable[[Period, datetime], Q]:
    """Rows of any of these facts, which share a moment."""
    facts: list[Fact] = [fact for fact in FACTS if fact.code in codes]

    def rows(period: Period, at: datetime) -> Q:
        either = Q()
        for fact in facts:
            either |= fact.rows
        return within_day(facts[0].day, period) & either

    return rows


def _took(which: str) -> Callable[[Period, datetime], Q]:
    """Closed cases that a level (or any, `total`) needed time for."""
    return lambda period, at: within_day(CLOSED, period) & Q(**{f"minutes_{which}__isnull": False})


def unsigned_late(period: Period, at: datetime) -> Q:
    """Registered in the period, still open, signed by nobody although the first limit has passed."""
    return within_day(RECEIVED, period) & Q(status__in=OPEN, first_signed_at__isnull=True, first_sign_by__lt=at)


def _supervised(period: Period, at: datetime) -> Q:
    begins, ends = period.range
    issued = Order.objects.filter(case=OuterRef("pk"), issued_at__gte=begins, issued_at__lt=ends)
    return Q(Exists(issued))


@dataclass(frozen=True)
class Selection:
    """What a list behind a figure is called, and its rows."""

    name: str
    rows: Callable[[Period, datetime], Q]


_CLOSED = tuple(fact.code for fact in FACTS if fact.code.startswith("closed_"))
SELECTIONS: dict[str, Selection] = {
    **{fact.code: Selection(fact.name, _of(fact.code)) for fact in FACTS},
    "response_due": Selection("应首次签收", lambda period, at: _of("signed")(period, at) | unsigned_late(period, at)),
    "signs_in_time": Selection(
        "有按期签收", lambda period, at: _of("signs")(period, at) & Q(signs__gt=0, late_signs__lt=F("signs"))
    ),
    "settled": Selection("已解决和部分解决", _of("solved", "partly")),
    "closed": Selection("办结", _of(*_CLOSED)),
    "closed_low": Selection("小区和网格办结", _of("closed_compound", "closed_grid")),
    **{
        f"took_{which}": Selection(f"计入用时（{words}）", _took(which))
        for which, words in zip(TIMES, ("全程", "网格", "社区", "街道", "区"), strict=True)
    },
    "open": Selection("在办", lambda period, at: Q(status__in=OPEN)),
    "overdue": Selection("超期", lambda period, at: Q(status__in=OPEN, due_at__lt=at)),
    "suspended": Selection("挂账", lambda period, at: Q(status=Status.SUSPENDED)),
    "supervised": Selection("督办", _supervised),
}


def behind(
    of: str, code: str, period: Period, at: datetime | None = None, *, rows: QuerySet[Case] | None = None
) -> QuerySet[Case]:
    """The cases a number counts, in the area of `code`, among `rows` (all). KeyError for a number there is none of."""
    among = Case.objects.all() if rows is None else rows
    return among.filter(place(code)).filter(SELECTIONS[of].rows(period, at or timezone.now()))
