"""How far the doors of some ground were visited, counted by place and never by person.

Two statements whatever the number of places: one over households with their standing and tags, one over visits.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone

from households.models import CareTag, HouseholdQuerySet
from visits.models import Campaign, Visit
from visits.services.due import at_home, dated, inside, long_unseen, overdue, wanted, with_due
from visits.states import Outcome

# By what households are grouped, as the column of the household.
GROUPS = ("street", "community", "area", "compound")


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both counted."""

    slug: str
    label: str
    first: date
    last: date

    @property
    def range(self) -> tuple[datetime, datetime]:
        """From the first moment to before the moment after the last."""
        after = self.last + timedelta(days=1)
        return _midnight(self.first), _midnight(after)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def periods(today: date) -> list[Period]:
    """What figures are asked for: this quarter first, the last one, this half-year, the last one, this year."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    half = date(today.year, 1 if today.month < 7 else 7, 1)
    before_quarter, before_half = _months_back(quarter, 3), _months_back(half, 6)
    return [
        Period("quarter", "本季度", quarter, today),
        Period("last-quarter", "上季度", before_quarter, quarter - timedelta(days=1)),
        Period("half", "本半年", half, today),
        Period("last-half", "上半年度", before_half, half - timedelta(days=1)),
        Period("year", "今年", date(today.year, 1, 1), today),
    ]


def _months_back(first: date, months: int) -> date:
    month = first.month - months
    return date(first.year - (month <= 0), month + 12 * (month <= 0), 1)


@dataclass
class Covered:
    """The figures of one place: `n` households, and how many of them were met in the period or wait now."""

    n: int = 0
    met: int = 0
    due: int = 0
    overdue: int = 0
    long: int = 0
    tagged_due: int = 0
    handed: int = 0

    @property
    def percent(self) -> int | None:
        """Share met, rounded down so that 100 means everybody; None without households."""
        return self.met * 100 // self.n if self.n else None

    @property
    def unmet(self) -> int:
        """Not met in the period."""
        return self.n - self.met

    def __add__(self, other: "Covered") -> "Covered":
        names = self.__dataclass_fields__
        return Covered(**{name: getattr(self, name) + getattr(other, name) for name in names})


def coverage(rows: HouseholdQuerySet, by: str, period: Period, day: date) -> dict[str | int, Covered]:
    """Figures of the places `rows` lie in, by a column of GROUPS. Keys are area codes or ids of compounds."""
    tag = FilteredRelation("care_tags", condition=Q(care_tags__ended_at__isnull=True))
    # A household stands once for each of its tags, hence the distinct counts: it is due as soon as one tag says so.
    found = dated(at_home(rows).annotate(tag=tag), day, tag_days=F("tag__kind__visit_days"))
    ours = Q(standing__handed_at__isnull=True)
    due = wanted(found, day) & ours
    counted = {
        "n": Q(),
        "due": due,
        "overdue": overdue(day) & ours,
        "long": long_unseen(day),
        "tagged_due": due & Q(tag_days__isnull=False),
        "handed": Q(standing__handed_at__isnull=False),
    }
    counts = {f"count_{name}": Count("pk", distinct=True, filter=which) for name, which in counted.items()}
    met = _met(rows, by, period)
    return {
        line.pop("place"): Covered(
            met=met.get(place, 0), **{name.removeprefix("count_"): count for name, count in line.items()}
        )
        for line in found.order_by().values(place=F(by)).annotate(**counts)
        for place in [line["place"]]
    }


def visited(rows: HouseholdQuerySet, by: str, period: Period) -> dict[str | int, Covered]:
    """Only `n` and `met` of the places `rows` lie in: what boards show, without looking at tags and intervals."""
    met = _met(rows, by, period)
    counts = at_home(rows).order_by().values(place=F(by)).annotate(count=Count("pk")).values_list("place", "count")
    return {place: Covered(n=n, met=met.get(place, 0)) for place, n in counts}


def of_campaign(rows: HouseholdQuerySet, campaign: Campaign, by: str) -> dict[str | int, Covered]:
    """The same of a campaign: `n` are the households it asks for, `met` those met between its two days."""
    asked = asked_by(rows, campaign)
    met = _met(asked, by, period_of(campaign))
    counts = asked.order_by().values(place=F(by)).annotate(count=Count("pk")).values_list("place", "count")
    return {place: Covered(n=n, met=met.get(place, 0)) for place, n in counts}


def asked_by(rows: HouseholdQuerySet, campaign: Campaign) -> HouseholdQuerySet:
    """Those of `rows` a campaign covers."""
    rows = at_home(rows).filter(inside(campaign))
    if campaign.tagged_only:
        rows = rows.filter(Exists(CareTag.objects.current().filter(household=OuterRef("pk"))))
    return rows


def period_of(campaign: Campaign) -> Period:
    """The days of a campaign as they were: to the last one, or to when it was ended."""
    last = campaign.ends_date
    if campaign.ended_at:
        last = min(last, timezone.localdate(campaign.ended_at))
    return Period("campaign", campaign.name, campaign.starts_date, max(last, campaign.starts_date))


def households(rows: HouseholdQuerySet, which: str, period: Period, day: date) -> HouseholdQuerySet:
    """The households behind one figure of `coverage`: due, overdue, long, tagged_due, unmet, handed, or all of them."""
    if which in ("due", "overdue", "tagged_due"):
        found = with_due(rows, day)
        chosen = overdue(day) if which == "overdue" else wanted(found, day)
        return found.filter(chosen & Q(tag_days__isnull=False) if which == "tagged_due" else chosen)
    rows = at_home(rows)
    if which == "long":
        return rows.filter(long_unseen(day))
    if which == "handed":
        return rows.filter(standing__handed_at__isnull=False)
    return unmet(rows, period) if which == "unmet" else rows


def unmet(rows: HouseholdQuerySet, period: Period) -> HouseholdQuerySet:
    """Those of `rows` nobody met in a period."""
    return rows.exclude(Exists(_meetings(period).filter(household=OuterRef("pk"))))


def _meetings(period: Period) -> QuerySet[Visit]:
    first, after = period.range
    return Visit.objects.filter(outcome=Outcome.MET, happened_at__gte=first, happened_at__lt=after)


def _met(rows: HouseholdQuerySet, by: str, period: Period) -> dict[str | int, int]:
    """How many households of `rows` were met in a period, by where they belong today."""
    visits = _meetings(period).filter(household__in=at_home(rows).order_by().values("pk"))
    counted = visits.order_by().values(place=F(f"household__{by}")).annotate(count=Count("household", distinct=True))
    return dict(counted.values_list("place", "count"))
