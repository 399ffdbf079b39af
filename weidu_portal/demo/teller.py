"""Tells the demonstration stories: every step goes through the verbs of `cases`, at the moment it would have happened.

A story is a generator: it yields the moment of its next step and is resumed when all other stories and the sweep have
come that far. What would lie in the future does not happen, which leaves cases open in every state.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Min

from accounts.models import User
from cases import services as cases
from cases.models import Approval, Assignment, Case, Category, Report
from cases.services.assignment_sweep import sweep_assignments
from cases.services.residents import seat_above
from cases.states import Channel, Status
from grids.levels import Level
from grids.models import Area, Organization
from households.services import current_notice
from supervision.services import sweeping as supervising
from supervision.services.striking import strike_closed
from weidu_portal.demo import texts
from weidu_portal.demo.moments import Moments
from weidu_portal.demo.people import Staff
from weidu_portal.demo.pictures import drawn
from weidu_portal.demo.places import Map

# The outside source every demonstration report names.
SOURCE = "示范数据"
# The portal sweeps every 30 seconds; what falls due within this time is taken together.
TICK = timedelta(seconds=30)
Story = Iterator[datetime]


@dataclass(frozen=True)
class Plan:
    """Who asks what, where and when; `key` makes it the same request on every run."""

    key: str
    at: datetime
    matter: texts.Matter
    area: Area
    place: str
    text: str
    title: str
    channel: str = Channel.WEB
    by: User | None = None
    about: User | None = None
    urgent: bool = False
    external_number: str = ""
    external_due_at: datetime | None = None


def _earliest() -> datetime | None:
    """When something falls due next."""
    found = (model.objects.aggregate(due=Min("next_alarm_at"))["due"] for model in (Case, Assignment))
    return min(filter(None, found), default=None)


class Teller:
    """The district during the past weeks: one clock, the staff on their seats, and the stories under way."""

    def __init__(self, now: datetime, rng: Random):
        self.now = self.clock = now
        self.rng, self.moments, self.map, self.staff = rng, Moments(now, rng), Map(rng), Staff.load()
        self.categories = {row.code: row for row in Category.objects.select_related("parent", "usual_unit")}
        self.units = {unit.code: unit for unit in Organization.objects.all()}
        self.notice = current_notice()
        self.begun = set(Report.objects.filter(source=SOURCE).values_list("source_id", flat=True))
        self._told = 0
        self._waiting: list[tuple[datetime, int, Story]] = []

    def add(self, key: str, story: Story) -> None:
        """Take in a story, unless it began in an earlier run; it begins at the moment it yields first."""
        if key in self.begun:
            return
        self._told += 1
        heapq.heappush(self._waiting, (next(story), self._told, story))

    def run(self, say: Callable[[int], None] = lambda left: None) -> None:
        """Tell all stories up to now, in the order of time, a transaction a day."""
        while self._waiting and self._waiting[0][0] < self.now:
            until = min(self._waiting[0][0] + timedelta(days=1), self.now)
            with transaction.atomic():
                while self._waiting and self._waiting[0][0] < until:
                    self._tell_on()
                    say(len(self._waiting))
                supervising.sweep(at=self.clock)
                strike_closed(at=self.clock)
        self._waiting.clear()
        self.sweep_until(self.now)
        self.clock = self.now

    def _tell_on(self) -> None:
        """The next step of the story whose turn it is, after the sweep has done what fell due before it."""
        moment, order, story = heapq.heappop(self._waiting)
        self.sweep_until(moment)
        self.clock = moment
        following = next(story, None)
        if following is not None:
            heapq.heappush(self._waiting, (max(following, moment + TICK), order, story))

    def sweep_until(self, moment: datetime) -> None:
        """Everything that falls due before `moment`, each within a tick of its time."""
        while (due := _earliest()) and due <= moment:
            # Never before what was told last: an action may leave an alarm behind that was due already.
            at = min(max(due, self.clock) + TICK, moment)
            cases.sweep(at=at)
            sweep_assignments(at=at)

    @property
    def is_over(self) -> bool:
        """True where no story is left to tell."""
        return not self._waiting

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self.rng.random() < share

    def after(self, case: Case, low: float, high: float) -> datetime:
        """The next step of a case: so many working hours later, a quarter of them by the clock where it is urgent."""
        if case.urgent:
            return self.clock + timedelta(hours=self.rng.uniform(low, high) / 4)
        return self.moments.worked(self.clock, low, high)

    def by_day(self, low: float, high: float) -> datetime:
        """When a resident gets round to it: so many hours later, by day."""
        return self.moments.by_day(self.clock, low, high)

    def after_climb(self, case: Case, low: float, high: float) -> datetime:
        """So many working hours after the present holder's time is over."""
        case.refresh_from_db()
        return self.moments.worked(case.climb_at, low, high)

    def register(self, plan: Plan) -> Case:
        """Open the case of a plan; a third of the residents add a photo."""
        report = cases.register(self._request(plan), at=self.clock, by=plan.by)
        return Case.objects.select_related("category__parent", "handling_unit").get(pk=report.case_id)

    def join(self, case: Case, plan: Plan, number: int) -> Report:
        """Another resident reports the same."""
        request = self._request(plan)
        request.submission, request.source_id = (
            cases.Request(request.category, plan.area, "").submission,
            f"{plan.key}-{number}",
        )
        request.text, request.photos, request.channel = self.rng.choice(texts.JOINED), [], Channel.WEB
        return cases.join(case, request, at=self.clock, by=None)

    def _request(self, plan: Plan) -> cases.Request:
        category, rng = self.categories[plan.matter.category], self.rng
        photos = [drawn((category.parent or category).code, rng)] if rng.random() < 0.09 else []
        return cases.Request(
            category=category,
            area=plan.area,
            text=plan.text,
            channel=plan.channel,
            title=plan.title if plan.by and category.publishable else "",
            place=plan.place,
            compound=self.map.compound_at(plan.area, plan.place),
            name=f"{rng.choice(texts.SURNAMES)}{rng.choice(texts.CALLED)}",
            phone=f"1380000{rng.randrange(10000):04d}",
            withheld=rng.random() < 0.08,
            wants_sms=rng.random() < 0.4,
            notice=self.notice if plan.by is None else None,
            photos=photos,
            urgent=plan.urgent,
            about=plan.about,
            source=SOURCE,
            source_id=plan.key,
            external_number=plan.external_number,
            external_due_at=plan.external_due_at,
        )

    def worker(self, case: Case) -> User:
        """Who does the work at the seat that holds the case."""
        return self.staff.worker(cases.seat_of(case))

    def head(self, case: Case) -> User:
        """Who answers for the seat that holds the case."""
        return self.staff.head(cases.seat_of(case))

    def above(self, case: Case) -> User:
        """Who answers for the seat above."""
        return self.staff.head(seat_above(case))

    def approver(self, case: Case) -> User:
        """The holder's head, or the level above where one person does both."""
        head = self.head(case)
        return head if head != self.worker(case) else self.above(case)

    def at_community(self, case: Case) -> User:
        """The secretary of the community the case belongs to."""
        return self.staff.head(f"area:{case.area_id[:12]}")

    def sign(self, case: Case, plan: Plan) -> None:
        """The holder signs, and in most cases gives the case a public title."""
        by = self.worker(case)
        if case.status == Status.RECEIVED:
            cases.sign(case, at=self.clock, by=by)
        if not case.title and case.category.publishable and self.chance(0.6):
            cases.set_title(case, plan.title, at=self.clock, by=by)

    def answer(self, case: Case, words: str) -> None:
        """A public answer by the holder."""
        cases.reply(case, words, at=self.clock, by=self.worker(case))

    def end(self, case: Case, words: str) -> None:
        """The holder resolves at its own level; half of what a grid ends stays in the compound."""
        level = case.level
        if level == Level.GRID and self.chance(0.5):
            level = 0
        photos = [drawn("other", self.rng, by=self.worker(case))] if self.chance(0.04) else []
        cases.resolve(case, level, words, photos=photos, at=self.clock, by=self.worker(case))

    def decide(self, approval: Approval, case: Case, *, agreed: bool, note: str = "") -> None:
        """The head, or the level above, decides a request."""
        case.refresh_from_db()
        cases.decide(approval, agreed=agreed, note=note, at=self.clock, by=self.approver(case))
        case.refresh_from_db()

    def first_report(self, case: Case) -> Report:
        """The report that opened the case."""
        return case.reports.get(is_first=True)
