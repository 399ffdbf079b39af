"""The kinds of care a household may need, as the portal starts with them; an administrator edits the rows afterwards."""

import json
from pathlib import Path

from households.models import TagKind

_KINDS = Path(__file__).parent / "data" / "tag_kinds.json"


def load() -> None:
    """Insert the kinds that are missing; existing rows are not changed."""
    rows = json.loads(_KINDS.read_text(encoding="utf-8"))
    TagKind.objects.bulk_create([TagKind(**row) for row in rows], ignore_conflicts=True)
