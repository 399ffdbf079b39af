"""The four levels of the ladder and the codes that stand for them. Pure: no queries, no clock."""

from django.db import models


class Level(models.IntegerChoices):
    """Who in the hierarchy holds something, lowest first (居民吹哨 → 网格 → 社区 → 街道 → 区)."""

    GRID = 1, "网格"
    COMMUNITY = 2, "社区"
    STREET = 3, "街道"
    DISTRICT = 4, "区"


# Digits of an area code per level: GB/T 2260 (6), statistical codes (9, 12), community + 3 for a grid (15).
CODE_LENGTH = {Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12, Level.GRID: 15}
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTH.items()}


def level_of(code: str) -> Level:
    """The level of an area code; KeyError where the length is none of 6, 9, 12, 15."""
    return LEVEL_OF_LENGTH[len(code)]


def code_at(code: str, level: int) -> str:
    """The code of the area of `level` that contains `code`: a shorter prefix; the code itself where it is higher."""
    return code[: CODE_LENGTH[Level(level)]]
