"""The calendar in force, kept in each process."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Count, Max
from django.utils import timezone

from workdays.models import Day, Hours
from workdays.rules import DayHours, Season, Span, WorkCalendar

__all__ = ["DayHours", "Season", "Span", "WorkCalendar", "current", "forget"]

_TRUSTED_SECONDS = 60.0
_Version = tuple[int, datetime | None, int, datetime | None]


@dataclass(frozen=True)
class _Kept:
    calendar: WorkCalendar
    version: _Version
    checked: float


_kept: _Kept | None = None


def current() -> WorkCalendar:
    """The calendar in force. A change made by another process is seen within 60 seconds, one of our own at once."""
    global _kept
    kept, now = _kept, time.monotonic()
    if kept is not None and now - kept.checked < _TRUSTED_SECONDS:
        return kept.calendar
    version = _version()
    calendar = kept.calendar if kept is not None and kept.version == version else _build()
    _kept = _Kept(calendar, version, now)
    return calendar


def forget() -> None:
    """Makes the next `current()` read the rows again; every service that writes them calls it."""
    global _kept
    _kept = None


def _version() -> _Version:
    days = Day.objects.aggregate(rows=Count("*"), changed=Max("changed_at"))
    hours = Hours.objects.aggregate(rows=Count("*"), changed=Max("changed_at"))
    return days["rows"], days["changed"], hours["rows"], hours["changed"]


def _build() -> WorkCalendar:
    days = Day.objects.order_by("date").values_list("date", "kind")
    return _of(tuple(days), tuple(row.as_season() for row in Hours.objects.order_by("id")))


@lru_cache(maxsize=2)
def _of(days: tuple[tuple[date, str], ...], seasons: tuple[Season, ...]) -> WorkCalendar:
    """A calendar cannot change, so rows that say the same share one: a century of days takes longer than any question."""
    worked = {day: kind == Day.Kind.WORK for day, kind in days}
    return WorkCalendar(worked, seasons, zone=timezone.get_default_timezone())
