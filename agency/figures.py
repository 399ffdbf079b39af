"""How often an errand was done on the day it was asked for, and at the first attempt. Each share with its n."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from agency.models import AgencyRequest

# A share of fewer says nothing about how work is done, and something about single people.
LEAST = 5
DEFINITIONS = (
    ("当天办好", "期内办好的代办里，办好和提出在同一天的；不论几点提出。"),
    ("一次办成", "期内办好的代办里，没有因为缺材料或者办错再来一次的。"),
)


@dataclass(frozen=True)
class Shares:
    """Of `done` errands run in a period: how many on the day of asking, how many at the first attempt."""

    done: int = 0
    same_day: int = 0
    first_time: int = 0

    @property
    def enough(self) -> bool:
        """False where shares are not shown: 样本不足."""
        return self.done >= LEAST

    @property
    def same_day_percent(self) -> float:
        """In percent, one decimal; of nothing 0."""
        return _percent(self.same_day, self.done)

    @property
    def first_time_percent(self) -> float:
        """In percent, one decimal; of nothing 0."""
        return _percent(self.first_time, self.done)


_COUNTED = {
    "done": Count("pk"),
    "same_day": Count("pk", filter=Q(done_day=F("asked_day"))),
    "first_time": Count("pk", filter=Q(times=1)),
}


def shares(rows: QuerySet[AgencyRequest], *, since: datetime, until: datetime) -> Shares:
    """The shares of errands run from `since` up to before `until`. One query."""
    return Shares(**_dated(rows, since, until).aggregate(**_COUNTED))


def shares_by(rows: QuerySet[AgencyRequest], column, *, since: datetime, until: datetime) -> dict[object, Shares]:
    """The same for each value of a column or expression. One query."""
    found = _dated(rows, since, until).annotate(by=column).order_by().values("by").annotate(**_COUNTED)
    return {row.pop("by"): Shares(**row) for row in map(dict, found)}


def _dated(rows: QuerySet[AgencyRequest], since: datetime, until: datetime) -> QuerySet[AgencyRequest]:
    days = {"done_day": TruncDate("done_at"), "asked_day": TruncDate("asked_at")}
    return rows.done_between(since, until).annotate(**days)


def _percent(part: int, whole: int) -> float:
    return round(part * 100 / whole, 1) if whole else 0.0
