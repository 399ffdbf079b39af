"""What an entry's hash covers. Pure: both the sealer and the check compute it here."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

# The order counts: it is the order inside the hash, so it never changes.
COLUMNS = ("id", "at", "actor_id", "actor_kind", "verb", "subject_kind", "subject_id", "details")
GENESIS = bytes(32)


def link(sequence: int, previous_hash: bytes, values: Sequence[Any]) -> bytes:
    """SHA-256 (32 bytes) over number, the hash before, and the values of COLUMNS as read from the database."""
    content = [sequence, previous_hash.hex(), *(_plain(value) for value in values)]
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
