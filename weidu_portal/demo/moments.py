"""Places moments in the past weeks so that they agree with the working calendar."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from workdays import calendar
from workdays.calendar import Span


class Moments:
    """Times relative to `now`, in the district's zone. All of them lie before `now`."""

    def __init__(self, now: datetime, rng: Random):
        self.now, self.rng = timezone.localtime(now), rng
        self.calendar = calendar.current()

    def workday(self, days_ago: int) -> date:
        """The working day that many working days back; 0 is today or the last one before it."""
        day = self.now.date()
        while True:
            if self.calendar.is_workday(day):
                if days_ago == 0:
                    return day
                days_ago -= 1
            day -= timedelta(days=1)

    def at_office(self, days_ago: int) -> datetime:
        """Some minute of the office hours of that working day."""
        minutes = self.rng.choice([self.rng.randrange(525, 700), self.rng.randrange(905, 1040)])
        return self._passed(days_ago, minutes)

    def at_home(self, days_ago: int) -> datetime:
        """Some minute when residents write: from breakfast to bedtime."""
        return self._passed(days_ago, self.rng.randrange(450, 1290))

    def _passed(self, days_ago: int, minutes: int) -> datetime:
        hour, minute = divmod(minutes, 60)
        found = self._on(self.workday(days_ago), time(hour, minute, self.rng.randrange(60)))
        if found < self.now - timedelta(minutes=5):
            return found
        return self._passed(days_ago + 1, minutes)

    def _on(self, day: date, clock: time) -> datetime:
        return timezone.make_aware(datetime.combine(day, clock))

    def worked(self, start: datetime, low: float, high: float) -> datetime:
        """Between `low` and `high` working hours after `start`."""
        return self.calendar.shift(start, timedelta(hours=self.rng.uniform(low, high)))

    def by_day(self, start: datetime, low: float, high: float) -> datetime:
        """Between `low` and `high` hours of the clock after `start`, when people are awake."""
        found = timezone.localtime(start + timedelta(hours=self.rng.uniform(low, high)))
        if found.hour >= 21:
            found += timedelta(hours=11)
        return found if found.hour >= 8 else found + timedelta(hours=8 - found.hour)

    def start_for(self, due: datetime, span: Span) -> datetime | None:
        """When a step must have begun to be due exactly at `due`; None where no start gives that (outside hours)."""
        if span.is_natural:
            return due - (timedelta(hours=span.amount) if span.unit == "hour" else timedelta(minutes=span.amount))
        starts = (due - timedelta(days=back) for back in range(1, 40))
        return next((start for start in starts if self.calendar.add(start, span) == due), None)
