"""Figures of disputes and legal services for an area and a period, each with its definition."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from grids.models import Area
from mediation.models import Dispute, LegalService, ServiceDay
from mediation.states import DayStatus


@dataclass(frozen=True)
class Figure:
    """A number, what it counts, and out of how many where it is a share (`n`, else None)."""

    label: str
    value: int | None
    unit: str
    definition: str
    n: int | None = None

    @property
    def text(self) -> str:
        """The number as people read it; a share of nothing is no number."""
        return "—" if self.value is None else f"{self.value}{self.unit}"


def figures(area: Area, since: date, until: date) -> list[Figure]:
    """Registered, settled and their share, legal services and service days of the area, both days included. Three queries."""
    disputes = counted(Dispute.objects.filter(case__area__code__startswith=area.code), since, until)
    served = given(_within(LegalService.objects.all(), area), since, until)
    held = ServiceDay.objects.filter(status=DayStatus.HELD, service_date__range=(since, until))
    days = _within(held, area).aggregate(
        days=Count("pk"), asked=Sum("consultations", default=0), helped=Sum("mediations", default=0)
    )
    ended, settled = disputes["ended"], disputes["settled"]
    share = round(100 * settled / ended) if ended else None
    return [
        Figure("登记", disputes["registered"], "件", "期内登记的矛盾纠纷"),
        Figure("化解", settled, "件", "期内经调解达成协议的纠纷，不论何时登记"),
        Figure("化解率", share, "%", "期内达成协议 ÷ 期内有结果（达成协议、未达成协议、移交）", n=ended),
        Figure("法律服务", served["times"], "次", f"期内登记的法律服务，服务{served['people']}人次"),
        Figure("服务日", days["days"], "天", f"期内已开展，接待咨询{days['asked']}人次，参与调解{days['helped']}件"),
    ]


def counted(rows: QuerySet, since: date, until: date) -> dict[str, int]:
    """Of these disputes: `registered`, `ended` and `settled` in the days from `since` to `until`. One query, by index."""
    new, ended = registered_within(since, until), ended_within(since, until)
    return rows.filter(new | ended).aggregate(
        registered=Count("pk", filter=new),
        ended=Count("pk", filter=ended),
        settled=Count("pk", filter=ended & Q(is_success=True)),
    )


def registered_within(since: date, until: date) -> Q:
    """Disputes registered on these days, both counted."""
    return Q(created_at__gte=_begin(since), created_at__lt=_end(until))


def ended_within(since: date, until: date) -> Q:
    """Disputes that had their result on these days, both counted."""
    return Q(concluded_at__gte=_begin(since), concluded_at__lt=_end(until))


def given(rows: QuerySet, since: date, until: date) -> dict[str, int]:
    """Of these legal services: how many `times` on these days, and how many `people` they served. One query."""
    dated = rows.filter(service_date__range=(since, until))
    return dated.aggregate(times=Count("pk"), people=Sum("served", default=0))


def _within(rows: QuerySet, area: Area) -> QuerySet:
    return rows.filter(community__code__startswith=area.code)


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end(day: date) -> datetime:
    return _begin(day + timedelta(days=1))
