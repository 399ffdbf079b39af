"""Figures of micro-wishes, each with its n. Read by the wall and by staff; no figure is about a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.db.models.aggregates import Aggregate
from django.db.models.fields import DurationField

from wishes.models import Claim, Wish
from wishes.states import REALISED, ClaimStatus

DAY = 86400


class _Median(Aggregate):
    """percentile_cont(0.5) of an expression; NULL without rows."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Figures:
    """What became of the wishes handed in during a period.

    `claimed` counts wishes claimed at least once, `released` claims that ended without success (given up, revoked,
    lapsed); `median_days` is from handing in to fulfilment over the n = `fulfilled` wishes, in days, None without any.
    """

    collected: int
    claimed: int
    fulfilled: int
    released: int
    median_days: float | None


def figures(rows: QuerySet[Wish], *, since: datetime, until: datetime) -> Figures:
    """The figures of the wishes among `rows` handed in from `since` up to before `until`. Three queries."""
    asked = rows.filter(created_at__gte=since, created_at__lt=until)
    counted = asked.aggregate(
        collected=Count("pk"),
        fulfilled=Count("pk", filter=Q(status__in=REALISED)),
        took=_Median(F("fulfilled_at") - F("created_at"), filter=Q(status__in=REALISED)),
    )
    claims = Claim.objects.filter(wish__in=asked)
    ended = [ClaimStatus.GIVEN_UP, ClaimStatus.REVOKED, ClaimStatus.LAPSED]
    sums = claims.aggregate(claimed=Count("wish", distinct=True), released=Count("pk", filter=Q(status__in=ended)))
    took = counted.pop("took")
    return Figures(**counted, **sums, median_days=round(took.total_seconds() / DAY, 1) if took else None)
