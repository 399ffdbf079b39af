"""What the forms offer: categories, places and the notice in force, kept in each process by their natural keys.

Rows are only read for what a page shows; a submission looks its category and notice up again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cases.models import Category
from grids.levels import Level, code_at, level_of
from grids.models import Area
from households.services import current_notice

_TRUSTED_SECONDS = 60.0
_FOUND = 8
_kept: dict[str, tuple[float, Any]] = {}


@dataclass(frozen=True)
class Kind:
    """A category as the form offers it; children are the second of the two levels."""

    code: str
    name: str
    icon: str
    example: str
    children: tuple["Kind", ...] = ()


@dataclass(frozen=True)
class Place:
    """A street with its communities, or a community with its grids."""

    code: str
    name: str
    full_name: str
    parts: tuple["Place", ...] = ()


@dataclass(frozen=True)
class Notice:
    """The privacy notice as a form shows it."""

    version: str
    short: str


def forget() -> None:
    """Makes the next page read the rows again; other processes follow within 60 seconds."""
    _kept.clear()


def remembered(key: str, build: Callable[[], Any]) -> Any:
    """What `build` gives, at most 60 seconds old."""
    now = time.monotonic()
    kept = _kept.get(key)
    if kept is None or now - kept[0] > _TRUSTED_SECONDS:
        kept = _kept[key] = (now, build())
    return kept[1]


def kinds() -> tuple[Kind, ...]:
    """The active top categories in their order."""
    return remembered("kinds", _kinds)


def kind(code: str) -> Kind | None:
    """The active top category of this code."""
    return next((found for found in kinds() if found.code == code), None)


def streets() -> tuple[Place, ...]:
    """The streets in service with their communities and grids, in code order."""
    return remembered("streets", _streets)


def place(code: str) -> Place | None:
    """The street, community or grid in service of this code."""
    return remembered("places", _by_code).get(code)


def community_called(code: str) -> str:
    """Full name of the community of an area code (of the street where it ends there); never empty."""
    names = remembered("names", _names)
    return names.get(code_at(code, Level.COMMUNITY), "魏都区")


def communities_called(words: str) -> list[Place]:
    """The first communities whose name or street's name holds these words; none without words."""
    every = (community for street in streets() for community in street.parts) if words else ()
    return [community for community in every if words in community.full_name][:_FOUND]


def called(code: str) -> str:
    """Full name of an area, in service or not."""
    return remembered("names", _names).get(code, "魏都区")


def notice() -> Notice:
    """The notice in force; LookupError where none was ever loaded."""
    return remembered("notice", _notice)


def _kinds() -> tuple[Kind, ...]:
    rows = list(Category.objects.active().order_by("order", "code"))
    return tuple(
        _kind(top, tuple(_kind(child) for child in rows if child.parent_id == top.pk))
        for top in rows
        if top.parent_id is None
    )


def _kind(row: Category, children: tuple[Kind, ...] = ()) -> Kind:
    return Kind(row.code, row.name, row.icon or "dots", row.example, children)


def _streets() -> tuple[Place, ...]:
    inside: dict[str, list[Place]] = {}
    # Longer codes first, so that the parts of a place are there when the place itself comes.
    rows = sorted(Area.objects.in_service(), key=lambda area: (-len(area.code), area.code))
    for area in rows:
        found = Place(area.code, area.name, area.full_name, tuple(inside.get(area.code, ())))
        inside.setdefault(area.parent_code, []).append(found)
    return tuple(found for parts in inside.values() for found in parts if level_of(found.code) == Level.STREET)


def _by_code() -> dict[str, Place]:
    found = {}
    for street in streets():
        found[street.code] = street
        for community in street.parts:
            found[community.code] = community
            found |= {grid.code: grid for grid in community.parts}
    return found


def _names() -> dict[str, str]:
    return dict(Area.objects.values_list("code", "full_name"))


def _notice() -> Notice:
    found = current_notice()
    return Notice(found.version, found.short)
