"""The people of a household: who comes, what is corrected, who leaves."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from common.errors import DomainError
from households.models import Household, Resident
from households.services import caring
from households.services.keeping import Person, differs, write_person
from households.services.writing import (
    PERSON_FIELDS,
    living,
    not_ahead,
    noted,
    put_id_number,
    put_phone,
    rewrite,
    today,
)

HEAD = Resident.Relation.HEAD
GONE = "这位居民已经离开，不能再改。"


@transaction.atomic
def add(
    household: Household,
    person: Person,
    *,
    joined: date | None = None,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> Resident:
    """One more person, who counts among the `size` the household was said to have.

    The first must be the head; a new head takes the place of the present one, who becomes 其他.
    """
    joined = joined or today(at)
    not_ahead(joined, at, "登记日期")
    row = living(household, seen=seen)
    present = row.residents.filter(left_date__isnull=True)
    if person.relation == HEAD:
        _step_back(row)
    elif not present.exists():
        raise DomainError("家里还没有人，第一位请登记为户主。")
    resident = write_person(row, person, joined=joined)
    row.size = max(row.size, present.count())
    rewrite(row, at=at)
    noted(row, "person_add", at=at, by=by, resident=resident.pk)
    return resident


@transaction.atomic
def change(
    resident: Resident,
    changes: dict[str, Any],
    *,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> list[str]:
    """Correct what is held of a person; returns the names of what changed. Making somebody the head replaces the head."""
    row = living(resident.household, seen=seen)
    held = _present(resident)
    changed = [name for name in PERSON_FIELDS if name in changes and differs(held, name, changes[name])]
    if "relation" in changed:
        if held.relation == HEAD:
            raise DomainError("要换户主，请在新户主的资料里把关系改为户主。")
        if changes["relation"] == HEAD:
            _step_back(row)
    for name in changed:
        _put(held, name, changes[name])
    if changed:
        held.save()
        rewrite(row, at=at)
        noted(row, "person_change", at=at, by=by, resident=held.pk, fields=changed)
    return changed


@transaction.atomic
def leave(
    resident: Resident,
    *,
    on: date | None = None,
    reason: str,
    new_head: Resident | None = None,
    seen: str | None = None,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """A person leaves the household: moved, died, or written down by mistake. A head names who follows.

    Refused for the last person: then the household itself moves out.
    """
    on = on or today(at)
    not_ahead(on, at, "离开日期")
    row = living(resident.household, seen=seen)
    held = _present(resident)
    if on < held.joined_date:
        raise DomainError("离开日期不能早于登记日期。")
    _require_successor(row, held, new_head)
    held.left_date, held.left_reason = on, reason
    held.save(update_fields=["left_date", "left_reason"])
    caring.end_all(held.care_tags.all(), reason="本人已离开", at=at, by=by)
    if held.relation == HEAD:
        Resident.objects.filter(pk=new_head.pk).update(relation=HEAD)
    row.size = max(row.size - 1, 1)
    rewrite(row, at=at)
    noted(row, "person_leave", at=at, by=by, resident=held.pk, reason=reason, date=on.isoformat())


def _present(resident: Resident) -> Resident:
    """The locked row of somebody who still lives there."""
    row = Resident.objects.select_for_update().get(pk=resident.pk)
    if row.left_date:
        raise DomainError(GONE)
    return row


def _put(held: Resident, name: str, value: Any) -> None:
    if name == "phone":
        put_phone(held, name, value)
    elif name == "id_number":
        put_id_number(held, value)
    else:
        setattr(held, name, value)


def _step_back(household: Household) -> None:
    """The present head becomes an ordinary member, so that another one can be head."""
    household.residents.filter(left_date__isnull=True, relation=HEAD).update(relation=Resident.Relation.OTHER)


def _require_successor(row: Household, held: Resident, new_head: Resident | None) -> None:
    others = row.residents.filter(left_date__isnull=True).exclude(pk=held.pk)
    if not others.exists():
        raise DomainError("这是家里最后一个人，请给这一户登记搬离。")
    if held.relation == HEAD and (new_head is None or not others.filter(pk=new_head.pk).exists()):
        raise DomainError("户主离开，要从家里现在的人里选一位新户主。")
