"""How a case and its steps are named to people. Pure; never contains a resident's own words, name or phone."""

from cases.ladder import LimitLevel
from grids.levels import Level

# What the level is called where a case is sent to.
CALLED = {Level.GRID: "网格", Level.COMMUNITY: "社区", Level.STREET: "街道", Level.DISTRICT: "区级"}


def climbed_to(level: int) -> str:
    """The neutral sentence of a climb by time."""
    return f"已按时限转{CALLED[Level(level)]}继续办理"


def label(case) -> str:
    """What a notice calls the case: the title staff wrote, else the category."""
    return f"{case.title or case.category.name}（{case.number}）"


def limit_level(level: int, *, to_unit: bool) -> LimitLevel:
    """Which limit row binds: a unit's own, else the level's."""
    return LimitLevel.UNIT if to_unit else LimitLevel(level)
