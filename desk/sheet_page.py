"""What the pages of sheets say: which kinds somebody may import, and columns in words."""

from collections.abc import Collection
from typing import Any

from jobs import imports

FIELD_NAMES = {
    "area": "网格", "size": "人数", "people": "添加的人", "care_tags": "关爱标签", "contact_name": "联系人",
    "contact_phone": "联系电话", "state": "状态", "property_company": "物业公司", "entrances": "单元数", "id_number": "身份证号",
}  # fmt: skip
_OUTCOMES = {"new": "新增", "changed": "更改"}


def kinds_for(abilities: Collection[str]) -> list[type[imports.Sheet]]:
    """The kinds somebody with these abilities may import, in the order they build on each other."""
    order = ["organizations", "compounds", "postings", "households", "wishes"]
    kinds = [kind for kind in imports.sheets() if kind.ability in abilities]
    return sorted(kinds, key=lambda kind: order.index(kind.code) if kind.code in order else len(order))


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
