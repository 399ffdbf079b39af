"""Three years after a wish has ended nobody can tell whose it was."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from cases.services.retention import CHUNK, KEPT_FOR
from wishes.models import Wish
from wishes.states import ENDED

FORGOTTEN = "（已超过保存期限，原话不再保存）"


def forget_ended(*, at: datetime | None = None) -> int:
    """Take name, door, phone and own words off wishes that ended before `KEPT_FOR`; how many. Public words stay."""
    before, total = (at or timezone.now()) - KEPT_FOR, 0
    held = ~Q(name="") | ~Q(place="") | Q(phone__isnull=False)
    due = Wish.objects.filter(held, status__in=ENDED, ended_at__lt=before)
    while ids := list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            for pk in ids:
                record("wish.forget", subject=("wish", pk), by=None)
            total += Wish.objects.filter(pk__in=ids).update(
                name="", place="", phone=None, phone_index=None, wants_sms=False, household=None, text=FORGOTTEN
            )
    return total
