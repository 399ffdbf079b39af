"""Escalation rules: which level comes next, which times a limit gives. Pure: no queries, no clock."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from grids.levels import Level
from workdays.calendar import Span, WorkCalendar

# Yellow from here on: share of the handling time.
WARN_AT = 0.75
# An undecided request stops the clock for one working day at most; a proposal climbs one working day later;
# a dispute is looked at within one working day.
ONE_WORKDAY = Span(1, "workday")
# Nobody said whether it is solved: staff are reminded to call back after this time.
FOLLOW_UP_AFTER = Span(5, "workday")
# 未解决 is looked at, and a case reopened, at most this often.
MAX_DISPUTES = 2
MAX_REOPENINGS = 2


class LimitLevel(models.IntegerChoices):
    """Whom a limit binds: the four levels, and a unit a case was handed to."""

    GRID = 1, "网格"
    COMMUNITY = 2, "社区"
    STREET = 3, "街道"
    DISTRICT = 4, "区级研判和交办"
    UNIT = 5, "承办单位"


class OnExpiry(models.TextChoices):
    """What happens when the handling time is over."""

    CLIMB = "climb", "到期上报"
    PROPOSE = "propose", "到期先提请，1个工作日后上报"


def next_level(level: int, *, urgent: bool) -> Level | None:
    """The level a case climbs to; None at the district. An urgent case skips the community, never the street."""
    if level >= Level.DISTRICT:
        return None
    if urgent and level == Level.GRID:
        return Level.STREET
    return Level(level + 1)


@dataclass(frozen=True)
class Allowance:
    """What a limit row allows: time to sign, time to handle, and what follows when that is over."""

    sign: Span
    handle: Span
    on_expiry: str
    basis: str
    extension_days: int = 0


@dataclass(frozen=True)
class Deadlines:
    """The four times of a step, all aware datetimes, in the order they pass (sign_by may lie after warn_at)."""

    sign_by: datetime
    warn_at: datetime
    due_at: datetime
    climb_at: datetime


def deadlines(allowance: Allowance, start: datetime, calendar: WorkCalendar) -> Deadlines:
    """The times that a step beginning at `start` gets from an allowance."""
    due_at = calendar.add(start, allowance.handle)
    climbs = allowance.on_expiry == OnExpiry.CLIMB
    return Deadlines(
        sign_by=min(calendar.add(start, allowance.sign), due_at),
        warn_at=calendar.at_fraction(start, due_at, WARN_AT, natural=allowance.handle.is_natural),
        due_at=due_at,
        climb_at=due_at if climbs else calendar.add(due_at, ONE_WORKDAY),
    )
