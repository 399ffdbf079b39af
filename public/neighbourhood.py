"""What the public page of a grid shows: its team, whom to call, the centre, points nearby, and what was done lately.

Everything is public: surnames and posts, office numbers, titles staff wrote. Kept in the process for a minute.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Case
from cases.states import ClosingLevel, Status
from grids import shown
from grids.levels import Level, code_at
from grids.models import Area, Compound, ServiceCentre, ServicePoint
from public import catalog, openness

DAYS = 30
# Fewer than this would say what one neighbour asked, not how the grid works.
LEAST_COUNTED = 5
_POINTS, _CENTRES, _COMPOUNDS = 5, 3, 6


@dataclass(frozen=True)
class Figures:
    """Of the matters received in the last 30 days: how many, how many are done, how many of those within the grid."""

    received: int
    closed: int
    within_grid: int

    @property
    def counts(self) -> bool:
        """Whether there are enough to be shown."""
        return self.received >= LEAST_COUNTED


@dataclass(frozen=True)
class Neighbourhood:
    """The page of one grid."""

    code: str
    name: str
    full_name: str
    street: catalog.Place | None
    community: catalog.Place | None
    about: str
    hotline: str
    hours: str
    demonstration: bool
    team: list[shown.Member]
    centres: list[tuple[ServiceCentre, str]]
    points: list[tuple[ServicePoint, str]]
    figures: Figures
    done: list[openness.Ended]

    @property
    def dialled(self) -> str:
        """The hotline as a link dials it."""
        return shown.dialled(self.hotline)


@dataclass(frozen=True)
class Community:
    """The page of a community: its grids, to choose from."""

    code: str
    full_name: str
    hotline: str
    dialled: str
    hours: str
    grids: list[Area]
    centres: list[tuple[ServiceCentre, str]]

    @property
    def demonstration(self) -> bool:
        """Whether its grids are invented."""
        return any(one.demonstration for one in self.grids)


def grid(area: Area) -> Neighbourhood:
    """The page of a grid in service, at most a minute old."""
    return catalog.remembered(f"grid:{area.code}", lambda: _grid(area))


def community(area: Area) -> Community:
    """The page of a community in service, at most a minute old."""
    return catalog.remembered(f"community:{area.code}", lambda: _community(area))


def _grid(area: Area) -> Neighbourhood:
    around = code_at(area.code, Level.COMMUNITY)
    points = points_of(around).filter(area__in=[area.code, around]).order_by("-area_id", "pk")[:_POINTS]
    hotline = shown.hotline_of(area)
    return Neighbourhood(
        code=area.code,
        name=area.name,
        full_name=area.full_name,
        street=catalog.place(code_at(area.code, Level.STREET)),
        community=catalog.place(around),
        about=area.about or _compounds_in(area.code),
        hotline=hotline,
        hours=area.hours if shown.office_number(area.phone) else _hours_of(around),
        demonstration=area.demonstration,
        team=_team(area),
        centres=_centres(area.code),
        points=[(point, shown.dialled(point.phone)) for point in points],
        figures=_figures(area.code),
        done=openness.ended_in(area.code),
    )


def _hours_of(code: str) -> str:
    return Area.objects.filter(pk=code).values_list("hours", flat=True).first() or ""


def _team(area: Area) -> list[shown.Member]:
    """The team; where one serves is said without the street, which stands above."""
    whole = area.full_name.removesuffix(area.name)
    community = catalog.place(code_at(area.code, Level.COMMUNITY))
    short = {area.full_name: area.name, whole: community.name if community else whole}
    return [replace(one, place=short.get(one.place, one.place)) for one in shown.team_of(area.code)]


def _compounds_in(code: str) -> str:
    """The names of the grid's compounds, for a grid that says nothing of itself."""
    names = list(Compound.objects.in_use().filter(area=code).order_by("name").values_list("name", flat=True))
    listed = "、".join(names[:_COMPOUNDS])
    return f"{listed}等{len(names)}个小区和楼院" if len(names) > _COMPOUNDS else listed


def _centres(code: str) -> list[tuple[ServiceCentre, str]]:
    """The grid's own centre first, then the community's; each with its number as a link dials it."""
    rows = ServiceCentre.objects.filter(area__in=[code, code_at(code, Level.COMMUNITY)], closed_date__isnull=True)
    return [(row, shown.dialled(row.phone)) for row in rows.order_by("-area_id", "pk")[:_CENTRES]]


def points_of(code: str = "", kind: str = ""):
    """Service and employment points in a street or community (empty: the whole district), those one can use first."""
    rows = ServicePoint.objects.filter(removed_date__isnull=True, area__in_service=True)
    if code:
        rows = rows.filter(community__startswith=code)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("community", "-kind", "pk")


def _figures(code: str) -> Figures:
    since = timezone.now() - timedelta(days=DAYS)
    rows = Case.objects.filter(community=code_at(code, Level.COMMUNITY), area=code, created_at__gte=since)
    rows = rows.filter(about__isnull=True).exclude(status=Status.MERGED)
    closed = Q(status=Status.CLOSED)
    counted = rows.aggregate(
        received=Count("pk"),
        closed=Count("pk", filter=closed),
        within_grid=Count("pk", filter=closed & Q(closed_level__lte=ClosingLevel.GRID)),
    )
    return Figures(**counted)


def _community(area: Area) -> Community:
    grids = Area.objects.in_service().on(Level.GRID).beneath(area.code).order_by("code")
    hotline = shown.hotline_of(area)
    return Community(
        area.code, area.full_name, hotline, shown.dialled(hotline), area.hours, list(grids), _centres(area.code)
    )
