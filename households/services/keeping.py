"""Registering a household and keeping its record: what a household is, and when it comes, goes and changes its grid."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from grids.levels import Level
from grids.models import Area, Compound, Door
from grids.services.amending import amend
from households.models import Household, Membership, Resident, Sex
from households.services import caring, pairing
from households.services.doors import DoorNumber, door_at, require_standing
from households.services.writing import (
    HOUSEHOLD_FIELDS,
    living,
    locked,
    not_ahead,
    noted,
    put_id_number,
    put_phone,
    rewrite,
    today,
)

TAKEN = "这个门里已经登记了住户，请先给原来的住户登记搬离。"


@dataclass(frozen=True)
class Person:
    """One person to be written down. Phone and identity number already cleaned; "" where unknown."""

    name: str
    relation: str = Resident.Relation.OTHER
    called: str = ""
    sex: int = Sex.UNKNOWN
    birth_year: int | None = None
    phone: str = ""
    id_number: str = ""
    note: str = ""


@transaction.atomic
def register(
    compound: Compound,
    *,
    building_no: int | None,
    unit_no: int | None,
    room: str,
    area: str | Area | None = None,
    kind: str = Household.Kind.RESIDENT,
    people: list[Person] | tuple[Person, ...] = (),
    size: int = 0,
    contact_name: str = "",
    contact_note: str = "",
    contact_phone: str = "",
    moved_in_date: date | None = None,
    demonstration: bool = False,
    at: datetime | None = None,
    by: User | None,
) -> Household:
    """A new household behind a door; building, entrance and door are written down where they were not known.

    Refused where somebody lives behind the door, where people come without exactly one head, or in a given-up compound.
    """
    since = moved_in_date or today(at)
    not_ahead(since, at, "入住日期")
    _require_one_head(people)
    door = door_at(compound, DoorNumber(building_no, unit_no, room), area=_code(area))
    household = Household(
        door=door,
        area_id=door.area_id,
        compound=compound,
        building_no=building_no,
        unit_no=unit_no,
        room=room,
        kind=kind,
        size=max(size, len(people)),
        contact_name=contact_name,
        contact_note=contact_note,
        moved_in_date=since,
        demonstration=demonstration,
    )
    put_phone(household, "contact_phone", contact_phone)
    _settle(household, people, at=at)
    noted(household, "register", at=at, by=by, area=household.area_id, kind=kind, people=len(people))
    return household


def _settle(household: Household, people: list[Person] | tuple[Person, ...], *, at: datetime | None) -> None:
    """Write the row with its people and its first membership. Refused where the door is taken."""
    Door.objects.select_for_update().get(pk=household.door_id)
    if Household.objects.living().filter(door=household.door_id).exists():
        raise DomainError(TAKEN)
    if at:
        household.created_at = at
    household.save()
    for person in people:
        write_person(household, person, joined=household.moved_in_date)
    Membership.objects.create(household=household, area_id=household.area_id, valid_from=household.moved_in_date)
    rewrite(household, at=at)


def write_person(household: Household, person: Person, *, joined: date) -> Resident:
    """The row of one person. No event: the verb that calls it writes one."""
    row = Resident(
        household=household,
        name=person.name,
        called=person.called,
        sex=person.sex,
        birth_year=person.birth_year,
        relation=person.relation,
        note=person.note,
        joined_date=joined,
    )
    put_phone(row, "phone", person.phone)
    put_id_number(row, person.id_number)
    row.save()
    return row


@transaction.atomic
def change(
    household: Household,
    changes: dict[str, Any],
    *,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[str]:
    """Change kind, size, contact or the day of moving in; returns the names of what changed, none for a no-op."""
    row = living(household, seen=seen)
    changed = [name for name in HOUSEHOLD_FIELDS if name in changes and differs(row, name, changes[name])]
    if "moved_in_date" in changed:
        _require_moved_in_before(row, changes["moved_in_date"], at)
    for name in changed:
        if name == "contact_phone":
            put_phone(row, name, changes[name])
        else:
            setattr(row, name, changes[name])
    if changed:
        rewrite(row, at=at)
        noted(row, "change", at=at, by=by, fields=changed)
    return changed


@transaction.atomic
def mark_not_now(
    household: Household, not_now: bool, *, seen: str | None = None, at: datetime | None = None, by: User | None
) -> None:
    """暂不便: nobody visits until it is taken back; false takes it back."""
    row = living(household, seen=seen)
    state = Household.State.NOT_NOW if not_now else Household.State.LIVING
    if row.state == state:
        raise DomainError("已经是这个状态。")
    row.state = state
    rewrite(row, at=at)
    noted(row, "not_now", at=at, by=by, state=state)


@transaction.atomic
def move_out(
    household: Household,
    *,
    on: date | None = None,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """The household leaves its door: people, tags, pairing and membership end with it; `on` is the last day there."""
    on = on or today(at)
    not_ahead(on, at, "搬离日期")
    row = living(household, seen=seen)
    open_row = row.memberships.get(valid_to__isnull=True)
    if on < max(row.moved_in_date, open_row.valid_from):
        raise DomainError("搬离日期不能早于入住或划入本网格的日期。")
    for person in row.residents.filter(left_date__isnull=True):
        person.left_date, person.left_reason = max(on, person.joined_date), "moved"
        person.save(update_fields=["left_date", "left_reason"])
    caring.end_all(row.care_tags.all(), reason="搬离", at=at, by=by)
    pairing.end_with(row, on=on)
    open_row.valid_to = on + timedelta(days=1)
    open_row.save(update_fields=["valid_to"])
    row.state, row.moved_out_date = Household.State.MOVED, on
    row.updated_at = at or timezone.now()
    row.save()
    noted(row, "move_out", at=at, by=by, date=on.isoformat())


@transaction.atomic
def come_back(household: Household, *, on: date | None = None, at: datetime | None = None, by: User | None) -> None:
    """A household that had moved out lives there again, with the people who left with it.

    Back in the grid of its door. Tags and pairing are set anew: whoever comes back may need something else.
    """
    on = on or today(at)
    not_ahead(on, at, "恢复日期")
    row = locked(household)
    if row.state != Household.State.MOVED:
        raise DomainError("这一户没有搬离。")
    if on < row.moved_out_date:
        raise DomainError("恢复日期不能早于搬离日期。")
    require_standing(row.door)
    Door.objects.select_for_update().get(pk=row.door_id)
    if Household.objects.living().filter(door=row.door_id).exists():
        raise DomainError(TAKEN)
    _belong_again(row, on)
    _bring_people_back(row)
    row.state, row.moved_out_date, row.area_id = Household.State.LIVING, None, row.door.area_id
    rewrite(row, at=at)
    noted(row, "come_back", at=at, by=by, date=on.isoformat())


def _belong_again(row: Household, on: date) -> None:
    """A membership of the door's grid; where the last one has not run out yet, it goes on."""
    last = row.memberships.order_by("-valid_from").first()
    if last.valid_to > on and last.area_id == row.door.area_id:
        last.valid_to = None
        last.save(update_fields=["valid_to"])
        return
    Membership.objects.create(
        household=row, area_id=row.door.area_id, valid_from=max(on, last.valid_to), reason="恢复在住"
    )


def _bring_people_back(row: Household) -> None:
    """Those who left with the household, not who had left it before on that very day, nor whose name was forgotten."""
    before = list(row.events.filter(verb="person_leave").values_list("details__resident", flat=True))
    left = row.residents.filter(left_date__gte=row.moved_out_date, left_reason="moved")
    left.exclude(pk__in=before).exclude(name="").update(left_date=None, left_reason="")


@transaction.atomic
def move_grid(
    household: Household,
    area: str | Area,
    *,
    reason: str,
    since: date | None = None,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """The household, with its door, belongs to another grid from `since` on; what it belonged to before stays written.

    Refused for a grid of another community, a day ahead, or a day not after the present row's first.
    """
    since, code = since or today(at), _code(area)
    not_ahead(since, at, "开始日期")
    row = living(household, seen=seen)
    present = row.memberships.get(valid_to__isnull=True)
    _require_new_grid(row, code)
    if since <= present.valid_from:
        raise DomainError("开始日期要晚于划入现在网格的日期。")
    present.valid_to = since
    present.save(update_fields=["valid_to"])
    Membership.objects.create(household=row, area_id=code, valid_from=since, reason=reason)
    before, row.area_id = row.area_id, code
    amend(row.door, {"area_id": code}, at=at, by=by)
    rewrite(row, at=at)
    noted(row, "move_grid", at=at, by=by, before=before, after=code, date=since.isoformat())


def differs(row: Household | Resident, name: str, value: Any) -> bool:
    """Whether `value` is another one than what the row holds; personal values are compared, never shown."""
    held = getattr(row, name)
    held = held.plain if hasattr(held, "plain") else held
    return (held or "") != (value or "")


def _code(area: str | Area | None) -> str:
    return area.pk if isinstance(area, Area) else area or ""


def _require_one_head(people: list[Person] | tuple[Person, ...]) -> None:
    heads = sum(person.relation == Resident.Relation.HEAD for person in people)
    if people and heads != 1:
        raise DomainError("家里要有一位户主，只能有一位。")


def _require_moved_in_before(row: Household, day: date, at: datetime | None) -> None:
    not_ahead(day, at, "入住日期")
    first = row.memberships.order_by("valid_from").first()
    if first and day > first.valid_from:
        raise DomainError("入住日期不能晚于划入网格的日期。")


def _require_new_grid(row: Household, code: str) -> None:
    if code == row.area_id:
        raise DomainError("这一户已经在这个网格。")
    if not Area.objects.in_service().on(Level.GRID).filter(pk=code, pk__startswith=row.compound.community).exists():
        raise DomainError("请选择同一个社区里的网格。")
