"""The items every district starts with; an administrator edits the rows afterwards."""

import json
from pathlib import Path

from agency.models import AgencyItem

_ITEMS = Path(__file__).parent / "data" / "items.json"


def load() -> None:
    """Insert what is missing; existing rows are not changed."""
    rows = json.loads(_ITEMS.read_text(encoding="utf-8"))
    AgencyItem.objects.bulk_create(
        [AgencyItem(order=order, **row) for order, row in enumerate(rows)], ignore_conflicts=True
    )
