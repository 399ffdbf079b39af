"""The calendar in force, kept in each process."""

import time
from dataclasses import dataclass
from datetime import datetime

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
    days = {day: kind == Day.Kind.WORK for day, kind in Day.objects.values_list("date", "kind")}
    seasons = [row.as_season() for row in Hours.objects.order_by("id")]
    return WorkCalendar(days, seasons, zone=timezone.get_default_timezone())
