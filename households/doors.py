"""Doors as people type them: 3-2-501, 3号楼2单元501, 3栋2单元501, 三号楼二单元501, 3 2 501, 32501. Pure.

What can be read in more than one way gives every reading; the database says which of them exist.
"""

import re
from dataclasses import dataclass
from itertools import islice, product

from households.terms import fold

MOST_TYPED, MOST_TOKENS, MOST_READINGS, MOST_TRIED = 80, 6, 12, 1000

_NUMERALS = "〇零一二两三四五六七八九十百"
_DIGITS = {"〇": 0, "零": 0, "两": 2} | {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_BETWEEN = re.compile(r"[\s,，、;；。]+")
_DASHES = re.compile(r"[‐-―−－~～]|(?<=\d)[/.](?=\d)")
_NUMBER = rf"\d{{1,5}}|[{_NUMERALS}]{{1,5}}"
_ROOM = r"\d{1,5}[a-z]?"
_SPOKEN = re.compile(
    rf"(?:(?P<building>{_NUMBER})(?P<mark>号楼|楼|栋|幢|座|#楼|#|号(?![楼院]))-?)?"
    rf"(?:(?P<unit>{_NUMBER})(?:单元|单|门)-?|(?P<short>\d{{1,2}})-(?=\d))?"
    rf"(?:(?P<room>{_ROOM})(?P<end>室|户|号)?)?"
)
_DASHED = re.compile(rf"(\d{{1,5}})-({_ROOM})(?:-({_ROOM}))?室?")
_BARE = re.compile(r"(\d{1,7})(?:室|号)?|(\d{1,5}[a-z])室?")
# A name does not end like this: what stands before a door is no door itself.
_SAYS_DOOR = re.compile(rf"(?:{_NUMBER})(?:号楼|楼|栋|幢|#|单元)|^[\d-]+$|^(?:{_NUMBER})号$")
_MOST_NUMBER = 32767  # a PositiveSmallIntegerField
# Digits of building, unit and room in a number typed without separators, by its length; 0: not said.
_SPLITS = {
    4: [(1, 0, 3)],
    5: [(1, 1, 3), (2, 0, 3), (1, 0, 4)],
    6: [(2, 1, 3), (1, 1, 4), (2, 0, 4)],
    7: [(2, 1, 4)],
}


@dataclass(frozen=True)
class Reading:
    """One way to understand what was typed: words to look for, and the parts of a door; None and () were not said."""

    words: tuple[str, ...] = ()
    building_no: int | None = None
    unit_no: int | None = None
    rooms: tuple[str, ...] = ()

    @property
    def is_useful(self) -> bool:
        """False where only an entrance number is left, which every second household shares."""
        return bool(self.words or self.rooms or self.building_no is not None)

    def joined(self, other: "Reading") -> "Reading | None":
        """Both at once; None where they contradict each other."""
        for name in ("building_no", "unit_no", "rooms"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine not in (None, ()) and theirs not in (None, ()):
                return None
        return Reading(
            self.words + other.words,
            other.building_no if self.building_no is None else self.building_no,
            other.unit_no if self.unit_no is None else self.unit_no,
            self.rooms or other.rooms,
        )


def readings(typed: str) -> list[Reading]:
    """Every reading of `typed`, at most twelve; doors before words. Nothing readable gives []."""
    ways = [_ways(token) for token in tokens(typed)]
    found: dict[Reading, None] = {}
    for chosen in islice(product(*ways), MOST_TRIED):
        reading: Reading | None = Reading()
        for part in chosen:
            reading = reading.joined(part) if reading else None
        if reading and reading.is_useful:
            found[reading] = None
        if len(found) == MOST_READINGS:
            break
    return list(found)


def tokens(typed: str) -> list[str]:
    """The parts of `typed`, at most six: full-width forms and dashes as ASCII, lower case; "3 2 501" becomes 3-2-501."""
    text = fold(typed[:MOST_TYPED])
    parts: list[str] = []
    numbers: list[str] = []
    for part in [*_BETWEEN.split(_DASHES.sub("-", text)), ""]:
        if part.isascii() and part.isdigit() and len(part) <= 5:
            numbers.append(part)
            continue
        if numbers:
            parts.append("-".join(numbers))
            numbers = []
        if part.strip("-"):
            parts.append(part.strip("-"))
    return parts[:MOST_TOKENS]


def _ways(token: str) -> list[Reading]:
    """A token as a door after a name of any length, and as a word alone unless it names a building or an entrance."""
    found: list[Reading] = []
    for start in range(len(token)):
        before = token[:start].rstrip("-")
        if start and (_inside_number(token, start) or _SAYS_DOOR.search(before)):
            continue
        found += [Reading((before,) if before else (), *door) for door in _doors(token[start:])]
    if not found or not (_SAYS_DOOR.search(token) or "-" in token):
        found.append(Reading((token,)))
    return found


def _inside_number(token: str, start: int) -> bool:
    """Whether a cut before `start` would fall inside a number, or between numbers joined by a dash."""
    last, here = token[start - 1], token[start]
    if last in _NUMERALS and here in _NUMERALS:
        return True
    return token[:start].rstrip("-")[-1:].isdigit() and (here.isdigit() or here == "-")


def _doors(text: str) -> list[tuple[int | None, int | None, tuple[str, ...]]]:
    """Every (building, unit, rooms) that the whole of `text` may stand for."""
    if bare := _BARE.fullmatch(text):
        return _undivided(bare.group(1) or bare.group(2))
    if dashed := _DASHED.fullmatch(text):
        return _dashed(*dashed.groups())
    spoken = _SPOKEN.fullmatch(text)
    if not spoken or not (spoken["building"] or spoken["unit"]):
        return []
    building, unit = _number(spoken["building"]), _number(spoken["unit"] or spoken["short"])
    if (spoken["building"] and not building) or ((spoken["unit"] or spoken["short"]) and not unit):
        return []
    ways: list[tuple[int | None, int | None, tuple[str, ...]]] = [(building, unit, _rooms(spoken["room"]))]
    if spoken["mark"] == "号" and not unit and not spoken["room"]:
        ways.append((None, None, _rooms(str(building))))
    if spoken["mark"] and not unit and spoken["room"] and spoken["room"].isdigit() and len(spoken["room"]) > 3:
        ways += [(building, int(text[0]), _rooms(text[1:])) for text in [spoken["room"]] if text[0] != "0" != text[1]]
    return ways


def _dashed(first: str, second: str, third: str | None) -> list[tuple[int | None, int | None, tuple[str, ...]]]:
    """3-2-501; 3-501 as building and room or unit and room; 3-2 also as building and unit."""
    one, two = _number(first), _number(second) if second.isdigit() else None
    if not one:
        return []
    if third:
        return [(one, two, _rooms(third))] if two else []
    ways: list[tuple[int | None, int | None, tuple[str, ...]]] = [(one, None, _rooms(second))]
    if two and two < 100:
        ways.append((one, two, ()))
    if one < 100:
        ways.append((None, one, _rooms(second)))
    return ways


def _undivided(text: str) -> list[tuple[int | None, int | None, tuple[str, ...]]]:
    """A number without separators: a room, a building where it is short, or all the parts where it is long."""
    ways: list[tuple[int | None, int | None, tuple[str, ...]]] = []
    if text.isdigit():
        for building, unit, room in _SPLITS.get(len(text), []):
            numbers = text[:building], text[building : building + unit], text[-room:]
            if not any(number.startswith("0") for number in numbers):
                ways.append((int(numbers[0]), int(numbers[1]) if unit else None, _rooms(numbers[2])))
        if len(text) <= 2 and int(text):
            ways.append((int(text), None, ()))
    if len(text) <= 5:
        ways.append((None, None, _rooms(text)))
    return ways


def _rooms(text: str | None) -> tuple[str, ...]:
    """A room in the ways it may be stored: 501, 0501, 501A, 12号."""
    if not text:
        return ()
    plain = text.lstrip("0") or text
    found = [text, plain, text.upper(), plain.upper()]
    if plain.isdigit() and len(plain) <= 3:
        found.append(f"{plain}号")
    return tuple(dict.fromkeys(found))


def _number(text: str | None) -> int | None:
    """3, 03, 三, 十二 and 二十一 as numbers from 1; None for what is none or too large."""
    if not text:
        return None
    value = int(text) if text.isdigit() else _spelled(text)
    return value if 1 <= value <= _MOST_NUMBER else None


def _spelled(text: str) -> int:
    """A numeral below a thousand in words; digits one after another too: 一〇二 is 102."""
    if not set(text) & set("十百"):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit
