"""Totals as the pages ask for them. Each function is one statement, so what it returns is true of one moment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection

from dashboards import sql
from dashboards.facts import CLOSED_AT, COLUMNS
from dashboards.services.periods import Period
from grids.levels import Level, level_of

Row = tuple


@dataclass
class Sums:
    """Facts counted over some days and some cases."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))

    def __getitem__(self, code: str) -> int:
        return self.counts[code]

    def __add__(self, other: "Sums") -> "Sums":
        return Sums({code: self.counts[code] + other.counts[code] for code in COLUMNS})

    @property
    def closed(self) -> int:
        """办结: at whatever level."""
        return sum(self.counts[code] for code in CLOSED_AT)

    @classmethod
    def of(cls, values) -> "Sums":
        """From the columns of a statement, in their order."""
        return cls({code: int(value) for code, value in zip(COLUMNS, values, strict=True)})


def total(rows) -> Sums:
    """The sum of several."""
    return sum(rows, Sums())


def by_community(code: str, period: Period) -> dict[str, Sums]:
    """Community code → its sums, of the communities beneath `code` that had anything."""
    return {key: Sums.of(values) for key, *values in _rows(sql.BY_COMMUNITY, code, period)}


def by_day(code: str, period: Period) -> dict[date, tuple[int, int]]:
    """Day → (received, closed) beneath `code`."""
    return {day: (int(received), int(closed)) for day, received, closed in _rows(sql.BY_DAY, code, period)}


def by_kind(code: str, period: Period) -> dict[str, dict[str, Sums]]:
    """`category`, `channel`, `matter` or `unit` → key → sums beneath `code`.

    Kept for the district; below it the cases of the place are counted. Both through the same facts.
    """
    statement = sql.BY_KIND if level_of(code) == Level.DISTRICT else sql.BY_KIND_BELOW
    found: dict[str, dict[str, Sums]] = {kind: {} for kind in sql.KINDS if kind != "area"}
    for kind, key, *values in _rows(statement, code, period):
        found[kind][key] = Sums.of(values)
    return found


def times(code: str, period: Period) -> dict[str, dict[int, int]]:
    """`total` or a level → working minutes, rounded up as in `facts.bucket` → how many cases closed in the period."""
    statement = sql.TIMES_KEPT if level_of(code) == Level.DISTRICT else sql.TIMES_BELOW
    found: dict[str, dict[int, int]] = {}
    for which, minutes, n in _rows(statement, code, period):
        found.setdefault(which, {})[minutes] = n
    return found


def percentile(histogram: dict[int, int], share: float) -> int | None:
    """The smallest time that at least `share` of the cases needed no more than; None without cases."""
    needed, seen = share * sum(histogram.values()), 0
    for minutes in sorted(histogram):
        seen += histogram[minutes]
        if seen >= needed:
            return minutes
    return None


def _rows(statement: str, code: str, period: Period) -> Iterator[Row]:
    begins, ends = period.range
    months = _whole_months(period)
    parameters: dict[str, str | date | datetime] = {
        "months_from": months[0], "months_until": months[1],
        "first": period.first, "last": period.last, "from": begins, "until": ends, "street": code[:9], "under": f"{code}%",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        yield from cursor.fetchall()


def _whole_months(period: Period) -> tuple[date, date]:
    """From the first whole month of a period up to before the second date; twice the day after it where there is none."""
    after = period.last + timedelta(days=1)
    begin = period.first if period.first.day == 1 else (period.first.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = after.replace(day=1)
    return (begin, end) if begin < end else (after, after)
