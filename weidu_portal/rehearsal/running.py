"""The clock of a rehearsal: people's steps and the portal's sweeps in the order of simulated time."""

import heapq
import itertools
import time as clock_of_the_machine
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.assignment_roles import open_assignment_actions
from cases.models import Approval, Assignment, Case
from cases.roles import may_decide, roles_of
from cases.services.assignment_sweep import sweep_assignments
from cases.states import Action, rule_of
from common.errors import DomainError
from supervision.services import sweeping as supervising
from supervision.services.striking import strike_closed
from weidu_portal.demo.moments import Moments
from weidu_portal.rehearsal import courses
from weidu_portal.rehearsal.arrivals import Arrival, Arrivals
from weidu_portal.rehearsal.district import District
from weidu_portal.rehearsal.fitting import hours_a_day
from weidu_portal.rehearsal.invariants import Checker, Fault
from weidu_portal.rehearsal.parameters import Parameters, Speed
from workdays import calendar

# The portal sweeps every 30 seconds; what falls due within this time is taken together.
TICK = timedelta(seconds=30)
# Tables with a time at which the portal itself must look, and what looks.
SWEEPS: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (Case, cases.sweep),
    (Assignment, sweep_assignments),
)
# A sweep that leaves the same row due this often does not do its work; the check of the day says so.
TRIES = 20


@dataclass
class Result:
    """What a rehearsal came to."""

    cases: int = 0
    steps: int = 0
    seconds: float = 0.0
    checking: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)

    @property
    def cases_per_second(self) -> float:
        """Cases lived through in a second of the machine, checks of the day included."""
        return self.cases / self.seconds if self.seconds else 0.0


class Rehearsal:
    """One simulated stretch of days. `run` plays it in the database of the present connection."""

    def __init__(self, parameters: Parameters, *, start: date, days: int, seed: int = 411002, scale: float = 1.0):
        """`start`: first day; `scale`: how many times the arrivals of the table. DomainError without a single day."""
        if days < 1 or scale <= 0:
            raise DomainError("A rehearsal needs at least one day and a scale above zero.")
        self.parameters, self.rng = parameters, Random(seed)
        self.days = [start + timedelta(days=number) for number in range(days)]
        self.district = District()
        self.arrivals = Arrivals(parameters, self.district, self.rng, scale=scale)
        self.clock = self._midnight(start)
        self.moments = Moments(self.clock, self.rng)
        self.reply_time = parameters.reply_time(hours_a_day(start.year))
        self.checker = Checker(self.district)
        self.result = Result()
        self._waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
        self._order = itertools.count()

    def _midnight(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time()))

    def run(self, say: Callable[[date, Result], None] = lambda day, result: None) -> Result:
        """Play all days; after each the invariants are checked for the cases it touched, at the end for all."""
        begun = clock_of_the_machine.perf_counter()
        for day in self.days:
            self._play(day)
            self._check(whole=day == self.days[-1])
            self.result.seconds = clock_of_the_machine.perf_counter() - begun
            say(day, self.result)
        return self.result

    @transaction.atomic
    def _play(self, day: date) -> None:
        end = self._midnight(day + timedelta(days=1))
        for arrival in self.arrivals.of(day):
            self.spawn(courses.life(self, arrival))
        while self._waiting and self._waiting[0][0] < end:
            moment, _, story = heapq.heappop(self._waiting)
            self.sweep_until(moment)
            self.clock = moment
            self.result.steps += 1
            self._wait(story)
        self.sweep_until(end)
        self.clock = end

    def _check(self, *, whole: bool) -> None:
        begun = clock_of_the_machine.perf_counter()
        # 催办 and 销号 are things of the day; whoever is late is urged in the morning.
        supervising.sweep(at=self.clock)
        strike_closed(at=self.clock)
        faults = self.checker.look(self.clock, whole=whole)
        self.result.faults += [fault for fault in faults if fault not in self.result.faults]
        self.result.checking += clock_of_the_machine.perf_counter() - begun

    def spawn(self, story: Iterator[datetime]) -> None:
        """Take in a story; it begins at the moment it yields first."""
        self._wait(story)

    def _wait(self, story: Iterator[datetime]) -> None:
        following = next(story, None)
        if following is not None:
            heapq.heappush(self._waiting, (max(following, self.clock + timedelta(seconds=1)), next(self._order), story))

    def sweep_until(self, moment: datetime) -> None:
        """Everything that falls due before `moment`, each within a tick of its time, or of when it came to be overdue."""
        tried: Counter = Counter()
        while (due := self._earliest()) is not None and due <= moment and tried[due] < TRIES:
            tried[due] += 1
            self.clock = min(max(due, self.clock) + TICK, moment)
            for _, sweep in SWEEPS:
                sweep(at=self.clock)

    def _earliest(self) -> datetime | None:
        waiting = [model.objects.filter(next_alarm_at__isnull=False) for model, _ in SWEEPS]
        first, *others = [
            rows.order_by("next_alarm_at").values_list("next_alarm_at", flat=True)[:1] for rows in waiting
        ]
        return min(first.union(*others, all=True), default=None)

    # What stories ask of the clock and of chance.

    def chance(self, name: str, of: str = "") -> bool:
        """True in that share of the cases."""
        return self.rng.random() < self.parameters.chance(name, of)

    def pick(self, weights: dict[str, float]) -> str:
        """One key of a table of weights."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def worked(self, speed: Speed, *, urgent: bool = False) -> datetime:
        """After so much working time; urgent work takes a quarter of it, by the clock."""
        length = speed.draw(self.rng)
        return self.clock + length / 4 if urgent else calendar.current().shift(self.clock, length)

    def after(self, case: Case, stage: str, what: str) -> datetime:
        """When people of that stage get something done about a case."""
        return self.worked(self.parameters.speed(stage, what), urgent=case.urgent)

    def by_day(self, what: str) -> datetime:
        """When a resident gets round to it."""
        hours = self.parameters.speed("residents", what).draw(self.rng).total_seconds() / 3600
        return self.moments.by_day(self.clock, hours, hours)

    # What stories do. Every step is first held against what the page would offer to that person.

    def register(self, arrival: Arrival) -> Case:
        """Hand the request in."""
        report = cases.register(self.arrivals.request(arrival), at=self.clock, by=arrival.by)
        self.result.cases += 1
        return report.case

    def act(
        self, action: Action, case: Case, verb: Callable[..., Any], *given: Any, by: User | None, **more: Any
    ) -> Any:
        """One verb on a case; None where the portal refuses. `by` None: a resident, who needs no right."""
        if by is not None:
            rule = rule_of(case.status, action)
            if rule is None or not rule.who & roles_of(case, by):
                self._not_offered(case, action)
        return self._done(action, lambda: verb(case, *given, at=self.clock, by=by, **more))

    def decide(self, approval: Approval, case: Case, *, agreed: bool) -> Any:
        """The head, or the level above, decides a request."""
        by, approval.case = self.district.approver(case), case
        if not may_decide(approval, by):
            self._not_offered(case, Action.EXTEND if agreed else Action.DECLINE)
        note = "" if agreed else "请先按原期限办理。"
        return self._done(
            Action.DECLINE, lambda: cases.decide(approval, agreed=agreed, note=note, at=self.clock, by=by)
        )

    def owe(self, action: Action, row: Assignment, verb: Callable[..., Any], *given: Any, by: User) -> Any:
        """One verb on an assignment."""
        if action not in open_assignment_actions(row, by):
            self._not_offered(row.case, action)
        return self._done(action, lambda: verb(row, *given, at=self.clock, by=by))

    def tell(self, action: Action, verb: Callable[[], Any]) -> Any:
        """One verb of a resident."""
        return self._done(action, verb)

    def _not_offered(self, case: Case, action: Action) -> None:
        self.result.faults.append(Fault("only_what_is_offered", case.number, f"{action} was taken though not offered"))

    def _done(self, action: Action, verb: Callable[[], Any]) -> Any:
        """The verb's answer, True where it has none; None and a count where the portal refuses in words."""
        try:
            answer = verb()
        except DomainError as refusal:
            self.result.refused[f"{action.label}：{refusal.message}"] += 1
            return None
        return True if answer is None else answer
