"""Three years after a dispute has had its result nobody can tell between whom it was; the paper file is the archive."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from cases.services.retention import CHUNK, KEPT_FOR
from mediation.models import Agreement, Dispute, HandOver, Party, Record, Scan

FORGOTTEN = "（已超过保存期限，内容不再保存）"


def forget_concluded(*, at: datetime | None = None) -> int:
    """Take names, ways to reach people, texts and scans off disputes whose result is older than `KEPT_FOR`; how many.

    Photos nobody names any more go with the sweep of files.
    """
    at, total = at or timezone.now(), 0
    due = Dispute.objects.filter(concluded_at__lt=at - KEPT_FOR, forgotten_at__isnull=True)
    while ids := list(due.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            for pk in ids:
                record("dispute.forget", subject=("dispute", pk), by=None)
            Party.objects.filter(dispute__in=ids).update(name="", phone=None, address="")
            Record.objects.filter(dispute__in=ids).update(text=FORGOTTEN)
            Agreement.objects.filter(dispute__in=ids).update(facts=FORGOTTEN, points=FORGOTTEN, performance=FORGOTTEN)
            HandOver.objects.filter(dispute__in=ids).update(what=FORGOTTEN)
            Scan.objects.filter(dispute__in=ids).delete()
            total += Dispute.objects.filter(pk__in=ids).update(
                place="", account=FORGOTTEN, resolution=FORGOTTEN, forgotten_at=at
            )
    return total
