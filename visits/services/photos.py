"""Photos of visits: records of their own, that may come before or long after the visit that speaks of them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import roles
from cases import services as cases
from cases.models import CasePhoto
from cases.states import Action
from common.errors import DomainError
from files.photos import PhotoRefused
from files.services import ingest_photo
from visits.models import Conflict, Submission, Visit, VisitPhoto
from visits.states import SubmissionState

# Longer than any phone was seen to keep a record: a photo may come weeks before the visit that names it.
UNCLAIMED_FOR = timedelta(days=30)


class OtherBytes(Exception):
    """Another photo came under this id before, or the id is somebody else's."""


@transaction.atomic
def receive_photo(uuid: UUID, content: bytes, *, sha256: str, at: datetime | None = None, by: User) -> VisitPhoto:
    """Keep a photo, join it to the visit that named it, and pass it on to the case its line opened.

    The same bytes again change nothing. What is no photo leaves a row that says so; the visit then counts it as come.
    Raises OtherBytes, which tells nothing about what is there.
    """
    VisitPhoto.objects.bulk_create([VisitPhoto(uuid=uuid, user=by)], ignore_conflicts=True)
    row = VisitPhoto.objects.select_for_update().get(uuid=uuid)
    if row.user_id != by.pk or (row.arrived_at and row.sha256 != sha256):
        raise OtherBytes
    if row.arrived_at:
        return row
    row.arrived_at, row.sha256 = at or timezone.now(), sha256
    try:
        row.photo = ingest_photo(ContentFile(content), by=by)
    except PhotoRefused as refusal:
        row.fault = refusal.message[:100]
    row.save(update_fields=["arrived_at", "sha256", "photo", "fault"])
    if row.visit_id:
        pass_on(row.visit, by=by)
    return row


def pass_on(visit: Visit, *, by: User) -> None:
    """Photos that came of lines that opened a case, added to the case once, for staff only.

    Where the case no longer takes notes from the visitor, the photo stays with the visit.
    """
    if not visit.photos_expected:
        return
    rows = VisitPhoto.objects.filter(visit=visit, photo__isnull=False, line__finding__case__isnull=False)
    passed = CasePhoto.objects.filter(photo__in=rows.values("photo")).values("photo")
    for row in rows.exclude(photo__in=passed).select_related("photo", "line__finding__case"):
        case = row.line.finding.case
        if Action.NOTE not in roles.open_actions(case, by):
            continue
        try:
            with transaction.atomic():
                cases.note(case, "走访时拍的照片", photos=[row.photo], by=by)
        except DomainError:
            # It moved on this very moment; the photo is with the visit.
            continue


def forget_unclaimed(*, at: datetime | None = None) -> int:
    """Let go of photos that no visit ever spoke of: chosen on a page that was never saved, or sent by a phone whose
    record never came. Returns how many; the nightly sweep of photos then removes the files.
    """
    before = (at or timezone.now()) - UNCLAIMED_FOR
    # Whose record still waits for a person may have sent photos that belong to it.
    waiting = Submission.objects.filter(state__in=[SubmissionState.RECEIVED, SubmissionState.REVIEW])
    rows = VisitPhoto.objects.filter(visit__isnull=True, arrived_at__lt=before)
    rows = rows.exclude(user__in=waiting.values("user"))
    return rows.exclude(user__in=Conflict.objects.filter(submission__in=waiting).values("user")).delete()[0]
