"""Files that wait on disk between two jobs, sealed piece by piece: sheets are full of names and phones.

A file is pieces of `length (4 bytes) | sealed text`, each bound to its owner and its place, and an empty one at the end.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from common import crypto

_RECORDS = 500
_BLOCK = 256 * 1024
_END = "end"


def keep_records(target: IO[bytes], records: Iterable[Any], *, owner: str) -> int:
    """Write records (JSON values) sealed to `target`; returns how many."""
    count, place, waiting = 0, 0, []
    for record in records:
        waiting.append(record)
        count += 1
        if len(waiting) == _RECORDS:
            _put(target, json.dumps(waiting, ensure_ascii=False), owner, place)
            place, waiting = place + 1, []
    _put(target, json.dumps(waiting, ensure_ascii=False), owner, place)
    _put(target, _END, owner, place + 1)
    return count


def kept_records(source: IO[bytes], *, owner: str) -> Iterator[Any]:
    """The records of `keep_records`, one after another. crypto.Unreadable for a file that is not whole or not the owner's."""
    for piece in _pieces(source, owner):
        yield from json.loads(piece)


def keep_file(target: IO[bytes], source: IO[bytes], *, owner: str) -> None:
    """Write a file sealed to `target`."""
    source.seek(0)
    place = 0
    for place, block in enumerate(iter(lambda: source.read(_BLOCK), b""), start=1):
        _put(target, base64.b64encode(block).decode(), owner, place - 1)
    _put(target, _END, owner, place)


def kept_file(source: IO[bytes], *, owner: str) -> Iterator[bytes]:
    """The bytes of `keep_file`, block by block."""
    for piece in _pieces(source, owner):
        yield base64.b64decode(piece)


def _put(target: IO[bytes], text: str, owner: str, place: int) -> None:
    sealed = crypto.seal(text, aad=f"kept:{owner}:{place}")
    target.write(len(sealed).to_bytes(4, "big") + sealed)


def _pieces(source: IO[bytes], owner: str) -> Iterator[str]:
    place = 0
    while head := source.read(4):
        piece = crypto.unseal(source.read(int.from_bytes(head, "big")), aad=f"kept:{owner}:{place}")
        if piece == _END:
            return
        yield piece
        place += 1
    raise crypto.Unreadable("the kept file is cut short")
