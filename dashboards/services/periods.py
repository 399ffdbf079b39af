"""The days figures are asked for: local days, both ends counted, never beyond today."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils import timezone

from visits.services.coverage import Period

__all__ = ["CHOICES", "LONGEST_DAYS", "Period", "named", "of_query", "weeks_back"]

CHOICES = {
    "month": "本月",
    "week": "本周",
    "quarter": "本季度",
    "year": "今年",
    "last-week": "上周",
    "last-month": "上月",
    "last-quarter": "上季度",
    "last-year": "去年",
    "custom": "自定起止",
}
LONGEST_DAYS = 3 * 366


def named(slug: str, today: date) -> Period:
    """A period of the calendar by its name; the running ones end today."""
    whole = slug.removeprefix("last-")
    first = _begin(whole, today)
    if slug == whole:
        return Period(slug, CHOICES[slug], first, today)
    before = first - timedelta(days=1)
    return Period(slug, CHOICES[slug], _begin(whole, before), before)


def _begin(whole: str, day: date) -> date:
    if whole == "week":
        return day - timedelta(days=day.weekday())
    if whole == "month":
        return day.replace(day=1)
    if whole == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def of_query(query: Mapping[str, str], today: date | None = None) -> tuple[Period, str]:
    """The period of an address, and what was wrong with it: this month stands in for what cannot be read."""
    today = today or timezone.localdate()
    slug = query.get("period", "month")
    if slug == "custom":
        period, fault = _custom(query.get("from", ""), query.get("to", ""), today)
        month = named("month", today)
        return period or Period(slug, CHOICES[slug], month.first, month.last), fault
    return named(slug if slug in CHOICES else "month", today), ""


def _custom(first: str, last: str, today: date) -> tuple[Period | None, str]:
    if not first and not last:  # just chosen: the days are still to be named
        return None, ""
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None, "起止日期没有写全，先按本月显示。请写成2026-11-01这样的日期。"
    if begin > end:
        return None, "开始日期在结束日期之后，先按本月显示。请把两个日期对调。"
    if begin > today:
        return None, "开始日期还没有到，先按本月显示。"
    if (end - begin).days > LONGEST_DAYS:
        return None, "起止日期超过三年，先按本月显示。请分几次查看。"
    return Period("custom", CHOICES["custom"], begin, min(end, today)), ""


def weeks_back(day: date, count: int) -> list[tuple[date, date]]:
    """The `count` weeks of seven days that end with `day`, oldest first."""
    ends = [day - timedelta(days=7 * back) for back in reversed(range(count))]
    return [(end - timedelta(days=6), end) for end in ends]
