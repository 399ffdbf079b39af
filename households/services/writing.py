"""What every verb of a household shares: lock, stale pages, the copies in its row, its event and its audit entry."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError, StalePage
from common.templatetags.weidu import cn_time
from households.models import Household, HouseholdEvent, Resident
from households.terms import door_address, id_number_index, phone_index, room_order, search_text

# What a form may change of a household and of a person.
HOUSEHOLD_FIELDS = ("kind", "size", "contact_name", "contact_note", "contact_phone", "moved_in_date")
PERSON_FIELDS = ("name", "called", "sex", "birth_year", "relation", "note", "phone", "id_number")
# Changes of the record itself; looking, tags and pairing make nobody's form stale.
CHANGES = (
    "register",
    "change",
    "person_add",
    "person_change",
    "person_leave",
    "move_out",
    "come_back",
    "move_grid",
    "not_now",
    "imported",
)


def stamp(household: Household) -> str:
    """What a form carries along to say which state of the record it was opened on."""
    return household.updated_at.isoformat()


def locked(household: Household, *, seen: str | None = None) -> Household:
    """The row, locked for the rest of the transaction. StalePage where it changed since a form with `seen` was opened."""
    row = Household.objects.select_for_update(of=("self",)).select_related("door", "compound").get(pk=household.pk)
    if seen and seen != stamp(row):
        raise StalePage(stale_words(row))
    return row


def living(household: Household, *, seen: str | None = None) -> Household:
    """The locked row of a household that has not moved out; refused otherwise."""
    row = locked(household, seen=seen)
    if row.state == Household.State.MOVED:
        raise DomainError("这一户已经搬离，不能再改。如果登记错了，请先恢复在住。")
    return row


def stale_words(household: Household) -> str:
    """Who changed the record meanwhile."""
    last = household.events.filter(verb__in=CHANGES).select_related("by").order_by("-pk").first()
    who = last.by.called if last and last.by else "系统"
    when = cn_time(last.at if last else household.updated_at)
    return f"这一户刚由{who}改过（{when}），下面是您填写的内容，请核对后再保存。"


def noted(
    household: Household, verb: str, *, at: datetime | None = None, by: User | None, **details: Any
) -> HouseholdEvent:
    """One event for the record and one entry for the audit log: ids, codes and names of fields, never values."""
    event = HouseholdEvent.objects.create(
        household=household, verb=verb, details=details, at=at or timezone.now(), by=by
    )
    record(f"household.{verb}", subject=("household", household.pk), by=by, **details)
    return event


def rewrite(household: Household, *, at: datetime | None = None) -> None:
    """Write the copies: order, address and head from door and residents, and what the search box looks in. Saves."""
    people = list(household.residents.filter(left_date__isnull=True).order_by("pk"))
    head = next((person for person in people if person.relation == Resident.Relation.HEAD), None)
    household.room_order = room_order(household.room)
    household.address = door_address(household.compound.name, household.building_no, household.unit_no, household.room)
    household.head_name = head.name if head else ""
    names = [person.name.plain for person in people]
    if household.contact_name and household.contact_name.plain not in names:
        names.append(household.contact_name.plain)
    household.search = search_text(names, household.address.plain)
    household.updated_at = at or timezone.now()
    household.save()


def put_phone(row: Household | Resident, column: str, phone: str) -> None:
    """Set a number and the index it is found by; both empty for no number."""
    setattr(row, column, phone or None)
    setattr(row, f"{column}_index", phone_index(phone) if phone else None)


def put_id_number(person: Resident, number: str) -> None:
    """Set an identity number and its index."""
    person.id_number = number or None
    person.id_number_index = id_number_index(number) if number else None


def today(at: datetime | None = None) -> date:
    """The local date of `at`."""
    return timezone.localdate(at or timezone.now())


def not_ahead(day: date, at: datetime | None, what: str) -> None:
    """Refuse a day that has not come."""
    if day > today(at):
        raise DomainError(f"{what}不能晚于今天。")
