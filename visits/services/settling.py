"""A person says how a record that did not fit is written down. Nothing that was sent is thrown away by it."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError, StalePage
from common.sensitive import mask_numbers
from households.models import Household
from notifications.services import notify
from visits.models import Conflict, Submission, Visit, VisitPhoto
from visits.services import photos
from visits.services.recording import Said, write_down
from visits.services.replacing import replace
from visits.states import Settlement, SubmissionState

# What a record says with everything that was true on its day; the household where another one was meant.
LateReader = Callable[[Submission | Conflict, Household | None], Said]
MOST_REASON = 80


def ways(row: Submission) -> list[Settlement]:
    """How a record can be settled. Two records of different people are never made one."""
    conflicts = list(row.conflicts.order_by("received_at", "pk"))
    if not conflicts:
        return [Settlement.RECORD, Settlement.OTHER, Settlement.DROP]
    ours = [Settlement.LATER] if conflicts[-1].user_id == row.user_id else []
    return [*ours, Settlement.BOTH, Settlement.FIRST, *([] if row.visit_id else [Settlement.DROP])]


@transaction.atomic
def settle_submission(
    submission: Submission,
    how: str,
    *,
    read: LateReader,
    household: Household | None = None,
    reason: str = "",
    at: datetime | None = None,
    by: User,
) -> Submission:
    """Write the record down as decided, once, and tell its sender.

    Visits are the sender's, dated and placed as of their day. DomainError without a reason where none is recorded,
    without a household where another one was meant, and where even so it cannot be recorded; StalePage where somebody
    settled it meanwhile.
    """
    at = at or timezone.now()
    row = Submission.objects.select_for_update(of=("self",)).select_related("user", "visit").get(pk=submission.pk)
    if row.state != SubmissionState.REVIEW:
        raise StalePage(f"这条记录刚才已经核对过了：{row.decision or row.get_state_display()}。")
    if how not in ways(row):
        raise DomainError("这条记录不能这样记，请另选一种。")
    if how == Settlement.DROP and not reason.strip():
        raise DomainError("请写明为什么不记，记录人会看到。")
    if how == Settlement.OTHER and household is None:
        raise DomainError("请写明记到哪一户。")
    _carry_out(row, how, read, household, at, by)
    row.state, row.settled_at, row.settled_by = SubmissionState.SETTLED, at, by
    words = reason.strip()[:MOST_REASON]
    row.decision = f"{Settlement(how).label}：{words}" if words else str(Settlement(how).label)
    row.save(update_fields=["state", "settled_at", "settled_by", "decision", "visit", "area"])
    record("submission.settle", subject=("submission", str(row.pk)), by=by, how=str(how), visit=row.visit_id)
    _tell(row, how, words, at)
    return row


def _carry_out(
    row: Submission, how: str, read: LateReader, household: Household | None, at: datetime, by: User
) -> None:
    if how == Settlement.DROP:
        return
    conflicts = list(row.conflicts.select_related("user").order_by("received_at", "pk"))
    if how == Settlement.LATER:
        _take_later(row, conflicts[-1], read, at, by)
    elif row.visit is None:
        row.visit = _write(row, read(row, household), row.pk)
    if how == Settlement.BOTH:
        for one in conflicts:
            said = read(one, None)
            if row.area_id and said.household.community != row.area_id[:12]:
                raise DomainError("后收到的一份写的是别的社区的住户，不能由本社区记。请用先收到的一份。")
            _write(one, said, one.uuid)
    if row.visit:
        row.area_id = row.visit.area_id


def _take_later(row: Submission, later: Conflict, read: LateReader, at: datetime, by: User) -> None:
    said = read(later, row.visit.household if row.visit else None)
    _leave_photos_of_others(said, row.visit, row.user)
    if row.visit is None:
        row.visit = _write(row, said, row.pk)
    else:
        row.visit = replace(row.visit, said, at=at, by=by)
        photos.pass_on(row.visit, by=row.user)


def _write(source: Submission | Conflict, said: Said, identity: uuid.UUID) -> Visit:
    """A visit of the sender, received when the record was."""
    taken = Visit.objects.filter(uuid=identity).exclude(visitor=source.user).exists()
    said.submission = uuid.uuid4() if taken else identity
    _leave_photos_of_others(said, None, source.user)
    visit = write_down(said, at=source.received_at, by=source.user)
    photos.pass_on(visit, by=source.user)
    return visit


def _leave_photos_of_others(said: Said, visit: Visit | None, user: User) -> None:
    """Photos that belong to another visit or were sent by somebody else stay where they are."""
    listed = [*said.photos, *(number for heard in said.lines for number in heard.photos)]
    rows = VisitPhoto.objects.filter(uuid__in=listed).exclude(visit__isnull=True, user=user)
    taken = {row.uuid for row in rows if visit is None or row.visit_id != visit.pk}
    said.photos = [number for number in said.photos if number not in taken]
    for heard in said.lines:
        heard.photos = [number for number in heard.photos if number not in taken]


def _tell(row: Submission, how: str, words: str, at: datetime) -> None:
    """Everybody who sent one of them hears how; the reason, which is typed words, only the sender of the first."""
    senders = {row.user_id, *row.conflicts.values_list("user", flat=True)}
    for sender in senders:
        notify(
            f"user:{sender}",
            cause=f"submission:{row.pk}:settled:{at:%Y%m%d%H%M%S}",
            title=f"手机上传的一次走访已核对：{Settlement(how).label}",
            body=mask_numbers(words) if sender == row.user_id else "",
            target=row.visit.get_absolute_url() if row.visit and sender == row.user_id else "/field/visits/",
            at=at,
        )
