"""What the public page of a grid shows: its team, whom to call, the centre, points nearby, and what was done lately.

Everything is public: surnames and posts, office numbers, titles staff wrote. Kept in the process for a minute.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Case
from cases.states import ClosingLevel, Status
from grids import shown
from grids.levels import Level, code_at
from grids.models import Area, ServiceCentre, ServicePoint
from public import catalog, openness

DAYS = 30
# Fewer than this would say what one neighbour asked, not how the grid works.
LEAST_COUNTED = 5
_POINTS, _CENTRES = 5, 3


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
    team: list[shown.Member]
    centres: list[ServiceCentre]
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
        about=area.about,
        hotline=hotline,
        hours=area.hours if shown.office_number(area.phone) else _hours_of(around),
        team=shown.team_of(area.code),
        centres=_centres(area.code),
        points=[(point, shown.dialled(point.phone)) for point in points],
        figures=_figures(area.code),
        done=openness.ended_in(area.code),
    )


def _hours_of(code: str) -> str:
    return Area.objects.filter(pk=code).values_list("hours", flat=True).first() or ""


def _centres(code: str) -> list[ServiceCentre]:
    """The grid's own centre first, then the community's."""
    rows = ServiceCentre.objects.filter(area__in=[code, code_at(code, Level.COMMUNITY)], closed_date__isnull=True)
    return list(rows.order_by("-area_id", "pk")[:_CENTRES])


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
    return Community(area.code, area.full_name, hotline, shown.dialled(hotline), area.hours, list(grids))
