"""What one visitor wrote down today, for oneself."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import User
from visits.models import Visit
from visits.states import REACHED, Outcome


@dataclass(frozen=True)
class Today:
    """Doors of one's own today: all, those where somebody was reached, those where nobody was in."""

    doors: int
    reached: int
    absent: int


def today_of(user: User, day: date) -> Today:
    """The visitor's own count; nobody else is shown it, and it is compared with nothing."""
    rows = Visit.objects.filter(visitor=user, happened_date=day)
    counts = rows.aggregate(
        doors=Count("household", distinct=True),
        reached=Count("household", distinct=True, filter=Q(outcome__in=REACHED)),
        absent=Count("household", distinct=True, filter=Q(outcome=Outcome.ABSENT)),
    )
    return Today(**counts)
