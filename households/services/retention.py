"""What is held of people no longer there goes after three years: who they were, how to reach them, why they needed care.

That a household stood behind the door, its grids and what was done with the record stay: numbers and dates only.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from audit.services import record
from households.models import CareTag, Household, Resident
from households.services.writing import today

# As for reports: 3 years after the end (cases.services.retention).
KEPT_FOR = timedelta(days=3 * 365 + 1)
CHUNK = 500


def forget_gone(*, at: datetime | None = None) -> int:
    """Forget residents who left, and households that moved out, more than `KEPT_FOR` ago; how many rows."""
    before, total = today(at) - KEPT_FOR, 0
    people = Resident.objects.filter(~Q(name=""), left_date__lt=before)
    while ids := list(people.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        total += _forget_people(ids)
    told = ~Q(head_name="") | ~Q(contact_name="") | ~Q(search="") | Q(contact_phone__isnull=False)
    moved = Household.objects.filter(told, state=Household.State.MOVED, moved_out_date__lt=before)
    while ids := list(moved.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        total += _forget_households(ids)
    return total


@transaction.atomic
def _forget_people(ids: list[int]) -> int:
    for pk in ids:
        record("resident.forget", subject=("resident", pk), by=None)
    CareTag.objects.filter(resident__in=ids, ended_at__isnull=False).update(reason="", end_reason="")
    return Resident.objects.filter(pk__in=ids).update(
        name="", called="", note="", birth_year=None, phone=None, phone_index=None, id_number=None, id_number_index=None
    )


@transaction.atomic
def _forget_households(ids: list[int]) -> int:
    for pk in ids:
        record("household.forget", subject=("household", pk), by=None)
    CareTag.objects.filter(household__in=ids, ended_at__isnull=False).update(reason="", end_reason="")
    return Household.objects.filter(pk__in=ids).update(
        head_name="", contact_name="", contact_note="", search="", contact_phone=None, contact_phone_index=None
    )
