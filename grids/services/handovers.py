"""Hand-overs: a posting passes to a successor, who confirms; what nobody confirms falls to whoever ordered it.

What the person still holds in other apps is passed by `desk.handing_over`, in the same transaction.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.models import Handover, Posting
from grids.services.postings import Place, close, open_handover, serving, write
from notifications.services import notify, notify_many

_POSTING = (
    "posting__user", "posting__post", "posting__area", "posting__unit", "posting__compound", "posting__building",
    "posting__entrance",
)  # fmt: skip


@transaction.atomic
def order_handover(
    posting: Posting,
    successor: User,
    *,
    last_date: date,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
    by: User,
) -> Handover:
    """提出交接: name the successor and the last day. The successor is told and confirms; until then nothing moves."""
    at = at or timezone.now()
    row = (
        Posting.objects.select_for_update(of=("self",))
        .select_related("user", "post", "area", "unit")
        .get(pk=posting.pk)
    )
    _refuse(row, successor, last_date, timezone.localdate(at), by)
    handover = Handover.objects.create(
        posting=row, successor=successor, last_date=last_date, reason=reason, note=note, ordered_at=at, ordered_by=by
    )
    record("handover.order", subject=("handover", handover.pk), by=by, posting=row.pk, to=successor.pk, last=last_date)
    target = reverse("desk:handover", args=[handover.pk])
    what = f"{row.place_name}{row.post}"
    notify(
        f"user:{successor.pk}",
        cause=f"handover:{handover.pk}:order",
        title=f"请您接任{what}，看过交接内容后确认"[:200],
        target=target,
        at=at,
    )
    notify(
        f"user:{row.user_id}",
        cause=f"handover:{handover.pk}:holder",
        title=f"您的岗位{what}将交接给{successor.called}"[:200],
        target=target,
        at=at,
    )
    return handover


def _refuse(row: Posting, successor: User, last_date: date, today: date, by: User) -> None:
    if row.valid_to and row.valid_to < today:
        raise DomainError("这个岗位已经卸任，请直接安排新的人。")
    if row.user_id == by.pk:
        raise DomainError("自己的岗位请由同事或者上级提出交接。")
    if open_handover(row):
        raise DomainError("这个岗位已经在办交接，请先确认或者撤销。")
    _refuse_successor(row, successor, today, by)
    if last_date < max(today, row.valid_from):
        raise DomainError("最后一天不能早于今天，也不能早于任职日期。")


def _refuse_successor(row: Posting, successor: User, today: date, by: User) -> None:
    if not successor.is_active:
        raise DomainError(f"{successor.called}的账号已经停用，请另选接任人。")
    if successor.pk == row.user_id:
        raise DomainError("接任人不能是现在在任的本人。")
    if successor.pk == by.pk:
        raise DomainError("不能把岗位交接给自己，请由上级或同事来办。")
    if serving(row.post, Place.under(row), since=today).filter(user=successor).exists():
        raise DomainError(f"{successor.called}已经在这个岗位上，请另选接任人。")


@transaction.atomic
def confirm_handover(handover: Handover, *, at: datetime | None = None, by: User) -> Handover:
    """接任人确认: the old posting ends with the last day, the new one begins today. Only the successor confirms, once.

    Confirmed before the last day, both serve until then. Confirmed after it fell, the interim posting ends.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    row = locked(handover)
    if row.successor_id != by.pk:
        raise DomainError("只有接任人本人可以确认。")
    _refuse_ended(row)
    place = Place.under(row.posting)
    _refuse_taken(row, place, today)
    if interim := interim_of(row):
        close(interim, today - timedelta(days=1), by=by)
    elif not row.posting.valid_to or row.posting.valid_to > row.last_date:
        close(row.posting, row.last_date, by=by)
    row.new_posting = write(row.successor, row.posting.post, place, valid_from=today, at=at, by=by)
    row.new_posting.office_phone, row.new_posting.hours = row.posting.office_phone, row.posting.hours
    row.new_posting.save(update_fields=["office_phone", "hours"])
    row.confirmed_at, row.confirmed_by = at, by
    row.save(update_fields=["new_posting", "confirmed_at", "confirmed_by"])
    record("handover.confirm", subject=("handover", row.pk), by=by, posting=row.new_posting_id)
    notify_many(
        [f"user:{row.ordered_by_id}", f"user:{row.posting.user_id}"],
        cause=f"handover:{row.pk}:confirm",
        title=f"{row.successor.called}已确认接任{place.name}{row.posting.post}"[:200],
        target=reverse("desk:handover", args=[row.pk]),
        at=at,
    )
    return row


def _refuse_taken(row: Handover, place: Place, today: date) -> None:
    """A confirmation that comes late, after somebody else was put on a place of one, changes nothing."""
    type(place.row)._base_manager.select_for_update(no_key=True).get(pk=place.row.pk)
    passing = {row.posting.user_id, row.ordered_by_id}
    there = serving(row.posting.post, place, since=today).exclude(user__in=passing)
    if row.posting.post.establishment != 1:
        there = there.filter(user=row.successor)
    if taken := there.first():
        raise DomainError(f"{place.name}的{row.posting.post.name}现在由{taken.user.called}在任，这次交接不能再确认。")


@transaction.atomic
def cancel_handover(handover: Handover, *, at: datetime | None = None, by: User) -> None:
    """撤销: nothing passes. Refused once the last day is over and the post is in interim hands."""
    at = at or timezone.now()
    row = locked(handover)
    _refuse_ended(row)
    if row.fell_at:
        raise DomainError("最后一天已过，岗位由提出人代管，请接任人确认，或者另办交接。")
    row.cancelled_at, row.cancelled_by = at, by
    row.save(update_fields=["cancelled_at", "cancelled_by"])
    record("handover.cancel", subject=("handover", row.pk), by=by)
    notify_many(
        [f"user:{row.successor_id}", f"user:{row.posting.user_id}"],
        cause=f"handover:{row.pk}:cancel",
        title=f"{row.posting.place_name}{row.posting.post}的交接已撤销"[:200],
        target=reverse("desk:handover", args=[row.pk]),
        at=at,
    )
    handover.refresh_from_db()


def next_fallen(at: datetime, *, beyond: int = 0) -> Handover | None:
    """The next unconfirmed hand-over whose last day is over, locked; None at the end. Others skip it. In a transaction."""
    rows = Handover.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "successor", "ordered_by", *_POSTING
    )
    # Nothing falls to a closed account: the holder keeps it until somebody takes the hand-over back.
    due = rows.filter(
        confirmed_at=None, cancelled_at=None, fell_at=None, last_date__lt=timezone.localdate(at), pk__gt=beyond,
        ordered_by__is_active=True,
    )  # fmt: skip
    return due.order_by("pk").first()


def fall(row: Handover, *, at: datetime) -> Posting | None:
    """The last day is over and nobody confirmed: the old posting ends, whoever ordered it serves meanwhile.

    Takes a row of `next_fallen`. Returns the interim posting, None where that person serves the place anyway.
    """
    place, begins = Place.under(row.posting), row.last_date + timedelta(days=1)
    if not row.posting.valid_to or row.posting.valid_to > row.last_date:
        close(row.posting, row.last_date, by=None)
    interim = None
    if not serving(row.posting.post, place, since=begins).filter(user=row.ordered_by).exists():
        interim = write(row.ordered_by, row.posting.post, place, valid_from=begins, at=at, by=None)
    row.fell_at = at
    row.save(update_fields=["fell_at"])
    record("handover.fall", subject=("handover", row.pk), by=None, to=row.ordered_by_id)
    seats = [f"user:{row.ordered_by_id}", f"user:{row.successor_id}"]
    if len(place.code) > 9:
        seats.append(f"area:{place.code[:12]}")
    notify_many(
        seats,
        cause=f"handover:{row.pk}:fall",
        title=f"{place.name}{row.posting.post}的交接到期没有确认，先由{row.ordered_by.called}代管"[:200],
        target=reverse("desk:handover", args=[row.pk]),
        at=at,
    )
    return interim


def interim_of(row: Handover) -> Posting | None:
    """The posting of whoever serves meanwhile: begun the day after the last one, still open."""
    if not row.fell_at:
        return None
    here = Posting.objects.filter(Place.under(row.posting).here(), post=row.posting.post, user=row.ordered_by)
    return here.filter(valid_from=row.last_date + timedelta(days=1), valid_to=None).first()


def locked(handover: Handover) -> Handover:
    """The hand-over under a lock, with everything about its posting."""
    return (
        Handover.objects.select_for_update(of=("self",))
        .select_related("successor", "ordered_by", *_POSTING)
        .get(pk=handover.pk)
    )


def _refuse_ended(row: Handover) -> None:
    if row.confirmed_at:
        raise DomainError("交接已经确认过了。")
    if row.cancelled_at:
        raise DomainError("交接已经撤销。")
