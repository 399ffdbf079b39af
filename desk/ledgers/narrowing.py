"""The part of the ground and the words a query string asks for."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.http import QueryDict

from grids.permissions import Ability
from grids.scope import scope_of

# The narrowest one counts.
AREAS = ("grid", "community", "area", "street")


def area_of(query: QueryDict) -> str:
    """The code of the area a query string asks for; empty where it asks for none."""
    return next((query[name] for name in AREAS if query.get(name)), "")


def narrowed(
    rows: QuerySet, query: QueryDict, *, area: str | tuple[str, ...] = "area", equal: dict[str, str] | None = None
) -> QuerySet:
    """Rows beneath the area of `query` and equal in what it names.

    `area` leads to the row's area (several paths: one that fits is enough), the values of `equal` to what is compared.
    What cannot be found gives no rows: a ledger never holds more than was asked for.
    """
    if code := area_of(query):
        paths = (area,) if isinstance(area, str) else area
        rows = rows.filter(reduce(or_, (Q(**{f"{path}__code__startswith": code}) for path in paths)))
    for name, path in (equal or {}).items():
        if value := query.get(name):
            rows = rows.filter(**{path: value}) if _fits(name, value) else rows.none()
    return rows


def _fits(name: str, value: str) -> bool:
    """Numbers of rows are numbers."""
    return name not in ("compound", "unit", "bundle") or (value.isascii() and value.isdigit() and len(value) < 10)


def beneath(user, *paths: str, granting: Ability = Ability.EXPORT) -> Q:
    """Rows in areas of the user's postings that grant an ability. `paths` lead to areas; one that fits is enough."""
    found = Q(pk__in=[])
    for code in scope_of(user, granting=granting).areas:
        for path in paths:
            found |= Q(**{f"{path}__code__startswith": code})
    return found
