"""What the board of one area and period shows. Every part asks the database once; the template asks nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.utils import timezone

from cases.models import Category
from cases.states import Channel, MatterClass
from dashboards import access, charts
from dashboards.services import dimensions, figures, growth, live, reading
from dashboards.services.figures import Figure, digits, query_of
from dashboards.services.periods import Period, weeks_back
from dashboards.services.reading import Sums
from grids.levels import Level
from grids.models import Area, Organization
from grids.permissions import abilities_of
from visits.services.coverage import Covered

DISTRICT = "411002"
LEVELS = [level.label for level in Level]
WEEKS = 8
GROWING_SHOWN = 8
COUNTED_AT_ONCE = 100  # days; below the district a breakdown is counted from the cases, a year of a street takes 0.2 s
# Which abilities open the page of the desk behind a figure that is no case.
PAGES = {
    "desk:coverage": {"plan_visits", "collect", "hand_out"},
    "desk:wishes": {"handle"},
    "desk:consultations": {"register", "handle"},
    "desk:disputes": {"register", "handle"},
    "desk:service-days": {"register", "handle"},
    "desk:agency": {"register", "handle"},
    "desk:posts": {"posts", "households"},
    "desk:ground": {"register", "hand_out", "keep_ground"},
    "desk:centres": {"register", "hand_out", "keep_ground"},
}


@dataclass(frozen=True)
class Line:
    """One row of a table: what it is about, sums of the period, and what is open now."""

    name: str
    sums: Sums
    open: int = 0
    overdue: int = 0
    code: str = ""

    @property
    def rates(self) -> list[tuple[float | None, float, int]]:
        """(percent, numerator, denominator) of 按期办结, 解决 and 满意."""
        pairs = (
            (self.sums["in_time"], self.sums["answered"]),
            (self.sums["solved"] + self.sums["partly"] / 2, self.sums["told"]),
            (self.sums["content"], self.sums["rated"]),
        )
        return [(100 * top / bottom if bottom else None, top, bottom) for top, bottom in pairs]


class Board:
    """The board one reader sees of one area in one period."""

    def __init__(self, user, area: Area, period: Period, at: datetime, *, with_kinds: bool = False):
        self.user, self.area, self.period, self.at = user, area, period, at
        self.code, self._with_kinds = area.code, with_kinds

    @property
    def tells_kinds_later(self) -> bool:
        """True where `kinds` are counted from so many cases that the page fetches them when somebody comes to them."""
        long = (self.period.last - self.period.first).days >= COUNTED_AT_ONCE
        return long and self.area.level < Level.DISTRICT and not self._with_kinds

    @property
    def query(self) -> str:
        """Area and days for links to lists."""
        return query_of(self.code, self.period)

    @cached_property
    def basis(self) -> figures.Basis:
        """Everything counted for the figures."""
        beneath = {key: sums for key, sums in self._communities.items() if key.startswith(self.code)}
        return figures.Basis(
            reading.total(beneath.values()),
            live.live(self.code, self.period, self.at),
            reading.times(self.code, self.period),
            figures.around(self.code, self.period),
        )

    @cached_property
    def _communities(self) -> dict[str, Sums]:
        """Of the whole district: the totals line of the district stands on every board."""
        return reading.by_community(DISTRICT, self.period)

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """By code."""
        return {f.code: f for f in figures.figures(self.code, self.period, at=self.at, on=self.basis)}

    def _some(self, specs) -> list[Figure]:
        return [self.figures[spec.code] for spec in specs]

    @property
    def rates(self) -> list[Figure]:
        """The four cards and 按期签收率."""
        return self._some(figures.RATES)

    @property
    def counts(self) -> list[Figure]:
        """Plain numbers."""
        return self._some(figures.COUNTS)

    @property
    def headline(self) -> list[Figure]:
        """走访住户 and 解决诉求."""
        return self._some(figures.HEADLINE)

    @property
    def beside(self) -> list[tuple[Figure, bool]]:
        """Figures that are not about cases, and whether the reader may open the page behind."""
        held = abilities_of(self.user)
        return [(f, bool(PAGES.get(f.page, set()) & held)) for f in self._some(figures.BESIDE)]

    @property
    def shares(self) -> list[Figure]:
        """Closed at each level."""
        return self._some(figures.SHARES)

    @cached_property
    def times(self) -> list[tuple[str, Figure, Figure]]:
        """(altogether or which level, median, p90)."""
        names = ("全程", "网格", "社区", "街道", "区")
        of = zip(figures.TIMES, names, strict=True)
        return [(name, self.figures[f"median_{which}"], self.figures[f"p90_{which}"]) for which, name in of]

    @cached_property
    def dimensions(self) -> list[dimensions.Card]:
        """双认识, 双信任, 双认同."""
        return dimensions.dimensions(self.basis)

    # --- by place

    @cached_property
    def _areas(self) -> dict[str, Area]:
        """Streets and communities of the district, in code order."""
        rows = Area.objects.in_service().filter(level__in=[Level.COMMUNITY, Level.STREET]).order_by("code")
        return {area.code: area for area in rows.defer("boundary", "about")}

    @cached_property
    def places(self) -> list[Line]:
        """One level beneath, in code order: streets of the district, communities of a street."""
        if self.area.level == Level.COMMUNITY:
            return []
        width, level = len(self.code) + 3, self.area.level - 1
        sums: dict[str, Sums] = {}
        for code, found in self._communities.items():
            sums[code[:width]] = sums.get(code[:width], Sums()) + found
        now = live.open_by(self.code, "street" if level == Level.STREET else "community", self.at)
        beneath = [a for a in self._areas.values() if a.level == level and a.code.startswith(self.code)]
        return [Line(a.name, sums.get(a.code, Sums()), *now.get(a.code, (0, 0)), a.code) for a in beneath]

    @property
    def place_word(self) -> str:
        """What the rows of `places` are."""
        return "街道" if self.area.level == Level.DISTRICT else "社区"

    @cached_property
    def district(self) -> Line | None:
        """The line of the whole district, on boards beneath it."""
        if self.area.level == Level.DISTRICT:
            return None
        return Line("全区", reading.total(self._communities.values()))

    @property
    def district_words(self) -> str:
        """The same line in words."""
        line = self.district
        words = [f"全区同期收到{digits(line.sums['received'])}件", f"办结{digits(line.sums.closed)}件"]
        names = ("按期办结率", "解决率", "满意率")
        words += [
            f"{name}{rate:.1f}%" for name, (rate, _, _) in zip(names, line.rates, strict=True) if rate is not None
        ]
        return "，".join(words)

    @cached_property
    def grids(self) -> list[Line]:
        """Grids of the own community in code order; nothing for anybody else."""
        if not access.sees_grids(self.user, self.code):
            return []
        areas = Area.objects.in_service().on(Level.GRID).filter(code__startswith=self.code).order_by("code")
        sums = live.sums_by(self.code, "area", self.period)
        now = live.open_by(self.code, "area", self.at)
        return [Line(a.name, sums.get(a.code, Sums()), *now.get(a.code, (0, 0)), a.code) for a in areas]

    # --- by kind

    @cached_property
    def _kinds(self) -> dict[str, dict[str, Sums]]:
        return reading.by_kind(self.code, self.period)

    @cached_property
    def _categories(self) -> dict[int, Category]:
        rows = Category.objects.select_related("parent")
        return {
            c.pk: c for c in sorted(rows, key=lambda c: ((c.parent or c).order, (c.parent or c).code, c.order, c.code))
        }

    @cached_property
    def kinds(self) -> list[tuple[str, str, list[Line]]]:
        """(slug, title, rows): by category, class of matter, channel and unit; in the order of the lists, units by name."""
        units = {}
        if keys := self._kinds["unit"]:
            units = dict(Organization.objects.filter(pk__in=keys).order_by("name", "pk").values_list("pk", "name"))
        orders = {
            "category": ("类别", {str(pk): category.name for pk, category in self._categories.items()}),
            "matter": ("分级", dict(MatterClass.choices)),
            "channel": ("来源", dict(Channel.choices)),
            "unit": ("承办单位", {str(pk): name for pk, name in units.items()}),
        }
        return [
            (
                kind,
                title,
                [Line(name, self._kinds[kind][key]) for key, name in names.items() if key in self._kinds[kind]],
            )
            for kind, (title, names) in orders.items()
        ]

    @cached_property
    def growing(self) -> list[tuple[str, growth.Growing]]:
        """Topics that grow: those that grew most first, then in the order of categories."""
        found = {one.category_id: one for one in growth.growing(self.code, timezone.localdate(self.at))}
        named = [(category.name, found[pk]) for pk, category in self._categories.items() if pk in found]
        return sorted(named, key=lambda one: one[1].before - one[1].now)

    @property
    def growing_most(self) -> list[tuple[str, growth.Growing]]:
        """The topics that stand on the board."""
        return self.growing[:GROWING_SHOWN]

    @property
    def growing_else(self) -> list[tuple[str, growth.Growing]]:
        """The others, folded up beneath."""
        return self.growing[GROWING_SHOWN:]

    @cached_property
    def again(self) -> list[growth.Again]:
        """Troubles told of three times or more in the last 60 days, the largest first."""
        return growth.again(self.code, self.at)

    @property
    def opens_cases(self) -> bool:
        """True where the reader may open the list behind `again` at the desk."""
        return "handle" in abilities_of(self.user)

    @cached_property
    def waiting(self) -> list[tuple[str, list[int], int]]:
        """Where open cases wait: (top category, counts of the four levels, sum), in the order of categories."""
        rows: dict[str, list[int]] = {}
        found = self.basis.now.waiting
        for pk, category in self._categories.items():
            counts = [found.get((int(level), pk), 0) for level in Level]
            if any(counts):
                row = rows.setdefault((category.parent or category).name, [0] * len(LEVELS))
                rows[(category.parent or category).name] = [a + b for a, b in zip(row, counts, strict=True)]
        return [(name, counts, sum(counts)) for name, counts in rows.items()]

    @property
    def level_names(self) -> list[str]:
        """Columns of `waiting`."""
        return LEVELS

    @property
    def waiting_total(self) -> list[int]:
        """Open cases of each level."""
        found = self.basis.now.waiting
        return [sum(n for (held, _), n in found.items() if held == level) for level in Level]

    # --- charts

    @cached_property
    def stacks(self) -> list[charts.Stack]:
        """各层级解决占比: the area itself, then one level beneath."""
        rows = [(self.area.name if self.area.level < Level.DISTRICT else "全区", _levels(self.basis.sums))]
        return charts.stacks(rows + [(line.name, _levels(line.sums)) for line in self.places])

    @property
    def stacks_height(self) -> int:
        """Of the drawing."""
        return self.stacks[-1].y + charts.STEP

    @cached_property
    def ages(self) -> list[charts.Bar]:
        """在办事项已历时."""
        colours = ["bar-ok"] * 4 + ["bar-soon"] + ["bar-over"] * 2
        labels = [label for label, _ in live.AGES]
        return charts.bars(list(zip(labels, self.basis.now.ages, colours, strict=True)))

    @cached_property
    def weeks(self) -> dict:
        """每周收到与办结: eight weeks up to the last day of the period."""
        spans = weeks_back(self.period.last, WEEKS)
        days = reading.by_day(self.code, Period("weeks", "", spans[0][0], self.period.last))
        sums = [
            [sum(days.get(first + timedelta(days=d), (0, 0))[which] for d in range(7)) for first, _ in spans]
            for which in (0, 1)
        ]
        labels = [f"{first.month}.{first.day}" for first, _ in spans]
        return {
            "rows": list(zip(spans, *sums, strict=True)),
            "drawn": charts.lines(labels, *sums),
            "last": (sums[0][-1], sums[1][-1]),
        }

    @cached_property
    def coverage(self) -> list[tuple[str, list[tuple[Area, Covered, int]]]]:
        """走访覆盖: (street, its communities with households met and the colour of the tile), in code order."""
        if self.area.level == Level.COMMUNITY:
            return []
        rows: dict[str, list] = {}
        for code, area in self._areas.items():
            if area.level == Level.COMMUNITY and code.startswith(self.code) and code[:9] in self._areas:
                covered = self.basis.beside.places.get(code, Covered())
                rows.setdefault(code[:9], []).append((area, covered, charts.coverage_step(covered.percent)))
        return [(self._areas[street].name, tiles) for street, tiles in rows.items()]


def _levels(sums: Sums) -> list[int]:
    low = sums["closed_compound"] + sums["closed_grid"]
    return [low, sums["closed_community"], sums["closed_street"], sums["closed_district"]]
