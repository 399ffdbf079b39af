"""Doors of a building as one sees them from outside: floors from the top down, entrances side by side. Pure: no queries."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

OTHER = "其他"
_ROOM = re.compile(r"([1-9]\d?)(\d\d[A-Za-z]?室?)")
# Behind every entrance with a number.
_LAST = 10_000


class Doorlike(Protocol):
    """What is laid out: something behind an entrance (None: the building has none there) with a room number."""

    @property
    def unit_no(self) -> int | None:
        """The number of the entrance."""

    @property
    def room(self) -> str:
        """The number on the door."""


def floor_of(room: str) -> int | None:
    """The floor a room number names: 501 is on the 5th, 1203 on the 12th; None where it names none."""
    found = _ROOM.fullmatch(room)
    return int(found[1]) if found else None


def walk_key(door: Doorlike) -> tuple:
    """Sorts doors as one walks: entrance, floor from below, door; what names no floor comes last."""
    floor = floor_of(door.room)
    unit = _LAST if door.unit_no is None else door.unit_no
    return (unit, _LAST if floor is None else floor, len(door.room), door.room)


@dataclass(frozen=True)
class Heading:
    """An entrance above its columns; without a number where the building has none there."""

    unit_no: int | None
    columns: int


@dataclass(frozen=True)
class Line:
    """One row of tiles. The label is empty where a floor goes on from the row above; a cell may hold nothing."""

    label: str
    cells: Sequence[Doorlike | None]


@dataclass(frozen=True)
class Band:
    """Entrances that fit side by side on a screen, with their floors."""

    headings: list[Heading]
    lines: list[Line]

    @property
    def columns(self) -> int:
        """How many tiles stand side by side."""
        return sum(heading.columns for heading in self.headings)


class _Entrance:
    """The doors behind one entrance: in columns by the end of their number where those fit, else one after another."""

    def __init__(self, unit_no: int | None, doors: list[Doorlike], widest: int):
        self.floors: dict[int | None, list[Doorlike]] = defaultdict(list)
        for door in sorted(doors, key=walk_key):
            self.floors[floor_of(door.room)].append(door)
        ends = sorted({_end(door.room) for floor, row in self.floors.items() if floor is not None for door in row})
        self.ends = ends if len(ends) <= widest else []
        width = len(self.ends) or min(widest, max(len(row) for row in self.floors.values()))
        self.heading = Heading(unit_no, width)

    def rows(self, floor: int | None) -> list[list[Doorlike | None]]:
        """The doors of a floor in rows of the entrance's width, gaps as None."""
        doors, width = self.floors.get(floor, []), self.heading.columns
        if floor is not None and self.ends:
            at = {_end(door.room): door for door in doors}
            return [[at.get(end) for end in self.ends]] if at else []
        chunks = [doors[start : start + width] for start in range(0, len(doors), width)]
        return [[*chunk, *[None] * (width - len(chunk))] for chunk in chunks]


def _end(room: str) -> str:
    found = _ROOM.fullmatch(room)
    return found[2] if found else ""


def lay_out(doors: Iterable[Doorlike], *, widest: int = 6) -> list[Band]:
    """Bands of at most `widest` tiles across that together hold every door exactly once."""
    by_unit: dict[int | None, list[Doorlike]] = defaultdict(list)
    for door in doors:
        by_unit[door.unit_no].append(door)
    order = sorted(by_unit, key=lambda number: _LAST if number is None else number)
    bands: list[list[_Entrance]] = []
    for entrance in (_Entrance(number, by_unit[number], widest) for number in order):
        room_left = widest - sum(one.heading.columns for one in bands[-1]) if bands else 0
        if entrance.heading.columns > room_left:
            bands.append([])
        bands[-1].append(entrance)
    return [Band([one.heading for one in band], _lines(band)) for band in bands]


def _lines(band: list[_Entrance]) -> list[Line]:
    floors = {floor for entrance in band for floor in entrance.floors}
    lines = []
    for floor in sorted(floors, key=lambda floor: 0 if floor is None else -floor):
        rows = [entrance.rows(floor) for entrance in band]
        for number in range(max(len(own) for own in rows)):
            cells: list[Doorlike | None] = []
            for entrance, own in zip(band, rows, strict=True):
                cells += own[number] if number < len(own) else [None] * entrance.heading.columns
            label = (OTHER if floor is None else f"{floor}层") if number == 0 else ""
            lines.append(Line(label, cells))
    return lines
