"""Cases that fall due within the next minutes, so that the climb is seen happening.

History is never edited for it: each is registered anew, at the moment from which its limit runs out just then. Urgent
cases have 24 hours of the clock and so work at any time of day; ordinary ones are added during working hours.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cases import services as cases
from cases.limits import LimitTable
from cases.models import Case
from cases.states import Channel
from grids.levels import Level
from weidu_portal.demo.people import XINCUN
from weidu_portal.demo.programme import plan
from weidu_portal.demo.teller import Plan, Teller
from weidu_portal.demo.texts import MATTERS

FROM, UNTIL = timedelta(minutes=2), timedelta(minutes=10)
WANTED = 5


def due_soon(now: datetime):
    """Open cases due in 2 to 10 minutes from `now`, soonest first."""
    return Case.objects.open().filter(due_at__gt=now + FROM, due_at__lte=now + UNTIL).order_by("due_at")


def is_enough(now: datetime) -> bool:
    """Whether at least five such cases stand, at three levels or more."""
    levels = list(due_soon(now).values_list("level", flat=True))
    return len(levels) >= WANTED and len(set(levels)) >= 3


def add(tell: Teller) -> int:
    """Register cases that fall due in the next minutes; returns how many."""
    made = [_urgent(tell, number, *row) for number, row in enumerate(_URGENT)]
    made += [_ordinary(tell, number, *row) for number, row in enumerate(_ORDINARY)]
    tell.sweep_until(tell.now)
    return sum(made)


# category, how it comes to the level it waits at, minutes until it is due
_URGENT = (
    ("power-wire", "grid", 4),
    ("fire-facility", "calmed", 5),
    ("power-box", "community", 6),
    ("fire-passage", "street", 7),
    ("power-cable", "grid", 8),
    ("power-box", "street", 9),
)
_ORDINARY = (("light-stair", Level.GRID, 4), ("property-service", Level.COMMUNITY, 7), ("parking-space", Level.GRID, 9))


def _urgent(tell: Teller, number: int, category: str, course: str, minutes: int) -> bool:
    """A case whose 24 hours end in `minutes`."""
    due = tell.now + timedelta(minutes=minutes)
    drafted = _plan(tell, category, f"soon-{tell.now:%y%m%d%H%M%S}-{number}")
    tell.clock = due - timedelta(hours=24)
    _COURSES[course](tell, drafted)
    return True


def _ordinary(tell: Teller, number: int, category: str, level: int, minutes: int) -> bool:
    """A case whose ordinary limit ends in `minutes`; nothing where that is outside working hours."""
    due = tell.now + timedelta(minutes=minutes)
    allowance = LimitTable.load().allowance(tell.categories[category].pk, level, urgent=False)
    start = tell.moments.start_for(due, allowance.handle)
    if start is None:
        return False
    drafted = _plan(tell, category, f"soon-{tell.now:%y%m%d%H%M%S}-o{number}")
    tell.clock = start
    (_at_grid if level == Level.GRID else _at_community)(tell, drafted)
    return True


def _plan(tell: Teller, category: str, key: str) -> Plan:
    matter = next(row for row in MATTERS if row.category == category)
    drafted = plan(tell, key, 1, 1, only_beida=True)
    area = tell.map.by_code[f"{XINCUN}003"] if tell.chance(0.5) else drafted.area
    filled = {"spot": drafted.place, "bld": 2, "unit": "二", "days": 3}
    return replace(
        drafted, matter=matter, area=area, place=tell.map.spot_in(area, indoors=matter.indoors).spot,
        text=tell.rng.choice(matter.texts).format(**filled), title=matter.title.format(**filled),
        by=None, channel=Channel.WEB,
    )  # fmt: skip


def _register(tell: Teller, drafted: Plan) -> Case:
    case = tell.register(drafted)
    cases.set_title(case, drafted.title, at=tell.clock + timedelta(minutes=3), by=tell.worker(case))
    return case


def _at_grid(tell: Teller, drafted: Plan) -> None:
    """At the grid, unsigned: goes to the street when it is urgent, to the community when it is not."""
    _register(tell, drafted)


def _calmed(tell: Teller, drafted: Plan) -> None:
    """At the grid, found not to be urgent: the deadline stays, but it climbs to the community."""
    case = _register(tell, drafted)
    reason = "现场已看过，暂无危险，按一般事项办理。"
    cases.classify(case, urgent=False, reason=reason, at=tell.clock + timedelta(minutes=20), by=tell.worker(case))


def _at_community(tell: Teller, drafted: Plan) -> None:
    """Without a grid, waiting at the community's triage."""
    _register(tell, replace(drafted, area=tell.map.by_code[drafted.area.code[:12]]))


def _at_street(tell: Teller, drafted: Plan) -> None:
    """Passed on by hand to the street, where its time ends: goes to the district."""
    due = tell.clock
    tell.clock = due - timedelta(minutes=25)
    case = _register(tell, drafted)
    cases.escalate(case, drafted.matter.up, at=due, by=tell.worker(case))


_COURSES: dict[str, Callable[[Teller, Plan], None]] = {
    "grid": _at_grid,
    "calmed": _calmed,
    "community": _at_community,
    "street": _at_street,
}
