"""Care tags: set with a reason, looked at again by a date, taken off with a reason."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from households.models import CareTag, Household, Resident, TagKind
from households.services.writing import living, noted, today


@transaction.atomic
def set_tag(
    household: Household,
    kind: TagKind,
    *,
    reason: str,
    resident: Resident | None = None,
    review_date: date | None = None,
    at: datetime | None = None,
    by: User | None,
) -> CareTag:
    """Put a tag on a household, or on one of its people; without a date it is looked at again after `kind.review_days`.

    Refused for a kind no longer in use, where the tag stands already, for who has left, and for a review in the past.
    """
    row, at = living(household), at or timezone.now()
    if not kind.active:
        raise DomainError("这个标签已经停用，请选择别的。")
    if resident and not row.residents.filter(pk=resident.pk, left_date__isnull=True).exists():
        raise DomainError("请选择现在住在这一户的人。")
    if not reason.strip():
        raise DomainError("请写明为什么要设这个标签。")
    if row.care_tags.current().filter(kind=kind, resident=resident).exists():
        raise DomainError("这个标签已经设了，可以复核或取消。")
    tag = CareTag.objects.create(
        household=row,
        resident=resident,
        kind=kind,
        reason=reason,
        set_at=at,
        set_by=by,
        review_date=_review_date(kind, review_date, at),
    )
    noted(row, "tag", at=at, by=by, care_tag=tag.pk)
    return tag


@transaction.atomic
def review(
    tag: CareTag, *, reason: str = "", review_date: date | None = None, at: datetime | None = None, by: User
) -> None:
    """The tag still holds: a new review date, and a new reason where it changed. Refused once it was taken off."""
    row, at = _held(tag), at or timezone.now()
    row.reviewed_at, row.reviewed_by = at, by
    row.review_date = _review_date(row.kind, review_date, at)
    row.reason = reason or row.reason
    row.save(update_fields=["reviewed_at", "reviewed_by", "review_date", "reason"])
    noted(row.household, "tag_review", at=at, by=by, care_tag=row.pk, date=row.review_date.isoformat())


@transaction.atomic
def take_off(tag: CareTag, *, reason: str, at: datetime | None = None, by: User) -> None:
    """The tag no longer holds; it stays on record with who took it off and why."""
    if not reason.strip():
        raise DomainError("请写明为什么取消。")
    row, at = _held(tag), at or timezone.now()
    row.ended_at, row.ended_by, row.end_reason = at, by, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    noted(row.household, "tag_off", at=at, by=by, care_tag=row.pk)


def end_all(tags: QuerySet, *, reason: str, at: datetime | None = None, by: User | None) -> int:
    """Take off all current tags among `tags` because the household or the person left; how many.

    The caller holds the household's lock and writes its event. Without a person (an import, a sweep) whoever set the
    tag stands for who ended it, because the two columns go together.
    """
    found = list(tags.filter(ended_at__isnull=True))
    for tag in found:
        tag.ended_at, tag.ended_by_id, tag.end_reason = at or timezone.now(), by.pk if by else tag.set_by_id, reason
        tag.save(update_fields=["ended_at", "ended_by", "end_reason"])
    return len(found)


def _held(tag: CareTag) -> CareTag:
    row = CareTag.objects.select_for_update(of=("self",)).select_related("kind", "household").get(pk=tag.pk)
    if row.ended_at:
        raise DomainError("这个标签已经取消。")
    return row


def _review_date(kind: TagKind, day: date | None, at: datetime) -> date:
    day = day or today(at) + timedelta(days=kind.review_days)
    if day <= today(at):
        raise DomainError("复核日期要晚于今天。")
    return day
