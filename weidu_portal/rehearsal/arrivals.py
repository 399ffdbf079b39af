"""What comes in on a day: how many requests, about what, from where, by which way and at which minute."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Category
from cases.states import Channel
from grids.models import Area
from weidu_portal.rehearsal.district import District
from weidu_portal.rehearsal.fitting import WEEKDAYS
from weidu_portal.rehearsal.parameters import Parameters
from workdays import calendar
from workdays.calendar import Span

# The hotline wants its answer within ten working days.
HOTLINE_GIVES = Span(10, "workday")


@dataclass(frozen=True)
class Arrival:
    """A request before it is handed in."""

    at: datetime
    category: Category
    area: Area
    channel: str
    by: User | None
    about: User | None = None
    hotline_number: str = ""


class Arrivals:
    """Draws the requests of one day after another."""

    def __init__(self, parameters: Parameters, district: District, rng: Random, *, scale: float = 1.0):
        self.parameters, self.district, self.rng = parameters, district, rng
        self.rate = parameters.value("arrivals", "per_grid_and_workday") * len(district.grids) * scale
        self.weekday: dict[str, float] = parameters.weights("fitted", "weekday")
        self.hour: dict[str, float] = parameters.weights("fitted", "hour")
        self.hotlines = 0

    def expected(self, day: date) -> float:
        """How many requests a day brings on average: five working days of the table make a week, shared by weekday.

        A holiday is like a Sunday, a working Saturday or Sunday (调休) like an average working day.
        """
        if calendar.current().is_workday(day):
            worked = sum(self.weekday[name] for name in WEEKDAYS[:5]) / 5
            share = self.weekday[WEEKDAYS[day.weekday()]] if day.weekday() < 5 else worked
        else:
            share = self.weekday[WEEKDAYS[day.weekday() if day.weekday() >= 5 else 6]]
        return self.rate * 5 * share

    def of(self, day: date) -> Iterator[Arrival]:
        """The requests of a day, as a Poisson process brings them, in no order."""
        left, mean = self.rng.expovariate(1.0), self.expected(day)
        while left < mean:
            yield self._one(day)
            left += self.rng.expovariate(1.0)

    def _one(self, day: date) -> Arrival:
        rng = self.rng
        category = rng.choice(self.district.categories[self.pick("arrivals", "by_category")])
        grid = rng.choice(self.district.grids)
        channel = self.pick("arrivals", "by_channel") if calendar.current().is_workday(day) else Channel.WEB
        if channel == Channel.WEB:
            lost = rng.random() < self.parameters.value("arrivals", "without_a_grid")
            return Arrival(self._at_home(day), category, self._community(grid) if lost else grid, channel, None)
        if channel == Channel.COUNTER and rng.random() < self._complaining():
            return self._complaint(day, grid)
        return self._registered(day, category, grid, channel)

    def pick(self, group: str, name: str) -> str:
        """One key of a table of weights."""
        weights = self.parameters.weights(group, name)
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _complaining(self) -> float:
        """Complaints come in over the counter only, so their share of all is larger among those."""
        channels = self.parameters.weights("arrivals", "by_channel")
        share = self.parameters.value("arrivals", "about_staff") * sum(channels.values())
        return share / max(channels[Channel.COUNTER], share)

    def _complaint(self, day: date, grid: Area) -> Arrival:
        about, street = self.district.staff.worker(f"area:{grid.code}"), self._seat(grid, 9)
        category = self.district.categories["other"][0]
        return Arrival(self._at_office(day), category, grid, Channel.COUNTER, street, about=about)

    def _registered(self, day: date, category: Category, grid: Area, channel: str) -> Arrival:
        """What staff write down: the grid at the door, by phone, in the chat group; the community at its counter; the
        street for the hotline.
        """
        at = self._at_office(day)
        if channel == Channel.HOTLINE:
            self.hotlines += 1
            number = f"12345-{day:%y%m%d}-{self.hotlines:06d}"
            by = self._seat(grid, 9)
            return Arrival(at, category, self._community(grid), channel, by, hotline_number=number)
        return Arrival(at, category, grid, channel, self._seat(grid, 12 if channel == Channel.COUNTER else 15))

    def _seat(self, grid: Area, digits: int) -> User:
        return self.district.staff.worker(f"area:{grid.code[:digits]}")

    def _community(self, grid: Area) -> Area:
        return self.district.areas[grid.code[:12]]

    def _at_home(self, day: date) -> datetime:
        (hour,) = self.rng.choices(list(self.hour), list(self.hour.values()))
        return self._midnight(day) + timedelta(hours=int(hour), seconds=self.rng.randrange(3600))

    def _at_office(self, day: date) -> datetime:
        current, start = calendar.current(), self._midnight(day)
        length = current.between(start, start + timedelta(days=1))
        return current.shift(start, length * self.rng.uniform(0.001, 0.999))

    def _midnight(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time()))

    def request(self, arrival: Arrival) -> cases.Request:
        """What the intake gets."""
        rng, by_hand = self.rng, arrival.by is not None
        due = calendar.current().add(arrival.at, HOTLINE_GIVES) if arrival.hotline_number else None
        return cases.Request(
            category=arrival.category,
            area=arrival.area,
            text=f"演练：{arrival.category.name}",
            channel=arrival.channel,
            name="演练",
            phone=f"1380000{rng.randrange(10000):04d}",
            withheld=rng.random() < 0.08,
            wants_sms=rng.random() < 0.4,
            notice=None if by_hand else self.district.notice,
            about=arrival.about,
            external_number=arrival.hotline_number,
            external_due_at=due,
        )

    def again(self, arrival: Arrival) -> cases.Request:
        """Another resident about the same trouble, on the web."""
        request = self.request(arrival)
        request.channel, request.external_number, request.external_due_at = Channel.WEB, "", None
        request.notice = self.district.notice
        return request
