"""What the privacy notice promises about time: three years after a case has ended, nobody can tell who reported it."""

from datetime import datetime, timedelta

from django.contrib.postgres.functions import RandomUUID
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from audit.services import record
from cases.models import CallBack, Event, Report
from cases.states import ENDED

# 办结后保存3年: households.services.FIRST_NOTICE.
KEPT_FOR = timedelta(days=3 * 365 + 1)
CHUNK = 1000


def forget_ended(*, at: datetime | None = None) -> int:
    """Take name and phone off reports of cases that ended, and were not touched since, before `KEPT_FOR`; how many.

    The case itself stays: what was wrong and what was done about it concerns nobody in particular.
    """
    before, total = (at or timezone.now()) - KEPT_FOR, 0
    touched = Event.objects.filter(case=OuterRef("case"), at__gte=before)
    due = Report.objects.filter(~Q(name="") | Q(phone__isnull=False), case__status__in=ENDED).exclude(Exists(touched))
    while ids := list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        total += _forget(ids)
    _forget_calls(touched)
    return total


def _forget_calls(touched) -> None:
    """What was written down after a call goes with the contact, and the link of the message leads nowhere any more."""
    rows = CallBack.objects.filter(case__status__in=ENDED, done_at__isnull=False).exclude(note="")
    rows.exclude(Exists(touched)).update(note="", token=RandomUUID())


@transaction.atomic
def _forget(ids: list[int]) -> int:
    for pk in ids:
        record("report.forget", subject=("report", pk), by=None)
    return Report.objects.filter(pk__in=ids).update(name="", phone=None, phone_index=None, wants_sms=False, text="")
