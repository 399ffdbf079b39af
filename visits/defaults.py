"""Topics, purposes and intervals every district starts with; an administrator edits the rows afterwards."""

import json
from pathlib import Path

from cases.models import Category
from visits.models import Pace, Purpose, Topic

_DATA = Path(__file__).parent / "data"


def load() -> None:
    """Insert what is missing; existing rows are not changed. Needs the categories."""
    categories = {category.code: category for category in Category.objects.all()}
    topics = json.loads((_DATA / "topics.json").read_text(encoding="utf-8"))
    Topic.objects.bulk_create(
        [Topic(**{**row, "category": categories.get(row["category"])}) for row in topics], ignore_conflicts=True
    )
    purposes = json.loads((_DATA / "purposes.json").read_text(encoding="utf-8"))
    Purpose.objects.bulk_create([Purpose(**row) for row in purposes], ignore_conflicts=True)
    Pace.objects.get_or_create(pk=1)
