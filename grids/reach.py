"""What a set of postings reaches, as a value, and the filter made of it. Pure: no queries, no clock."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from grids.levels import Level, level_of

# The ability that makes somebody sit on a seat: news of an area goes to those who can act on it.
SITS = "handle"


@dataclass(frozen=True)
class Scope:
    """What a user's postings reach: area codes by level, ids of organizations, and ids of compound-level places.

    `seats` are those of postings that may handle, and the person's own.
    `compounds`, `buildings` and `entrances` are the places of compound-level postings themselves (小区长、楼栋长、单元长);
    `around` holds the compounds that contain any of them.
    """

    areas: frozenset[str]
    units: frozenset[int]
    seats: tuple[str, ...]
    compounds: frozenset[int] = frozenset()
    buildings: frozenset[int] = frozenset()
    entrances: frozenset[int] = frozenset()
    around: frozenset[int] = frozenset()

    def at(self, level: int) -> list[str]:
        """Codes of the postings that sit exactly on `level`."""
        return sorted(code for code in self.areas if level_of(code) == level)

    def covers(self, code: str) -> bool:
        """True where one of the areas is `code` or contains it."""
        return any(code.startswith(area) for area in self.areas)


def within(
    scope: Scope,
    *,
    area: str = "area",
    street: str = "street",
    community: str = "community",
    only: Callable[[Level], Q] | None = None,
) -> Q:
    """Rows whose place lies in the scope. `area`, `street` and `community` name the columns that hold the codes.

    `only` narrows what a posting of a level reaches. A district posting reaches every row: the portal serves one
    district a database (docs/architecture.md).
    """
    narrowed = only or (lambda level: Q())
    found = Q(pk__in=[])
    if scope.at(Level.DISTRICT):
        return Q(**{f"{area}__isnull": False}) & narrowed(Level.DISTRICT)
    for level, column in ((Level.STREET, street), (Level.COMMUNITY, community), (Level.GRID, area)):
        codes = scope.at(level)
        if codes:
            found |= Q(**{f"{column}__in": codes}) & narrowed(level)
    return found
