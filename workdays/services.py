"""Changing the calendar, and saying when it ends."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from workdays import calendar
from workdays.models import Day
from workdays.sheets import DayRow

_NOTICE_EXPECTED_FROM = 10  # the notice for the next year is published in October or November


def load_days(rows: Iterable[DayRow], *, by: Any) -> int:
    """Adds or corrects days, all or none, and returns how many. Days that are not in `rows` stay as they are.

    Deadlines that were already set do not move.
    """
    days = {row.date: Day(date=row.date, kind=row.kind, name=row.name, source=row.source) for row in rows}
    for day in days.values():
        day.changed_at = timezone.now()
    with transaction.atomic():
        Day.objects.bulk_create(
            list(days.values()),
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["kind", "name", "source", "changed_at"],
        )
        years = sorted({day.year for day in days})
        note_change("load", subject=("workdays.day", "-".join(map(str, years[:1] + years[-1:]))), rows=len(days), by=by)
    return len(days)


def note_change(verb: str, *, subject: tuple[str, int | str], by: Any, rows: int = 1) -> None:
    """Keeps an audit entry of a change of the calendar and makes it count at once."""
    record(f"workdays.{verb}", subject=subject, by=by, rows=rows)
    calendar.forget()
    transaction.on_commit(calendar.forget)


def missing_years(at: datetime | None = None) -> list[int]:
    """Years in use whose arrangement is not loaded: this one, and from October on the next."""
    today = timezone.localdate(at)
    in_use = [today.year] + ([today.year + 1] if today.month >= _NOTICE_EXPECTED_FROM else [])
    work_calendar = calendar.current()
    return [year for year in in_use if not work_calendar.is_published(date(year, 1, 1))]


def coverage_warning(at: datetime | None = None) -> str | None:
    """What to tell administrators while deadlines may fall into a year without an arrangement; None if all is well."""
    years = missing_years(at)
    if not years:
        return None
    named = "、".join(f"{year}年" for year in years)
    return f"{named}放假安排尚未导入，期限暂按周一至周五计算，请在国务院办公厅公布后及时导入"
