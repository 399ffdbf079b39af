"""The few figures everybody may read about a place: one cohort, one query, one sentence of definition each.

Counted over the cases answered within the period, complaints about staff left out; below five a share says more about
single people than about a place, so it is not given.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Case
from cases.states import ClosingLevel, Outcome, Satisfaction, Status

DAYS = 90
FEW = 5


@dataclass(frozen=True)
class Share:
    """One figure: what it is called, what it says, and the two numbers it is made of (a half counts as 0.5)."""

    name: str
    definition: str
    part: float
    n: int

    @property
    def says(self) -> bool:
        """True where there are enough to say anything."""
        return self.n >= FEW

    @property
    def percent(self) -> float | None:
        """Of a hundred, to one decimal; None where the sample is too small."""
        return round(self.part * 100 / self.n, 1) if self.says else None

    @property
    def counted(self) -> str:
        """The part as people write it: 52, or 52.5."""
        return f"{self.part:g}"


SOLVED = "居民说“已解决”的，加上“部分解决”的一半，占作出回答的"
IN_TIME = "期限内答复、没有因超期上报过的，占已答复的"
NEARBY = "在小区、网格和社区办结的，占已办结的"
CONTENT = "居民说“满意”和“基本满意”的，占评价了的"


def shares(code: str = "", *, days: int = DAYS, at: datetime | None = None) -> list[Share]:
    """The figures of a street or community (empty: the district) over the last `days` days. One query."""
    at = at or timezone.now()
    rows = Case.objects.filter(resolved_at__gt=at - timedelta(days=days), resolved_at__lte=at, about__isnull=True)
    if code:
        rows = rows.filter(**{"community" if len(code) > 9 else "street": code})
    counts = rows.order_by().aggregate(
        answered=Count("resolved_at"),
        in_time=Count("resolved_at", filter=Q(answered_in_time=True)),
        closed=Count("resolved_at", filter=Q(status=Status.CLOSED)),
        nearby=Count("resolved_at", filter=Q(status=Status.CLOSED, closed_level__lte=ClosingLevel.COMMUNITY)),
        said=Count("resolved_at", filter=~Q(outcome="")),
        solved=Count("resolved_at", filter=Q(outcome=Outcome.SOLVED)),
        partly=Count("resolved_at", filter=Q(outcome=Outcome.PARTLY)),
        rated=Count("resolved_at", filter=~Q(satisfaction="")),
        content=Count("resolved_at", filter=Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIRLY])),
    )
    return [
        Share("解决率", SOLVED, counts["solved"] + counts["partly"] / 2, counts["said"]),
        Share("按期办结率", IN_TIME, counts["in_time"], counts["answered"]),
        Share("在网格和社区解决", NEARBY, counts["nearby"], counts["closed"]),
        Share("满意率", CONTENT, counts["content"], counts["rated"]),
    ]
