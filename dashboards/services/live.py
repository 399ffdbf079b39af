"""What is true now: open, overdue, suspended, supervised. Never kept, always read from the partial indexes of open cases."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, Q, Sum, Value, When
from django.utils import timezone

from cases.models import Case
from dashboards.facts import COLUMNS, FACTS
from dashboards.services.periods import Period
from dashboards.services.reading import Sums
from dashboards.services.rows import behind, place, unsigned_late, within_day
from workdays import calendar

# Working days since registration: label and the longest of each bar; the last is open.
AGES = (("1天内", 1), ("2–3天", 3), ("4–5天", 5), ("6–10天", 10), ("11–20天", 20), ("21–30天", 30), ("30天以上", None))


@dataclass
class Live:
    """Counts of this moment beneath one area. `waiting` maps (level, category id) to open cases, `ages` follows AGES."""

    open: int = 0
    overdue: int = 0
    suspended: int = 0
    unsigned_late: int = 0
    supervised: int = 0
    waiting: dict[tuple[int, int], int] = field(default_factory=dict)
    ages: list[int] = field(default_factory=lambda: [0] * len(AGES))


def live(code: str, period: Period, at: datetime | None = None) -> Live:
    """Four statements, each over open or suspended cases or orders only."""
    at = at or timezone.now()
    found = Live()
    rows = (
        Case.objects.open().filter(place(code)).order_by().values("level", "category_id")
        .annotate(age=_age(at), late=Count("pk", filter=Q(due_at__lt=at)), n=Count("pk"))
        .values_list("level", "category_id", "age", "late", "n")
    )  # fmt: skip
    for level, category, age, late, n in rows:
        found.open += n
        found.overdue += late
        found.ages[age] += n
        found.waiting[level, category] = found.waiting.get((level, category), 0) + n
    found.suspended = behind("suspended", code, period, at).count()
    found.unsigned_late = Case.objects.filter(place(code)).filter(unsigned_late(period, at)).count()
    found.supervised = behind("supervised", code, period, at).count()
    return found


def open_by(code: str, column: str, at: datetime | None = None) -> dict[str, tuple[int, int]]:
    """Open and overdue by a column (street, community, area, category, handling_unit …) beneath an area."""
    late = Count("pk", filter=Q(due_at__lt=at or timezone.now()))
    rows = Case.objects.open().filter(place(code)).order_by().values_list(column)
    return {str(key): (n, overdue) for key, n, overdue in rows.annotate(n=Count("pk"), late=late)}


def sums_by(code: str, column: str, period: Period) -> dict[str, Sums]:
    """All facts of the cases beneath a community by a column there is no total of, counted from the rows."""
    sums = {
        fact.code: Sum(fact.code, filter=within_day(fact.day, period))
        if fact.code in ("signs", "late_signs")
        else Count("pk", filter=within_day(fact.day, period) & fact.rows)
        for fact in FACTS
    }
    rows = Case.objects.filter(place(code)).order_by().values(column)
    found = rows.annotate(**{f"of_{name}": counted for name, counted in sums.items()})
    return {str(row[column]): Sums({name: row[f"of_{name}"] or 0 for name in COLUMNS}) for row in found}


def _age(at: datetime) -> Choose:
    """Which bar of AGES a case stands in, by the day it was registered."""
    steps = age_days(timezone.localdate(at))
    whens = [When(created_at__gte=_begins(day), then=Value(bar)) for bar, day in enumerate(steps)]
    return Choose(*whens, default=Value(len(AGES) - 1), output_field=IntegerField())


def age_days(today: date) -> list[date]:
    """The earliest day of registration of every bar but the last, counted in working days after that day."""
    works, day, worked, days = calendar.current(), today, 0, []
    for _, longest in AGES[:-1]:
        # Going back, a day on which somebody works makes everything before it one working day older.
        while worked + works.is_workday(day) <= longest:
            worked += works.is_workday(day)
            day -= timedelta(days=1)
        days.append(day)
    return days


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
