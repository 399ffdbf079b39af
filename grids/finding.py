"""Areas and compounds by the names people write in sheets, loaded once a sheet."""

from functools import lru_cache

from grids.levels import Level
from grids.models import Area, Compound
from jobs.cells import Fault

_ENDINGS = ("街道办事处", "街道", "社区居委会", "社区", "居委会")
_NUMERALS = "一二三四五六七八九十"


class Placeless(Fault):
    """A place that cannot be found; `column` (street, community, grid, compound) is the cell to put right."""

    def __init__(self, column: str, problem: str, remedy: str):
        super().__init__(problem, remedy)
        self.column = column


@lru_cache(maxsize=512)
def _short(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _grid_name(typed: str) -> str:
    """第三网格 for 3, 003, 三 or 第3网格."""
    core = typed.strip().removeprefix("第").removesuffix("网格")
    if core.isdecimal() and 0 < int(core) <= 10:
        core = _NUMERALS[int(core) - 1]
    return f"第{core}网格"


class Places:
    """Finds areas, and compounds in use, by name. Every method raises Placeless where there is none."""

    def __init__(self) -> None:
        self.areas: dict[str, Area] = {area.code: area for area in Area.objects.in_service()}
        self.below: dict[tuple[str, str], str] = {}
        self.communities: dict[str, list[str]] = {}
        self.streets: dict[str, str] = {}
        for area in self.areas.values():
            self.below[area.parent_code, _short(area.name)] = area.code
            if area.level == Level.COMMUNITY:
                self.communities.setdefault(_short(area.name), []).append(area.code)
            elif area.level == Level.STREET:
                self.streets[_short(area.name)] = area.code
        self._compounds: dict[str, dict[str, Compound]] = {}

    def street(self, name: str) -> Area:
        """A street by its name."""
        if _short(name) not in self.streets:
            raise Placeless("street", "没有这个街道", "请用全称，如北大街道")
        return self.areas[self.streets[_short(name)]]

    def community(self, street: str, name: str) -> Area:
        """A community; the street may be left out where the name is the only one."""
        if street:
            code = self.below.get((self.street(street).code, _short(name)))
            if code is None:
                raise Placeless("community", "没有这个社区", "请核对街道和社区的名称")
            return self.areas[code]
        found = self.communities.get(_short(name), [])
        if len(found) != 1:
            if found:
                raise Placeless("street", "有同名的社区", "请填写街道")
            raise Placeless("community", "没有这个社区", "请核对社区的名称")
        return self.areas[found[0]]

    def grid(self, community: Area, name: str) -> Area:
        """A grid of a community, written 第三网格, 三 or 3."""
        code = self.below.get((community.code, _grid_name(name))) or self.below.get((community.code, name))
        if code is None:
            count = sum(1 for area in self.areas.values() if area.parent_code == community.code)
            raise Placeless("grid", "没有这个网格", f"{_short(community.name)}社区有第1至第{count}网格")
        return self.areas[code]

    def area(self, street: str, community: str, grid: str) -> Area | None:
        """The smallest area that is named, None where nothing is."""
        if not community:
            return self.street(street) if street else None
        found = self.community(street, community)
        return self.grid(found, grid) if grid else found

    def compound(self, community: Area, name: str) -> Compound:
        """A compound in use of a community, by name or alias."""
        if community.code not in self._compounds:
            named: dict[str, Compound] = {}
            for compound in Compound.objects.in_use().filter(community=community.code).select_related("area"):
                for alias in compound.aliases.split():
                    named.setdefault(alias, compound)
                named[compound.name] = compound
            self._compounds[community.code] = named
        found = self._compounds[community.code].get(name)
        if found is None:
            raise Placeless("compound", "没有登记这个小区", "核对名称，或者先导入小区和楼栋")
        return found
