"""Working time as arithmetic: no queries, no clock. docs/decisions/0003-working-time.md says why it counts this way."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

Unit = Literal["workday", "workhour", "hour", "minute"]
_UNIT_NAMES: dict[str, str] = {"workday": "个工作日", "workhour": "个工作小时", "hour": "小时", "minute": "分钟"}
_MICROSECOND = timedelta(microseconds=1)
_HOUR = 3600 * 1_000_000
# Fewer days off than the law gives in a year mean that somebody entered single days, not the year's arrangement.
PUBLISHED_FROM = 11


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as limits state it: working days, working hours, natural hours or minutes."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0 or self.unit not in _UNIT_NAMES:
            raise ValueError("a span is zero or more workdays, workhours, hours or minutes")

    def __str__(self) -> str:
        return f"{self.amount}{_UNIT_NAMES[self.unit]}"

    @property
    def is_natural(self) -> bool:
        """Whether nights, weekends and holidays count."""
        return self.unit in ("hour", "minute")


def _of_day(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000


class DayHours:
    """The two working periods of a day, each from its start up to but not including its end.

    Times of day are microseconds since midnight, `worked` is microseconds of working time since opening.
    """

    __slots__ = ("opens", "breaks", "resumes", "closes", "morning", "length")

    def __init__(self, morning_start: time, morning_end: time, afternoon_start: time, afternoon_end: time):
        periods = [_of_day(moment) for moment in (morning_start, morning_end, afternoon_start, afternoon_end)]
        self.opens, self.breaks, self.resumes, self.closes = periods
        if not self.opens < self.breaks <= self.resumes < self.closes:
            raise ValueError("working hours run morning start < morning end <= afternoon start < afternoon end")
        self.morning = self.breaks - self.opens
        self.length = self.morning + self.closes - self.resumes

    def worked(self, moment: int) -> int:
        """Working time from opening to `moment`."""
        in_morning = min(max(moment, self.opens), self.breaks) - self.opens
        return in_morning + min(max(moment, self.resumes), self.closes) - self.resumes

    def when(self, worked: int) -> int:
        """The earliest moment by which `worked` has passed."""
        return self.opens + worked if worked <= self.morning else self.resumes + worked - self.morning

    def nearest(self, moment: int) -> int:
        """`moment` if it is working time, else the next working moment of the day, else closing time."""
        if moment < self.breaks:
            return max(moment, self.opens)
        return min(max(moment, self.resumes), self.closes)


DEFAULT_HOURS = DayHours(time(8, 30), time(12), time(15), time(18))


@dataclass(frozen=True, slots=True)
class Season:
    """Working hours from one day of the year to another, "MM-DD" each, both included; may run across New Year."""

    start: str
    end: str
    hours: DayHours

    def holds(self, day: str) -> bool:
        """Whether the "MM-DD" `day` lies in the season."""
        if self.start <= self.end:
            return self.start <= day <= self.end
        return day >= self.start or day <= self.end

    @property
    def days(self) -> int:
        """How long the season is, in days of a leap year."""
        start, end = (date.fromisoformat(f"2024-{edge}").toordinal() for edge in (self.start, self.end))
        return (end - start) % 366 + 1


class WorkCalendar:
    """Working days and hours, unchangeable. Built once, then every question is a binary search (about 3 µs).

    `days` says off (False) or working (True) against the rule Monday to Friday; of several seasons that hold a day
    the shortest counts; `zone` is where the clocks hang. Reaches from `first_year` to `final_year`: OverflowError
    beyond.
    """

    def __init__(
        self,
        days: Mapping[date, bool],
        seasons: Iterable[Season] = (),
        *,
        zone: tzinfo,
        first_year: int = 2000,
        final_year: int = 2099,
    ):
        self._zone = zone
        self._published = _published_years(days)
        by_day = _hours_of_the_year(list(seasons))
        self._ordinals: list[int] = []
        self._hours: list[DayHours] = []
        self._before = [0]
        marked = {day.toordinal(): working for day, working in days.items()}
        for ordinal in range(date(first_year, 1, 1).toordinal(), date(final_year, 12, 31).toordinal() + 1):
            if marked.get(ordinal, ordinal % 7 in (1, 2, 3, 4, 5)):
                day = date.fromordinal(ordinal)
                hours = by_day[day.month, day.day]
                self._ordinals.append(ordinal)
                self._hours.append(hours)
                self._before.append(self._before[-1] + hours.length)

    @property
    def last_year(self) -> int | None:
        """The last year whose arrangement of holidays is loaded; None without any."""
        return max(self._published, default=None)

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked, 调休 Saturdays and Sundays included."""
        ordinal = day.toordinal()
        return self._ordinals[self._index(ordinal)] == ordinal

    def is_published(self, day: date) -> bool:
        """Whether the holidays of that year are loaded; otherwise Monday to Friday is assumed."""
        return day.year in self._published

    def covers(self, start: datetime, due: datetime) -> bool:
        """Whether every year from `start` to `due` is loaded."""
        first, last = start.astimezone(self._zone).year, due.astimezone(self._zone).year
        return all(year in self._published for year in range(first, last + 1))

    def add(self, start: datetime, span: Span) -> datetime:
        """When `span` has passed, counted from the aware moment `start`; aware, local time.

        1. Natural hours and minutes just pass.
        2. Zero working time ends at the next working moment.
        3. Working hours end at the earliest moment by which they have been worked.
        4. n working days from within a working day end n working days on at the same time of day (from the lunch
           break: at its end); from outside they end at the close of the n-th working day after `start`.
        """
        if span.is_natural:
            length = timedelta(hours=span.amount) if span.unit == "hour" else timedelta(minutes=span.amount)
            return start.astimezone(self._zone) + length
        index, moment = self._locate(start)
        if span.amount == 0:
            return self._moment(index, self._hours[index].nearest(moment))
        if span.unit == "workhour":
            return self._after(self._worked(index, moment) + span.amount * _HOUR)
        hours = self._hours[index]
        if moment < hours.opens:
            last = self._day(index + span.amount - 1)
            return self._moment(last, self._hours[last].closes)
        last = self._day(index + span.amount)
        return self._moment(last, self._hours[last].nearest(hours.nearest(moment)))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative where `end` comes first."""
        return timedelta(microseconds=self._worked(*self._locate(end)) - self._worked(*self._locate(start)))

    def at_fraction(self, start: datetime, due: datetime, fraction: float, *, natural: bool = False) -> datetime:
        """When `fraction` (0.75: three quarters) of the working time from `start` to `due` has passed.

        `natural` counts every hour instead. Never before `start`, and `due` itself for 1 and more.
        """
        if fraction >= 1:
            return due
        if natural:
            return start + (due - start) * fraction
        begun = self._worked(*self._locate(start))
        share = round((self._worked(*self._locate(due)) - begun) * fraction)
        if share <= 0:
            return min(self.add(start, Span(0, "workday")), due)
        return self._after(begun + share)

    def shift(self, moment: datetime, worked: timedelta) -> datetime:
        """`moment` moved later by an amount of working time, to the earliest moment that fits; zero leaves it alone."""
        if worked < timedelta():
            raise ValueError("a deadline is not moved forward")
        if not worked:
            return moment
        return self._after(self._worked(*self._locate(moment)) + worked // _MICROSECOND)

    def _locate(self, moment: datetime) -> tuple[int, int]:
        """The working day that holds `moment` or follows it, and the time of day: -1 before that day's opening."""
        local = moment.astimezone(self._zone)
        ordinal = local.toordinal()
        index = self._index(ordinal)
        if self._ordinals[index] != ordinal:
            return index, -1
        time_of_day = ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
        hours = self._hours[index]
        if time_of_day >= hours.closes:
            return self._day(index + 1), -1
        return index, time_of_day if time_of_day >= hours.opens else -1

    def _index(self, ordinal: int) -> int:
        if ordinal < self._ordinals[0]:
            raise OverflowError("before the beginning of the calendar")
        return self._day(bisect_left(self._ordinals, ordinal))

    def _day(self, index: int) -> int:
        if index >= len(self._ordinals):
            raise OverflowError("beyond the end of the calendar")
        return index

    def _worked(self, index: int, moment: int) -> int:
        return self._before[index] + self._hours[index].worked(moment)

    def _after(self, worked: int) -> datetime:
        index = self._day(bisect_left(self._before, worked) - 1)
        return self._moment(index, self._hours[index].when(worked - self._before[index]))

    def _moment(self, index: int, time_of_day: int) -> datetime:
        midnight = datetime.fromordinal(self._ordinals[index])
        return (midnight + timedelta(microseconds=time_of_day)).replace(tzinfo=self._zone)


def _published_years(days: Mapping[date, bool]) -> frozenset[int]:
    off = [day.year for day, working in days.items() if not working]
    return frozenset(year for year in off if off.count(year) >= PUBLISHED_FROM)


def _hours_of_the_year(seasons: list[Season]) -> dict[tuple[int, int], DayHours]:
    longest_first = sorted(seasons, key=lambda season: -season.days)
    hours = {}
    for ordinal in range(date(2024, 1, 1).toordinal(), date(2024, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        held = [season.hours for season in longest_first if season.holds(f"{day:%m-%d}")]
        hours[day.month, day.day] = held[-1] if held else DEFAULT_HOURS
    return hours
