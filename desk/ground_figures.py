"""Figures of the ground by area: a fixed number of queries however many areas there are. Shares always with n and m."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from grids.levels import Level, level_of
from grids.models import Area, Building, Compound, OwnersBody, ServiceCentre
from grids.services.centres import with_result
from households.models import Household

WIDTH = {Level.STREET: 9, Level.COMMUNITY: 12, Level.GRID: 15}
COLUMN = {Level.STREET: "street", Level.COMMUNITY: "community", Level.GRID: "area_id"}


@dataclass
class Figures:
    """What stands in one area. `bodies` of `estates`: compounds with an owners' body on file; residents' groups have none."""

    area: Area | None
    grids: int = 0
    compounds: int = 0
    buildings: int = 0
    households: int = 0
    estates: int = 0
    bodies: int = 0
    centres: int = 0
    passed: int = 0

    NUMBERS = ("grids", "compounds", "buildings", "households", "estates", "bodies", "centres", "passed")


def beneath(area: Area) -> list[Figures]:
    """Figures of the areas one level below, in code order."""
    level = Level(area.level - 1)
    places = Area.objects.in_service().on(level).beneath(area.code).order_by("code")
    rows = {place.code: Figures(place) for place in places}
    for name, found in _counts(area.code, level).items():
        for code, count in found.items():
            if code in rows:
                setattr(rows[code], name, count)
    return list(rows.values())


def of(area: Area) -> Figures:
    """Figures of one community or grid."""
    compounds = Compound.objects.in_use().beneath(area.code)
    estates = compounds.exclude(kind=Compound.Kind.GROUP)
    centres = with_result(_centres(area.code))
    return Figures(
        area,
        grids=Area.objects.in_service().on(Level.GRID).beneath(area.code).count(),
        compounds=compounds.count(),
        buildings=_buildings(area.code).count(),
        households=_households(area.code).count(),
        estates=estates.count(),
        bodies=estates.filter(pk__in=_standing()).count(),
        centres=centres.count(),
        passed=centres.filter(passed=True).count(),
    )


def total(rows: list[Figures]) -> Figures:
    """The sums."""
    return Figures(None, **{name: sum(getattr(row, name) for row in rows) for name in Figures.NUMBERS})


def _counts(code: str, level: Level) -> dict[str, dict[str, int]]:
    width, column = WIDTH[level], COLUMN[level]
    compounds = Compound.objects.in_use().beneath(code)
    estates = compounds.exclude(kind=Compound.Kind.GROUP)
    centres = with_result(_centres(code))
    grids = Area.objects.in_service().on(Level.GRID).beneath(code)
    return {
        "grids": count_by(grids.annotate(place=Left("code", width)), "place"),
        "compounds": count_by(compounds, column),
        "buildings": count_by(_buildings(code).annotate(place=Left("area_id", width)), "place"),
        "households": count_by(_households(code), column),
        "estates": count_by(estates, column),
        "bodies": count_by(estates.filter(pk__in=_standing()), column),
        "centres": count_by(_centres(code).annotate(place=Left("area_id", width)), "place"),
        "passed": count_by(centres.filter(passed=True).annotate(place=Left("area_id", width)), "place"),
    }


def count_by(rows: QuerySet, column: str) -> dict:
    """How many rows there are for each value of a column."""
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


def _buildings(code: str) -> QuerySet:
    return Building.objects.filter(area__code__startswith=code, valid_to__isnull=True)


def _centres(code: str) -> QuerySet:
    return ServiceCentre.objects.filter(area__code__startswith=code, closed_date__isnull=True)


def _standing() -> QuerySet:
    stands = Q(ended_date__isnull=True, step__in=[OwnersBody.Step.FILED, OwnersBody.Step.RENEWING])
    return OwnersBody.objects.filter(stands).values("compound")


def _households(code: str) -> QuerySet:
    """Counted only: nobody is named, so that everybody who works there may know how many there are."""
    rows, level = Household.objects.living(), level_of(code)
    return rows if level == Level.DISTRICT else rows.filter(**{COLUMN[Level(level)]: code})
