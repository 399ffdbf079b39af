"""Records from phones: kept first, then made into visits.

1. `receive` commits the record as it came. From then on nothing is lost, whatever happens.
2. `process` makes a visit of it in a transaction of its own. What does not fit, for whatever reason, is left for a
   person: the record counts as received all the same, and the phone may let it go.
"""

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from grids.models import Posting
from households.models import Household
from visits.models import Conflict, Device, Submission, Visit, VisitPhoto
from visits.services import photos
from visits.services.recording import Said, write_down
from visits.states import SubmissionState
from workdays import calendar
from workdays.rules import Span

REVIEW_WITHIN = Span(3, "workday")
TWICE = "同一次走访收到两份，内容不同"
TWICE_BY_OTHERS = "另一个账号用同一个编号交来一份"
UNREADABLE = "系统没能处理这条记录，请核对内容"
# A phone tries again for itself; a record whose processing was cut off is taken up after this.
LEFT_AFTER = timedelta(minutes=5)
KEPT_DAYS = 90
_MOST_FAULT = 200
logger = logging.getLogger(__name__)

Reader = Callable[[Submission], Said]


class AtOdds(DomainError):
    """The record does not fit what the portal knows: a person has to look. The text goes into the row's `fault`."""


class _Broken(Exception):
    """Processing met an error nobody foresaw."""


@dataclass(frozen=True)
class Sent:
    """One well-formed record. `payload` is its canonical JSON, `sha256` the digest of what was written down."""

    id: UUID
    kind: str
    schema_version: int
    payload: str
    sha256: str
    device: UUID | None = None
    seq: int | None = None
    client_at: datetime | None = None
    clock_offset: int = 0


@transaction.atomic
def receive(sent: Sent, *, at: datetime | None = None, by: User) -> tuple[Submission, Conflict | None]:
    """The row of the record, written now or by an earlier sending; and the conflict where its id held something else.

    A conflict is kept too. It brings the first record before a person; nothing of it is told to the second sender.
    """
    at = at or timezone.now()
    device = Device.objects.get_or_create(uuid=sent.device, user=by)[0] if sent.device else None
    columns = {
        "user": by,
        "device": device,
        "device_seq": sent.seq,
        "schema_version": sent.schema_version,
        "payload": sent.payload,
        "sha256": sent.sha256,
        "client_at": sent.client_at,
        "clock_offset": sent.clock_offset,
        "received_at": at,
    }
    # The database decides which of two senders came first; the other one finds the row.
    Submission.objects.bulk_create([Submission(id=sent.id, kind=sent.kind, **columns)], ignore_conflicts=True)
    row = Submission.objects.get(pk=sent.id)
    if row.user_id == by.pk and row.sha256 == sent.sha256:
        return row, None
    row = Submission.objects.select_for_update().get(pk=sent.id)
    conflict = row.conflicts.filter(sha256=sent.sha256).first()
    if conflict is None:
        conflict = Conflict.objects.create(submission=row, uuid=uuid4(), **columns)
        if row.state == SubmissionState.RECEIVED:
            # Whoever processes it reads this under the lock of the row, and has nothing else to ask.
            row.fault = TWICE
            row.save(update_fields=["fault"])
        else:
            _put_to_review(row, _twice(row), at)
    return row, conflict


def process(pk: UUID, *, read: Reader, at: datetime | None = None, by: User | None = None) -> Submission:
    """Make a visit of a received record, or put it before a person. One that was dealt with is returned as it is.

    `by` is the sender where the caller has the account at hand, with its postings. Only a database that is gone gets
    through: then the record stays received, and is taken up again by its next sending or by `process_left`.
    """
    with transaction.atomic():
        row = Submission.objects.select_for_update().get(pk=pk)
        if row.state != SubmissionState.RECEIVED:
            return row
        if by is not None and by.pk == row.user_id:
            row.user = by
        at = at or timezone.now()
        try:
            row.visit = _visit_of(row, read)
        except DomainError as refusal:
            _put_to_review(row, refusal.message, at)
        except _Broken:
            _put_to_review(row, UNREADABLE, at)
        else:
            row.state, row.area_id = SubmissionState.PROCESSED, row.visit.area_id
            row.save(update_fields=["state", "area", "visit"])
            if row.fault:
                _put_to_review(row, _twice(row), at)
    return row


def process_left(*, read: Reader, at: datetime | None = None) -> int:
    """Take up records whose processing was cut off; returns how many."""
    before = (at or timezone.now()) - LEFT_AFTER
    left = Submission.objects.filter(state=SubmissionState.RECEIVED, received_at__lt=before)
    found = list(left.order_by("received_at").values_list("pk", flat=True)[:500])
    for pk in found:
        process(pk, read=read)
    return len(found)


def forget_payloads(*, at: datetime | None = None) -> int:
    """Empty what phones sent once it was dealt with and 90 days are over; returns how many rows. The rows stay."""
    before = (at or timezone.now()) - timedelta(days=KEPT_DAYS)
    done = Submission.objects.filter(
        payload__isnull=False,
        received_at__lt=before,
        state__in=[SubmissionState.PROCESSED, SubmissionState.SETTLED],
    )
    both = Conflict.objects.filter(submission__in=done.values("pk"), payload__isnull=False)
    return both.update(payload=None) + done.update(payload=None)


def receipts(user: User, since: datetime) -> tuple[list[str], list[str]]:
    """Ids of the person's records, and of the person's photos, that came since then: what a phone need not send again."""
    kept = Submission.objects.filter(user=user, received_at__gte=since).values_list("pk", flat=True)
    again = Conflict.objects.filter(user=user, received_at__gte=since).values_list("submission_id", flat=True)
    pictures = VisitPhoto.objects.filter(user=user, arrived_at__gte=since).values_list("uuid", flat=True)
    return sorted(map(str, {*kept, *again})), sorted(map(str, pictures))


def body_of(row: Submission | Conflict) -> dict[str, Any]:
    """What the phone sent, as it sent it; {} once it was emptied."""
    return json.loads(row.payload.plain) if row.payload else {}


def key_in(value: Any) -> int | None:
    """The key of a row that a JSON value holds, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else None


def _visit_of(row: Submission, read: Reader) -> Visit:
    try:
        with transaction.atomic():
            visit = write_down(read(row), at=row.received_at, by=row.user)
            if visit.visitor_id != row.user_id:
                raise AtOdds("这个编号已经记了别人的一次走访")
            if visit.photos_expected:
                photos.pass_on(visit, by=row.user)
            return visit
    except (DomainError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        # The text of an error may repeat what somebody typed; where it happened says enough.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("submission %s broke with %s\n%s", row.pk, type(error).__name__, where)
        raise _Broken from None


def _put_to_review(row: Submission, fault: str, at: datetime) -> None:
    row.state, row.fault = SubmissionState.REVIEW, fault[:_MOST_FAULT]
    row.review_by = calendar.current().add(at, REVIEW_WITHIN)
    row.area_id = row.area_id or _place_of(row)
    row.settled_at = row.settled_by = None
    row.decision = ""
    row.save(
        update_fields=["state", "fault", "review_by", "area", "settled_at", "settled_by", "decision"],
    )


def _twice(row: Submission) -> str:
    strangers = row.conflicts.exclude(user=row.user_id).exists()
    words = TWICE_BY_OTHERS if strangers else TWICE
    return words if row.visit_id or not row.fault or words in row.fault else f"{words}；{row.fault}"


def _place_of(row: Submission) -> str | None:
    """Where a record belongs while nobody knows better: the household's grid, else where its sender serves or served."""
    named = key_in(body_of(row).get("household"))
    found = Household.objects.filter(pk=named).values_list("area_id", flat=True).first()
    if found:
        return found
    posting = Posting.objects.filter(user=row.user_id).order_by("-valid_from", "-pk").select_related("compound").first()
    if posting is None:
        return None
    return posting.area_id or (posting.compound.area_id if posting.compound else None)
