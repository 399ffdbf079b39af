"""Recording what was done, sealing the records into a chain, and checking the chain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from audit.chain import COLUMNS, GENESIS, link
from audit.models import Entry

_SEALER_LOCK = 0x5745_4944_5541  # any number nobody else locks
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,64}")
_PERSONAL = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]")
_SEAL_SQL = """
    UPDATE audit_entry AS entry
       SET sequence = sealed.sequence, previous_hash = sealed.previous_hash, hash = sealed.hash
      FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) AS sealed (id, sequence, previous_hash, hash)
     WHERE entry.id = sealed.id
"""


def record(
    verb: str, *, subject: tuple[str, int | str], by: Any, actor_kind: str | None = None, **details: Any
) -> Entry:
    """Keeps that `by` (a user; None: the portal, or whom `actor_kind` names) did `verb` to `subject` (kind, id).

    Belongs inside the transaction of the deed. `details` are ids, numbers, dates and short codes, or lists of them;
    TypeError for anything that could be somebody's words or a personal value, without repeating it.
    """
    kind, number = subject
    return Entry.objects.create(
        actor_id=None if by is None else by.pk,
        actor_kind=actor_kind or (Entry.ActorKind.PORTAL if by is None else Entry.ActorKind.USER),
        verb=verb,
        subject_kind=kind,
        subject_id=str(number),
        details={name: _code(name, value) for name, value in details.items()},
    )


def _code(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_code(name, item) for item in value]
    if isinstance(value, date | UUID):
        value = value.isoformat() if isinstance(value, date) else str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and _CODE.fullmatch(value) and not _PERSONAL.fullmatch(value):
        return str(value)
    raise TypeError(f"audit detail {name} is neither an id, a number nor a short code")


@transaction.atomic
def seal(batch: int = 5000) -> int:
    """Numbers and chains up to `batch` committed entries and returns how many; any number of sealers may run.

    1. One sealer at a time: the others wait at the lock, and then see what the first one did.
    2. An id is allotted before its transaction commits, so an entry may turn up below ids that are sealed already.
       That is why the chain follows `sequence`, never the id, and why the search is for unsealed rows, not for rows
       above the last id: a latecomer is simply sealed later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALER_LOCK])
    sequence, last_hash = head()
    previous = bytes.fromhex(last_hash) or GENESIS
    columns: tuple[list[Any], ...] = ([], [], [], [])
    for values in Entry.objects.unsealed().order_by("id").values_list(*COLUMNS)[:batch]:
        sequence += 1
        sealed = link(sequence, previous, values)
        for column, value in zip(columns, (values[0], sequence, previous, sealed), strict=True):
            column.append(value)
        previous = sealed
    if columns[0]:
        with connection.cursor() as cursor:
            cursor.execute(_SEAL_SQL, columns)
    return len(columns[0])


def seal_all() -> int:
    """Seals everything committed so far, batch by batch in transactions of their own; returns how many entries."""
    total = 0
    while sealed := seal():
        total += sealed
    return total


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold. `reason` is missing, unlinked or altered."""

    sequence: int
    entry_id: int
    reason: str


def verify(limit: int = 100) -> list[Break]:
    """The first `limit` breaks of the chain; an empty list means that no sealed entry was changed, removed or added.

    Entries cut off at the end leave a shorter chain that holds in itself: compare `head()` with one noted elsewhere.
    """
    breaks: list[Break] = []
    last, last_hash = 0, GENESIS
    rows = Entry.objects.sealed().values_list("sequence", "previous_hash", "hash", *COLUMNS)
    for sequence, previous, stored, *values in rows.iterator(chunk_size=5000):
        reason = _fault(
            sequence == last + 1, bytes(previous) == last_hash, stored, link(sequence, bytes(previous), values)
        )
        if reason:
            breaks.append(Break(sequence, values[0], reason))
        if len(breaks) == limit:
            break
        last, last_hash = sequence, bytes(stored)
    return breaks


def head() -> tuple[int, str]:
    """Number and hash (hexadecimal) of the last sealed entry, to be noted outside the database; (0, "") before it."""
    last = Entry.objects.sealed().last()
    if last is None or last.sequence is None or last.hash is None:
        return 0, ""
    return last.sequence, bytes(last.hash).hex()


def holds(sequence: int, hash_hex: str) -> bool:
    """Whether the chain still holds the entry that was its head when it was noted."""
    return Entry.objects.filter(sequence=sequence, hash=bytes.fromhex(hash_hex)).exists()


def _fault(follows: bool, links: bool, stored: Sequence[int], computed: bytes) -> str:
    if not follows:
        return "missing"
    if not links:
        return "unlinked"
    return "" if bytes(stored) == computed else "altered"
