"""Three years after an errand's case has ended nobody can tell where somebody lives, who signed and what was paid."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agency.models import AgencyRequest
from audit.services import record
from cases.models import Event
from cases.services.retention import CHUNK, KEPT_FOR
from cases.states import ENDED


def forget_ended(*, at: datetime | None = None) -> int:
    """Take door, signer, money and receipt off errands whose cases ended, untouched since, before `KEPT_FOR`; how many.

    The photo itself is deleted by the nightly sweep of photos nothing names any more.
    """
    before, total = (at or timezone.now()) - KEPT_FOR, 0
    touched = Event.objects.filter(case=OuterRef("case"), at__gte=before)
    held = ~Q(door="") | ~Q(signer="") | Q(received__isnull=False) | Q(voucher__isnull=False)
    due = AgencyRequest.objects.filter(held, case__status__in=ENDED).exclude(Exists(touched))
    while rows := list(due.order_by("pk").values_list("pk", "case_id")[:CHUNK]):
        with transaction.atomic():
            for _, case_id in rows:
                record("agency.forget", subject=("case", case_id), by=None)
            total += AgencyRequest.objects.filter(pk__in=[pk for pk, _ in rows]).update(
                door="", signer="", received=None, returned=None, voucher=None
            )
    return total
