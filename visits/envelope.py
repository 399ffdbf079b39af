"""What a phone sends around a record, taken apart. Says whether it can be kept at all, never whether it fits."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from visits.services.syncing import Sent

# A record is words; photos come by themselves.
MOST_BYTES = 256 * 1024
_MOST_FIELDS, _MOST_TEXTS = 300, 100
_INT = 2**31 - 1
# Left out of the digest, because they differ from one sending of the same record to the next.
VOLATILE = frozenset({"clock_offset", "user"})


class Malformed(Exception):
    """What came is no record; nothing of it can be kept."""


def opened(content: bytes) -> dict[str, Any]:
    """The JSON object in `content`. Raises Malformed."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("这不是一条记录。") from error
    if not isinstance(body, dict):
        raise Malformed("这不是一条记录。")
    return body


def sent(body: dict[str, Any]) -> Sent:
    """The record of a body. Raises Malformed where it has no id, no version or no fields."""
    kind, fields = body.get("kind"), body.get("fields")
    if not isinstance(kind, str) or not re.fullmatch(r"[a-z]{1,10}", kind):
        raise Malformed("没有写明是什么记录。")
    version = number(body.get("schema_version"))
    if version is None or version > 32767:
        raise Malformed("没有写明记录的格式。")
    if not isinstance(fields, dict) or len(fields) > _MOST_FIELDS or not all(map(_texts, fields.values())):
        raise Malformed("记录的内容不完整。")
    identity = uuid_of(body.get("id"))
    if identity is None:
        raise Malformed("记录没有编号。")
    offset = whole(body.get("clock_offset")) or 0
    text = canonical(body)
    return Sent(
        id=identity,
        kind=kind,
        schema_version=version,
        device=uuid_of(body.get("device")),
        seq=number(body.get("seq")) or None,
        client_at=moment(body.get("client_at")),
        clock_offset=offset,
        payload=text,
        sha256=digest(body),
    )


def canonical(body: dict[str, Any]) -> str:
    """One way to write a body: keys sorted, no spaces, ASCII only, so that a broken character cannot break the row."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def digest(body: dict[str, Any]) -> str:
    """SHA-256 of what was written down; what only belongs to this sending is left out."""
    lasting = {name: value for name, value in body.items() if name not in VOLATILE}
    return hashlib.sha256(canonical(lasting).encode()).hexdigest()


def uuid_of(value: Any) -> UUID | None:
    """The UUID in a JSON value, or None."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def number(value: Any) -> int | None:
    """A whole number from 0 that fits a column, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _INT else None


def whole(value: Any) -> int | None:
    """Seconds, held within a column's limits; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(max(-_INT, min(_INT, value)))


def moment(value: Any) -> datetime | None:
    """The aware time in a JSON value; None for anything else, and for times no calendar of ours reaches."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        found = found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    in_reach = found is not None and timedelta(0) < found - datetime(1970, 1, 1, tzinfo=UTC) < timedelta(days=50000)
    return found if in_reach else None


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST_TEXTS and all(isinstance(text, str) for text in value)
