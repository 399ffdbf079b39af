"""Fits what can be fitted from real requests and their answers: how long an answer takes, on which day and hour people write.

A file of messages has columns sent_at and replied_at (`2019-04-25 09:32:09`, local time); nothing else of it is read.
"""

import csv
import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import NormalDist, fmean, pstdev
from typing import Any

from django.utils import timezone

from common.errors import DomainError
from weidu_portal.rehearsal.parameters import Parameters
from workdays import calendar

COLUMNS = ("sent_at", "replied_at")
# Fewer answers than this say nothing about a spread.
FEWEST = 30
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SOURCE = (
    "public data of a 2020 text-mining contest on smart government: messages of residents of one Chinese city to its "
    "government, with the unit's answer. The data are not part of the project"
)


@dataclass(frozen=True)
class Message:
    """When somebody wrote and when the answer came."""

    sent_at: datetime
    replied_at: datetime


def read(path: Path) -> list[Message]:
    """The messages of a CSV file; DomainError in words where it is not such a file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise DomainError(f"{path.name} has no column {' and no column '.join(missing)}.")
            messages = [_message(row, number, path.name) for number, row in enumerate(rows, start=1)]
    except OSError as error:
        raise DomainError(f"{path.name} cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DomainError(f"{path.name} is not written in UTF-8.") from error
    if len(messages) < FEWEST:
        raise DomainError(f"{path.name} holds {len(messages)} answers; {FEWEST} are needed to fit anything.")
    return messages


def _message(row: dict[str, str], number: int, name: str) -> Message:
    moments = []
    for column in COLUMNS:
        try:
            found = datetime.fromisoformat((row[column] or "").strip())
        except ValueError as error:
            raise DomainError(f"{name}, record {number}: {column} is not a time like 2019-04-25 09:32:09.") from error
        moments.append(found if found.tzinfo else timezone.make_aware(found))
    if moments[1] < moments[0]:
        raise DomainError(f"{name}, record {number}: the answer came before the message.")
    return Message(*moments)


@dataclass(frozen=True)
class Fit:
    """A log-normal distribution beside the data it was fitted to."""

    unit: str
    median: float
    spread: float
    rows: int
    left_out: int
    data: list[float]
    fitted: list[float]
    distance: float

    def as_value(self) -> dict[str, Any]:
        """The fit as the table keeps it, rounded to what the data can bear."""
        return {
            "unit": self.unit,
            "median": round(self.median, 3),
            "spread": round(self.spread, 3),
            "rows": self.rows,
            "left_out": self.left_out,
            "quantiles": list(QUANTILES),
            "data": [round(value, 2) for value in self.data],
            "fitted": [round(value, 2) for value in self.fitted],
            "distance": round(self.distance, 3),
        }


def fit(messages: list[Message]) -> Fit:
    """The log-normal distribution that makes the reply times most likely.

    In working hours by the calendar in force, from the messages whose years it covers; in days of the clock, from all,
    where it covers fewer than half of them (then Monday to Friday would be assumed, holidays would count as work).
    """
    current = calendar.current()
    covered = [m for m in messages if current.covers(m.sent_at, m.replied_at)]
    if 2 * len(covered) >= len(messages):
        unit, used = "working hours", covered
        lengths = [current.between(m.sent_at, m.replied_at).total_seconds() / 3600 for m in covered]
    else:
        unit, used = "days", messages
        lengths = [(m.replied_at - m.sent_at).total_seconds() / 86400 for m in messages]
    # An answer within the same night took no time by this measure; a logarithm of nothing there is not.
    told = sorted(length for length in lengths if length > 0)
    if len(told) < FEWEST:
        raise DomainError(f"Only {len(told)} answers took any {unit}; {FEWEST} are needed to fit anything.")
    return _lognormal(unit, told, left_out=len(messages) - len(used) + len(lengths) - len(told))


def _lognormal(unit: str, lengths: list[float], *, left_out: int) -> Fit:
    logs = [math.log(length) for length in lengths]
    middle, spread = fmean(logs), pstdev(logs)
    if not spread:
        raise DomainError("All answers took the same time; nothing can be fitted.")
    bell = NormalDist(middle, spread)
    return Fit(
        unit=unit,
        median=math.exp(middle),
        spread=spread,
        rows=len(lengths),
        left_out=left_out,
        data=[_quantile(lengths, share) for share in QUANTILES],
        fitted=[math.exp(bell.inv_cdf(share)) for share in QUANTILES],
        distance=_distance(logs, bell),
    )


def _quantile(lengths: list[float], share: float) -> float:
    place = share * (len(lengths) - 1)
    low = int(place)
    high = min(low + 1, len(lengths) - 1)
    return lengths[low] + (lengths[high] - lengths[low]) * (place - low)


def _distance(logs: list[float], bell: NormalDist) -> float:
    """The largest difference between the shares of data and fit below any length (Kolmogorov and Smirnov)."""
    count = len(logs)
    gaps = [abs(bisect_right(logs, value) / count - bell.cdf(value)) for value in logs]
    gaps += [abs(index / count - bell.cdf(value)) for index, value in enumerate(logs)]
    return max(gaps)


def refit(parameters: Parameters, messages: list[Message]) -> Fit:
    """Put the fitted entries of the table anew; nothing else in it changes."""
    found = fit(messages)
    sent = [timezone.localtime(message.sent_at) for message in messages]
    years = f"{min(sent).year} to {max(sent).year}"
    measure = (
        "working hours by the portal's calendar"
        if found.unit == "working hours"
        else "days of the clock, because the portal's calendar knows no holidays of those years; the rehearsal turns a "
        "day into the calendar's average of working hours"
    )
    days, hours = Counter(moment.weekday() for moment in sent), Counter(moment.hour for moment in sent)
    parameters.table["fitted"] = {
        "reply_time": _entry(
            found.as_value(),
            f"log-normal by maximum likelihood (mean and deviation of the logarithm) over {found.rows} answers of {years}, in "
            f"{measure}; distance: the largest difference between the shares of data and fit below any length",
        ),
        "weekday": _entry(
            {name: round(days[number] / len(sent), 4) for number, name in enumerate(WEEKDAYS)},
            f"share of the {len(sent)} messages of {years} sent on that day",
        ),
        "hour": _entry(
            {str(hour): round(hours[hour] / len(sent), 4) for hour in range(24)},
            f"share of the {len(sent)} messages of {years} sent in that hour; what staff register comes in office hours",
        ),
    }
    return found


def _entry(value: Any, how: str) -> dict[str, Any]:
    return {"value": value, "source": SOURCE, "how": how, "guess": False}


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is different in the fitted part, one line a value; for people."""
    old, new = dict(_flat(before)), dict(_flat(after))
    return [f"{name}: {old.get(name, 'nothing')} → {value}" for name, value in new.items() if old.get(name) != value]


def _flat(value: Any, name: str = "") -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(name, value)]
    return [row for key, inner in value.items() for row in _flat(inner, f"{name}.{key}".lstrip("."))]


def goodness(found: Fit) -> list[str]:
    """Quantiles of the fit beside those of the data, as lines of a table."""
    lines = [f"{'share':>6} {'data':>10} {'fitted':>10}   {found.unit}"]
    rows = zip(QUANTILES, found.data, found.fitted, strict=True)
    lines += [f"{share:6.0%} {data:10.2f} {fitted:10.2f}" for share, data, fitted in rows]
    return [
        *lines,
        f"largest difference of shares {found.distance:.3f}, {found.rows} answers, {found.left_out} left out",
    ]


def hours_a_day(year: int) -> float:
    """Working hours of an average day of the clock, by the calendar in force."""
    start, end = (timezone.make_aware(datetime.combine(date(on, 1, 1), datetime.min.time())) for on in (year, year + 1))
    return calendar.current().between(start, end).total_seconds() / 3600 / (end - start).days
