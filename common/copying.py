"""Many rows into a table by COPY, for those few places where building each row as an object is what takes the time.

Values go in as they stand: defaults of the model, its checks and the sealing of personal values are the caller's part.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh ids of the model's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_in(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add `rows` (str, int, bool, bytes, date, datetime, UUID or None by column) to the model's table."""
    lines = io.StringIO("".join("\t".join([_written(value) for value in row]) + "\n" for row in rows))
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    # Django wraps what its own cursor does, not this: a broken constraint is an IntegrityError here as anywhere.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", lines)


def _written(value: Any) -> str:
    """A value in the text format of COPY."""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, int | date | UUID):
        return str(value)
    raise TypeError(f"COPY does not take {type(value).__name__}")
