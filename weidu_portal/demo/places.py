"""Places the demonstration data speaks of. Names of compounds are invented or so common that they name no place."""

from dataclasses import dataclass
from random import Random

from grids.models import Area, Compound

BEIDA = "411002005"
# All staffed down to every grid, so that scope is seen at work; the other streets have one grid worker a community.
STAFFED_STREETS = (BEIDA, "411002003", "411002008")
_OF_COMMUNITY = {
    "411002005001": ["八一游园", "八一路中段", "运输公司家属院"],
    "411002005002": ["西湖花园", "西湖路南段", "物资局家属院"],
    "411002005003": ["第一食品厂家属院", "安装公司家属院", "市政家属院", "新村南街"],
    "411002005004": ["六一路涵洞", "学院路家属院", "师专家属院"],
    "411002005005": ["玉皇阁巷12号院", "玉皇阁巷西段", "印刷厂家属院"],
    "411002005006": ["纺织厂家属院", "许由路北段", "杨根思广场"],
}
_ANYWHERE = [
    "机械厂家属院", "百货公司家属院", "幸福小区", "和平小区", "阳光花园", "供销社家属院", "建设路家属楼", "老菜市街",
    "粮食系统家属院", "解放路中段", "五交化家属院", "文化路南段", "棉麻公司家属院", "水利局家属院", "春风里小区", "健康巷",
]  # fmt: skip


_COURTYARD = ("院", "小区", "花园", "家属楼")
_BUILT = ("estate", "work_unit")  # kinds that have numbered buildings


@dataclass(frozen=True)
class Place:
    """A grid or community, and the words for the spot in it."""

    area: Area
    spot: str


class Map:
    """Where demonstration cases happen: areas with staff, most of them in 北大街道."""

    def __init__(self, rng: Random):
        grids = Area.objects.in_service().on(1).order_by("code")
        self.rng = rng
        self.by_code = {area.code: area for area in Area.objects.in_service()}
        self.beida = [g for g in grids if g.code.startswith(BEIDA)]
        self.near = [g for g in grids if g.code.startswith(STAFFED_STREETS[1:])]
        self.compounds = list(Compound.objects.in_use().order_by("pk"))
        self.far = [g for g in grids if not g.code.startswith(STAFFED_STREETS) and g.code.endswith("001")]

    def pick(self) -> Area:
        """A grid with staff: 60 of 100 in 北大街道, 25 in two more streets, 15 in all others."""
        (grids,) = self.rng.choices((self.beida, self.near, self.far), (60, 25, 15))
        return self.rng.choice(grids)

    def spot_in(self, area: Area, *, indoors: bool) -> Place:
        """Some spot in this grid or community; `indoors` asks for a place where people live."""
        spots = _OF_COMMUNITY.get(area.code[:12], _ANYWHERE)
        homes = [row.name for row in self.compounds if row.area_id.startswith(area.code) and row.kind in _BUILT]
        if homes:  # compounds of other grids are not named, so that place and grid agree
            streets = [spot for spot in spots if not spot.endswith(_COURTYARD)]
            return Place(area, self.rng.choice(homes if indoors else homes + streets))
        fitting = [spot for spot in spots if not indoors or spot.endswith(_COURTYARD)]
        return Place(area, self.rng.choice(fitting or _ANYWHERE[:4]))

    def compound_at(self, area: Area, words: str) -> Compound | None:
        """The compound of this grid or community whose name the words begin with."""
        there = [row for row in self.compounds if row.area_id.startswith(area.code) and words.startswith(row.name)]
        return max(there, key=lambda row: len(row.name), default=None)

    def sibling(self, area: Area) -> Area:
        """Another grid of the same community."""
        return self.rng.choice([g for g in self.beida if g.code[:12] == area.code[:12] and g != area] or [area])
