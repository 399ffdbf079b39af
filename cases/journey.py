"""How a case travelled the ladder: which stage held it for how long and what time it was given. Pure: reads events."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from cases.states import OPEN
from grids.levels import Level
from workdays import calendar
from workdays.rules import DEFAULT_HOURS

WORKDAY = timedelta(microseconds=DEFAULT_HOURS.length)
# The two sentences in which an event keeps the time it gave: a limit's rule, and an extension.
_GIVEN = re.compile(r"，(\d+)([^，\d]+)内办结")
_EXTENDED = re.compile(r"^延期(\d+)(个工作日)$")
_NATURAL = ("小时", "分钟")


class Stage(models.IntegerChoices):
    """A rung of the ladder as people see it: the four levels, and the unit a case was handed to."""

    GRID = 1, "网格"
    COMMUNITY = 2, "社区"
    STREET = 3, "街道"
    DISTRICT = 4, "区委组织部汇总"
    UNIT = 5, "区直部门"


def stage_of(level: int, unit) -> Stage:
    """The stage of a level; the district's own two bodies are one stage, a unit that was handed the case the next."""
    if level == Level.DISTRICT and unit is not None and unit.takes_cases:
        return Stage.UNIT
    return Stage(level)


@dataclass
class Held:
    """What one stage did with the case: time used, and the amounts of time it was given, in the words of the rule."""

    stage: Stage
    worked: timedelta = timedelta()
    elapsed: timedelta = timedelta()
    given: list[tuple[str, str]] = field(default_factory=list)

    @property
    def used(self) -> str:
        """Time used, in the unit its limit is stated in: working time, or every hour where the limit says hours."""
        natural = bool(self.given) and all(unit in _NATURAL for _, unit in self.given)
        return in_words(self.elapsed, natural=True) if natural else in_words(self.worked)

    @property
    def allowed(self) -> str:
        """Time given: 3个工作日, with an extension 3＋3个工作日; empty where no rule is recorded."""
        units = {unit for _, unit in self.given}
        if len(units) == 1:
            return "＋".join(amount for amount, _ in self.given) + units.pop()
        return "＋".join(f"{amount}{unit}" for amount, unit in self.given)


def journey(events: Iterable, *, at: datetime) -> dict[Stage, Held]:
    """The stages the case has been at, from its events (any order), up to `at`; waiting for the resident costs no time."""
    held: dict[Stage, Held] = {}
    ordered = sorted(events, key=lambda event: event.number)
    current = calendar.current()
    for event, following in zip(ordered, [*ordered[1:], None], strict=True):
        stage = stage_of(event.to_level, event.unit)
        rung = held.setdefault(stage, Held(stage))
        rung.given += _given(event.basis)
        if event.to_status in OPEN:
            end = max(following.at if following else at, event.at)
            rung.worked += current.between(event.at, end)
            rung.elapsed += end - event.at
    return held


def _given(basis: str) -> list[tuple[str, str]]:
    found = _GIVEN.search(basis) or _EXTENDED.match(basis)
    return [(found[1], found[2])] if found else []


def in_words(length: timedelta, *, natural: bool = False) -> str:
    """A stretch of time as offices say it: 40分钟, 4小时, 4.5个工作日; `natural` counts days of 24 hours instead."""
    day, name = (timedelta(days=1), "天") if natural else (WORKDAY, "个工作日")
    if length >= day:
        halves = round(length / day * 2)
        return f"{halves // 2}{'.5' if halves % 2 else ''}{name}"
    if length >= timedelta(hours=1):
        return f"{int(length / timedelta(hours=1))}小时"
    minutes = int(length / timedelta(minutes=1))
    return f"{minutes}分钟" if minutes else "不到1分钟"


@dataclass(frozen=True)
class Rung:
    """One place of the drawn ladder: state is passed, now, closed or empty; words stand under the name."""

    name: str
    state: str
    words: str


def ladder(case, held: dict[Stage, Held]) -> list[Rung]:
    """The five rungs as they are drawn: exactly one is `now` while the case has not ended, `closed` where it was solved."""
    here = stage_of(case.level, case.handling_unit)
    return [_rung(stage, case, held, here) for stage in Stage]


def _rung(stage: Stage, case, held: dict[Stage, Held], here: Stage) -> Rung:
    name = stage.label
    if stage == here:
        return Rung(name, _state_here(case), _words_here(case))
    if stage in held:
        return Rung(name, "passed" if stage < here else "", f"用时{held[stage].used}")
    if stage < here:
        return Rung(name, "", "未经办")
    return Rung(name, "", "未交办" if stage == Stage.UNIT else "未上报")


def _state_here(case) -> str:
    if not case.has_ended:
        return "now"
    return "closed" if case.closed_at else "passed"


def _words_here(case) -> str:
    if case.is_open:
        return f"{_moment(case.due_at)}到期"
    if case.review_at:
        return f"{_moment(case.review_at)}复核"
    return case.get_status_display()


def _moment(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{local.month}月{local.day}日 {local.hour}:{local:%M}"
