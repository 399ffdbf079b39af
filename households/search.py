"""Finding households by what staff type: names, addresses, doors, pinyin initials, a full phone or identity number.

Each reading of what was typed is one query that an index answers; at most CANDIDATES rows of each are looked at, so a
name that a tenth of the district bears costs no more than a rare one. Words are found by their grams and then compared.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField

from common.normalise import clean_digits, clean_phone, clean_text
from households.doors import Reading, readings
from households.models import Household, HouseholdQuerySet, Resident
from households.terms import id_number_index, phone_index

LIMIT, CANDIDATES = 20, 200
_DOOR_ORDER = ("compound_id", "building_no", "unit_no", "room_order", "room")
_MOST_NUMBER = 32767  # a PositiveSmallIntegerField
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_MANY_DIGITS = re.compile(r"(?<![A-Za-z\d])\d{7,}")


class Grams(Func):
    """Every character of a text and every pair of neighbours: the expression of the index `household_by_grams`."""

    function = "zh_grams"
    template = '%(function)s(%(expressions)s COLLATE "C")'
    output_field = ArrayField(TextField())


@dataclass(frozen=True)
class Found:
    """Households in the order of doors, those who moved out last; `more` where the limit left some out."""

    rows: list[Household]
    more: bool = False

    def __iter__(self) -> Iterator[Household]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def is_number(typed: str) -> bool:
    """Whether `typed` is a full mobile or identity number, which is looked up by its blind index."""
    return _phone(typed) is not None or _id_number(typed) is not None


def holds_number(typed: str) -> bool:
    """Whether `typed` may hold a phone or identity number, whole or in part: seven digits in a row or more.

    Digits after letters are the number of a case.
    """
    return bool(_MANY_DIGITS.search(clean_digits(typed)))


def find(rows: HouseholdQuerySet, typed: str, *, limit: int = LIMIT) -> Found:
    """The first `limit` of `rows` (households somebody may see) that fit `typed`, those who moved out last.

    Every word must fit; a door that can be read in several ways is looked for in every one. Two queries, one more where
    those who moved out crowd the others out, two more for a number.
    """
    ways = _ways(typed)
    if not ways:
        return Found([])
    chosen = _candidates(rows, ways)
    living = [row for row in chosen if row[1] != Household.State.MOVED]
    if len(chosen) >= CANDIDATES and len(living) <= limit:
        living = _candidates(rows.living(), ways)
    moved = [row for row in chosen if row[1] == Household.State.MOVED]
    ids = [pk for pk, *_ in [*sorted(living, key=_place), *sorted(moved, key=_place)][: limit + 1]]
    shown = Household.objects.select_related("compound", "area").defer("contact_phone", "search", "area__merged_into")
    found = shown.in_bulk(ids[:limit])
    return Found([found[pk] for pk in ids[:limit] if pk in found], len(ids) > limit)


def matching(rows: QuerySet[Household], typed: str) -> QuerySet[Household]:
    """`rows` narrowed to those that fit `typed`, for a list with an order of its own; none where nothing is readable."""
    fits = Q(pk__in=[])
    for way in _ways(typed):
        fits |= way
    return rows.alias(grams=Grams(F("search"))).filter(fits)


def _candidates(rows: QuerySet[Household], ways: list[Q]) -> list[tuple]:
    """Id, state and place of at most CANDIDATES rows of each way. One statement; sorted by the caller, because a LIMIT
    below an ORDER BY tempts the planner to walk an index of a million rows.
    """
    narrowed = rows.alias(grams=Grams(F("search"))).order_by().values_list("pk", "state", *_DOOR_ORDER)
    first, *others = [narrowed.filter(way)[:CANDIDATES] for way in ways]
    return list(first.union(*others) if others else first)


def _place(candidate: tuple) -> tuple:
    """What `in_door_order` sorts by; what has no number stands last, as in the database."""
    pk, _, compound, building_no, unit_no, order, room = candidate
    unnumbered = _MOST_NUMBER + 1
    return (
        compound,
        unnumbered if building_no is None else building_no,
        unnumbered if unit_no is None else unit_no,
        order,
        room,
        pk,
    )


def _ways(typed: str) -> list[Q]:
    """What was typed as conditions, each enough by itself. The rows need `grams` as an alias."""
    if index := _phone(typed):
        return [_people(phone_index=index, or_contact=index)]
    if index := _id_number(typed):
        return [_people(id_number_index=index)]
    return [_fits(reading) for reading in readings(typed)]


def _people(*, or_contact: bytes | None = None, **known: bytes) -> Q:
    """Households of the residents with this index, ids read first; who left a household is not found in it."""
    people = Resident.objects.filter(Q(left_date__isnull=True) | Q(household__state=Household.State.MOVED), **known)
    households = list(people.values_list("household", flat=True)[:CANDIDATES])
    if or_contact:
        contacts = Household.objects.filter(contact_phone_index=or_contact)
        households += contacts.values_list("pk", flat=True)[:CANDIDATES]
    return Q(pk__in=households)


def _fits(reading: Reading) -> Q:
    """Words by grams and comparison, the door by its columns."""
    wanted = Q()
    if reading.words:
        wanted &= Q(grams__contains=[gram for word in reading.words for gram in grams_of(word)])
    for word in reading.words:
        wanted &= Q(search__contains=word)
    if reading.building_no is not None:
        wanted &= Q(building_no=reading.building_no)
    if reading.unit_no is not None:
        wanted &= Q(unit_no=reading.unit_no)
    if reading.rooms:
        wanted &= Q(room__in=reading.rooms)
    return wanted


def grams_of(word: str) -> list[str]:
    """The pairs of a word; a single character as it is."""
    return [word[place : place + 2] for place in range(len(word) - 1)] or [word]


def _phone(typed: str) -> bytes | None:
    try:
        return phone_index(clean_phone(typed))
    except ValueError:
        return None


def _id_number(typed: str) -> bytes | None:
    number = clean_digits(clean_text(typed))
    return id_number_index(number) if _ID_NUMBER.fullmatch(number) else None
