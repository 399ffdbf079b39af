"""Rows of doors, households and people as the database keeps them, written by COPY: an object each would take twice as long.

What the models would do on saving is done here: every column is named, sealed values are bound to their row.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from django.utils import timezone

from common import crypto
from common.copying import copy_in, take_ids
from grids.models import Door
from grids.models.places import door_token
from households import terms
from households.models import Household, HouseholdEvent, Membership, Resident
from households.services.matching import Match, PersonRow, Place

# Sealed columns, each with the blind index that stands beside it. Phones arrive clean: whoever reads a sheet cleans them.
INDEXED: dict[str, Callable[[str], bytes]] = {
    "phone": partial(crypto.blind_index, purpose=terms.PHONE_PURPOSE),
    "contact_phone": partial(crypto.blind_index, purpose=terms.PHONE_PURPOSE),
    "id_number": terms.id_number_index,
}
_DOOR = ("id", "compound_id", "building_id", "entrance_id", "room", "area_id", "token", "token_at")
_HOUSEHOLD = (
    "id", "uuid", "door_id", "area_id", "compound_id", "building_no", "unit_no", "room", "room_order", "address", "kind",
    "state", "size", "head_name", "contact_name", "contact_note", "contact_phone", "contact_phone_index", "search",
    "demonstration", "moved_in_date", "created_at", "updated_at",
)  # fmt: skip
_MEMBERSHIP = ("household_id", "area_id", "valid_from", "reason")
_RESIDENT = (
    "uuid", "household_id", "name", "called", "sex", "birth_year", "relation", "note", "phone", "phone_index", "id_number",
    "id_number_index", "joined_date", "left_reason",
)  # fmt: skip
_EVENT = ("household_id", "verb", "details", "at", "by_id")


def doors(places: Sequence[tuple[Place, str]], at: datetime) -> list[int]:
    """New doors at these places in these areas; returns their ids."""
    ids = take_ids(Door, len(places))
    copy_in(
        Door,
        _DOOR,
        ((pk, *place, area, door_token(), at) for pk, (place, area) in zip(ids, places, strict=True)),
    )
    return ids


def households(matches: Sequence[Match], at: datetime, demonstration: bool) -> list[int]:
    """New households behind the matches' doors; returns their ids."""
    ids = take_ids(Household, len(matches))
    copy_in(
        Household,
        _HOUSEHOLD,
        (_household(pk, found, at, demonstration) for pk, found in zip(ids, matches, strict=True)),
    )
    return ids


def _household(pk: int, found: Match, at: datetime, demonstration: bool) -> tuple[Any, ...]:
    row, key = found.row, uuid.uuid4()
    address = terms.door_address(found.compound.name, row.building_no, row.unit_no, row.room)
    head = next((person.name for person in row.people if person.relation == "head"), "")
    names = [person.name for person in row.people]
    if row.contact_name and row.contact_name not in names:
        names.append(row.contact_name)
    search = terms.search_text(names, address)
    return (
        pk, key, found.door, found.area, row.compound_id, row.building_no, row.unit_no, row.room,
        terms.room_order(row.room), address, row.kind or Household.Kind.RESIDENT.value,
        row.state or Household.State.LIVING.value, row.size or len(row.people), head, row.contact_name, "",
        *_sealed(Household, "contact_phone", key, row.contact_phone), search, demonstration, timezone.localdate(at), at, at,
    )  # fmt: skip


def memberships(belonging: Sequence[tuple[int, str]], day: date, reason: str) -> None:
    """Households (id, code of the grid) belong to their grids from `day`."""
    copy_in(Membership, _MEMBERSHIP, ((pk, area, day, reason) for pk, area in belonging))


def residents(people: Sequence[tuple[int, PersonRow]], day: date) -> None:
    """New people of households (id)."""
    if people:
        copy_in(Resident, _RESIDENT, (_resident(pk, person, day) for pk, person in people))


def _resident(household: int, person: PersonRow, day: date) -> tuple[Any, ...]:
    key = uuid.uuid4()
    return (
        key, household, person.name, person.called, person.sex, person.birth_year,
        person.relation or Resident.Relation.OTHER.value, person.note, *_sealed(Resident, "phone", key, person.phone),
        *_sealed(Resident, "id_number", key, person.id_number), day, "",
    )  # fmt: skip


def events(told: Sequence[tuple[int, str, str]], at: datetime, by: int | None) -> None:
    """Events (household, verb, details as JSON) at one time by one person (id)."""
    if told:
        copy_in(HouseholdEvent, _EVENT, ((*event, at, by) for event in told))


def _sealed(model: type[Household] | type[Resident], column: str, key: uuid.UUID, plain: str) -> tuple[Any, Any]:
    if not plain:
        return None, None
    field = cast(Any, model._meta.get_field(column))
    aad = field.aad(SimpleNamespace(uuid=key))
    return crypto.seal(plain, aad=aad), INDEXED[column](plain)
