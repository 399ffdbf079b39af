"""Who may see what. The only place that decides it: areas of current postings and everything beneath, or the user's units.

No posting means nothing is visible: every function here fails closed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from grids.levels import Level, level_of
from grids.models import Posting


@dataclass(frozen=True)
class Scope:
    """What a user's postings reach: area codes by level and ids of organizations."""

    areas: frozenset[str]
    units: frozenset[int]
    seats: tuple[str, ...]

    def at(self, level: int) -> list[str]:
        """Codes of the postings that sit exactly on `level`."""
        return sorted(code for code in self.areas if level_of(code) == level)

    def covers(self, code: str) -> bool:
        """True where one of the areas is `code` or contains it."""
        return any(code.startswith(area) for area in self.areas)


def postings_of(user, at=None) -> list[Posting]:
    """The user's current postings and those the user stands in for, with post, area and unit loaded. One query a request."""
    if not user.is_authenticated or not user.is_active:
        return []
    if at is not None:
        return list(Posting.objects.serving(user, at))
    if not hasattr(user, "_postings"):
        user._postings = list(Posting.objects.serving(user, timezone.now()))
    return user._postings


def scope_of(user, at=None) -> Scope:
    """The areas, units and seats the user currently serves."""
    postings = postings_of(user, at)
    areas = frozenset(p.area_id for p in postings if p.area_id)
    units = frozenset(p.unit_id for p in postings if p.unit_id)
    seats = [f"area:{code}" for code in sorted(areas)] + [f"unit:{pk}" for pk in sorted(units)]
    if postings:
        seats.append(f"user:{user.pk}")
    return Scope(areas, units, tuple(seats))


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


def people_at(seat: str, at=None) -> list:
    """The people a seat reaches now; someone on leave is replaced by the stand-in."""
    kind, _, key = seat.partition(":")
    if kind not in {"area", "unit"}:
        return []
    at = at or timezone.now()
    rows = Posting.objects.current(at).select_related("user", "stand_in")
    rows = rows.filter(area_id=key) if kind == "area" else rows.filter(unit_id=int(key))
    return list({p.deputy(at).pk: p.deputy(at) for p in rows}.values())
