"""What words may not say where everybody reads them: the wish wall and the public ledger ask the same rule. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from common.sensitive import mask_numbers

_NUMBER = "[0-9一二三四五六七八九十百]+"
BUILDING = re.compile(rf"{_NUMBER}(?:号楼|栋)")
ROOM = re.compile(rf"{_NUMBER}(?:单元|室)|{_NUMBER}号?门牌|[0-9]+-[0-9]+-[0-9]+")
# People part the digits of a number to read it aloud; so do those who hide it from a check.
_PARTED = re.compile(r"(?<=[0-9])[\s\-－—–_.·,，/]+(?=[0-9])")

_ROOM_NUMBER = re.compile(r"(?<![0-9])[0-9]{3,4}(?![0-9年])")

SAYS_NUMBER = "里面有电话或证件号码，请去掉"
SAYS_DOOR = "里面有楼号门牌，请去掉"


def says_number(words: str) -> bool:
    """True where a mobile or identity number stands in `words`, also in full-width digits or with gaps."""
    plain = unicodedata.normalize("NFKC", words)
    joined = _PARTED.sub("", plain)
    return any(mask_numbers(text) != text for text in (plain, joined))


def holds_digits(words: str, digits: str) -> bool:
    """True where this very number stands in `words`, however it is parted."""
    return bool(digits) and digits in _PARTED.sub("", unicodedata.normalize("NFKC", words))


def says_room(words: str) -> bool:
    """True where a door stands in `words`: an entrance, a room."""
    return bool(ROOM.search(unicodedata.normalize("NFKC", words)))


def says_building(words: str) -> bool:
    """True where a building is numbered: too much beside somebody's wish, needed to say where a lamp is broken."""
    return bool(BUILDING.search(unicodedata.normalize("NFKC", words)))


def named_in(words: str, names: Iterable[str]) -> bool:
    """True where one of these names stands in `words`; a single character names nobody."""
    return any(len(name) > 1 and name in words for name in names)


def rooms_in(place: str) -> set[str]:
    """Door numbers written in a place: 501 of 3号楼2单元501."""
    return set(_ROOM_NUMBER.findall(unicodedata.normalize("NFKC", place)))


def says_one_of(words: str, rooms: Iterable[str]) -> bool:
    """True where one of these door numbers stands in `words` as a number of its own."""
    return not set(rooms).isdisjoint(rooms_in(words))
