"""What the pages of sheets say: which kinds somebody may import, and columns in words."""

from typing import Any

from django.urls import reverse

from grids.levels import level_of
from grids.scope import scope_of
from jobs import imports

FIELD_NAMES = {
    "area": "网格", "size": "人数", "people": "添加的人", "care_tags": "关爱标签", "contact_name": "联系人",
    "contact_phone": "联系电话", "state": "状态", "property_company": "物业公司", "entrances": "单元数", "id_number": "身份证号",
}  # fmt: skip
_OUTCOMES = {"new": "新增", "changed": "更改"}


_ORDER = [
    *("organizations", "compounds", "postings", "households"),
    *("wishes", "disputes", "errands", "contributions"),
]


# Where what was written can be found, and what the link says.
_LISTS = {
    "households": ("desk:households", "查看住户"),
    "wishes": ("desk:wishes", "查看微心愿"),
    "disputes": ("desk:disputes", "查看矛盾纠纷"),
    "errands": ("desk:agency", "查看代办"),
    "contributions": ("desk:consultations", "查看协商议事"),
}


def list_of(kind: type[imports.Sheet]) -> tuple[str, str] | None:
    """Address and words of the link to what a kind writes; None where there is no one list."""
    if kind.code not in _LISTS:
        return None
    name, words = _LISTS[kind.code]
    return reverse(name), words


def is_for(kind: type[imports.Sheet], user) -> bool:
    """Whether a posting with an area lets the user import this kind; posts of a compound or a unit have no rows of theirs."""
    return any(level_of(code) <= kind.highest for code in scope_of(user, granting=kind.ability).areas)


def kinds_for(user) -> list[type[imports.Sheet]]:
    """The kinds somebody may import, in the order they build on each other."""
    kinds = [kind for kind in imports.sheets() if is_for(kind, user)]
    return sorted(kinds, key=lambda kind: _ORDER.index(kind.code) if kind.code in _ORDER else len(_ORDER))


def named_fields(sample: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first changes of a check, outcome and columns in words."""
    names = {column.name: column.header for kind in imports.sheets() for column in kind.layout()} | FIELD_NAMES
    return [
        change
        | {
            "outcome_name": _OUTCOMES.get(change["outcome"], ""),
            "field_names": "、".join(names.get(name, name) for name in change["fields"]),
        }
        for change in sample
    ]
