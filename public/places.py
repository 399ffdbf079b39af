"""Finding a compound or a road by a part of its name, so that nobody has to know the name of their grid.

The compounds and the words on grids are kept in the process like the rest of the catalog; a search asks no database.
"""

import re
import unicodedata
from dataclasses import dataclass

from grids.levels import Level, code_at, level_of
from grids.models import Area, Compound
from public import catalog

SHOWN = 8
_LEAST, _LONGEST = 2, 40
# What follows the name when people write on: 3号楼, 18号, 2单元.
_NOISE = re.compile(r"[\s·,，。、（）()|\-—]+")
_ROAD = re.compile(r"^.*?(?:大道|大街|路|街|巷|胡同)")


@dataclass(frozen=True)
class Found:
    """A compound, or a grid whose description names the road. `area` is a grid, or a community that shares the
    compound; `pk` is the compound's.
    """

    key: str
    name: str
    detail: str
    area: str
    pk: int | None

    @property
    def place(self) -> str:
        """Full name of its grid or community."""
        return catalog.called(self.area)

    @property
    def community(self) -> str:
        """Code of its community."""
        return code_at(self.area, Level.COMMUNITY)

    @property
    def grid(self) -> str:
        """Code of its grid; empty where several grids share it."""
        return self.area if level_of(self.area) == Level.GRID else ""


@dataclass(frozen=True)
class _Entry:
    """A place with the words it is found by, normalised: names, addresses, and the roads these begin with."""

    found: Found
    names: tuple[str, ...]
    roads: tuple[str, ...]
    joined_names: str
    joined_addresses: str

    def rank(self, typed: str) -> int | None:
        """How well `typed` fits, 0 best; None where it does not."""
        if typed in self.joined_names:
            return 0 if f"|{typed}|" in self.joined_names else 1 if f"|{typed}" in self.joined_names else 2
        for name in self.names:
            if name in typed:
                return 3
        if typed in self.joined_addresses:
            return 4
        return next((5 for road in self.roads if road in typed), None)


def find(typed: str, *, within: str = "") -> list[Found]:
    """Places whose name, alias or road holds what was typed, best first; `within` is the code of an area around them.

    Two characters are the least. What follows a name (3号楼2单元) does no harm.
    """
    words = _plain(typed)[:_LONGEST]
    if len(words) < _LEAST:
        return []
    ranked = [
        (rank, entry.found.pk is None, len(entry.found.name), entry.found.area, entry.found.key, entry.found)
        for entry in catalog.remembered("where", _entries)
        if entry.found.area.startswith(within) and (rank := entry.rank(words)) is not None
    ]
    return [found for *_, found in sorted(ranked, key=lambda one: one[:-1])]


def by_key(key: str) -> Found | None:
    """The place of a key a page carried: c12 for a compound, g… for a grid. None for anything else."""
    return catalog.remembered("where-keys", _by_key).get(key)


def compound(pk: str) -> Found | None:
    """The compound of this id, while it is in use."""
    return by_key(f"c{pk}") if pk.isascii() and pk.isdigit() else None


def lies_in(found: Found | None, area: str) -> bool:
    """True where a place may be meant together with a chosen grid or community: one contains the other."""
    return found is not None and bool(area) and (found.area.startswith(area) or area.startswith(found.area))


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


def _entry(found: Found, names: list[str], addresses: list[str]) -> _Entry:
    named, addressed = ([plain for one in words if len(plain := _plain(one)) >= _LEAST] for words in (names, addresses))
    roads = (road.group() for address in addressed if (road := _ROAD.match(address)))
    return _Entry(
        found,
        tuple(named),
        tuple(road for road in dict.fromkeys(roads) if len(road) >= _LEAST),
        f"|{'|'.join(named)}|",
        f"|{'|'.join(addressed)}|",
    )


def _entries() -> list[_Entry]:
    return [*_compounds(), *_described_grids()]


def _compounds() -> list[_Entry]:
    rows = Compound.objects.in_use().only("name", "aliases", "address", "area_id").order_by("pk")
    return [
        _entry(
            Found(f"c{row.pk}", row.name, row.address, row.area_id, row.pk),
            [row.name, *row.aliases.split()],
            [row.address],
        )
        for row in rows
        if catalog.place(row.area_id)
    ]


def _described_grids() -> list[_Entry]:
    rows = Area.objects.in_service().on(Level.GRID).exclude(about="").values_list("code", "name", "about")
    return [
        # 第一食品厂家属院、六一路西段沿街楼院，共286户: each part is looked through like an address.
        _entry(Found(f"g{code}", name, about, code, None), [], re.split(r"[、，,；;。]", about))
        for code, name, about in rows
        if catalog.place(code)
    ]


def _by_key() -> dict[str, Found]:
    return {entry.found.key: entry.found for entry in catalog.remembered("where", _entries)}
