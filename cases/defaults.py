"""Loads our default categories and limits from cases/data. Idempotent; rows an administrator changed are left alone."""

import json
from pathlib import Path

from django.db import transaction

from cases import limits
from cases.models import Category, Limit
from grids.models import Organization

DATA = Path(__file__).parent / "data"


def _read(name: str):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _category(row: dict, order: int, units: dict[str, Organization]) -> Category:
    category, _ = Category.objects.get_or_create(
        code=row["code"],
        defaults={
            "name": row["name"],
            "icon": row["icon"],
            "example": row["example"],
            "default_class": row["class"],
            "urgent": row.get("urgent", False),
            "publishable": row.get("publishable", True),
            "active": row.get("active", True),
            "usual_unit": units.get(row["unit"]),
            "order": order,
        },
    )
    return category


def _children(parent: Category, rows: list[list[str]], units: dict[str, Organization]) -> list[Category]:
    """The second level: (code, name), or (code, name, unit) where another unit than the parent's usually acts."""
    return [
        Category(
            code=code,
            name=name,
            parent=parent,
            icon=parent.icon,
            default_class=parent.default_class,
            urgent=parent.urgent,
            publishable=parent.publishable,
            usual_unit=units[unit[0]] if unit else parent.usual_unit,
            order=position,
        )
        for position, (code, name, *unit) in enumerate(rows)
    ]


def _limit(row: dict, categories: dict[str, Category]) -> None:
    Limit.objects.get_or_create(
        category=categories.get(row.get("category", "")),
        level=row["level"],
        urgent=row["urgent"],
        defaults={
            "sign_amount": row["sign"][0],
            "sign_unit": row["sign"][1],
            "handle_amount": row["handle"][0],
            "handle_unit": row["handle"][1],
            "extension_days": row["extension"],
            "on_expiry": row.get("on_expiry", "climb"),
        },
    )


@transaction.atomic
def load() -> None:
    """Insert the categories and limits that are missing; `grids.ground.load` comes first."""
    units = {unit.code: unit for unit in Organization.objects.all()}
    for order, row in enumerate(_read("categories.json")):
        parent = _category(row, order, units)
        Category.objects.bulk_create(_children(parent, row["children"], units), ignore_conflicts=True)
    categories = {category.code: category for category in Category.objects.all()}
    for row in _read("limits.json"):
        _limit(row, categories)
    limits.forget()
