"""Telling the convener that the days on which objections are taken are over, and what comes next."""

from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from consultations.models import Consultation
from consultations.states import Status
from notifications.services import notify


def remind(*, at: datetime | None = None) -> int:
    """Tell conveners whose decision has been published to the end and is neither carried out nor talked over again; how many.

    Told once, however often this runs; a decision published anew has a new last day.
    """
    at, told = at or timezone.now(), 0
    over = Consultation.objects.filter(status=Status.PUBLISHED, objections_until__lt=timezone.localdate(at))
    waiting = Count("objections", filter=Q(objections__answered_at__isnull=True))
    for held in over.annotate(unanswered=waiting).order_by("pk"):
        next_step = f"还有{held.unanswered}条异议没有答复" if held.unanswered else "没有异议要答复的，可以开始执行"
        told += notify(
            f"user:{held.convener_id}",
            cause=f"consultation:{held.pk}:published-until:{held.objections_until}",
            title=f"公示期满，{next_step}：{held.title}",
            target=held.get_absolute_url(),
            at=at,
        )
    return told
