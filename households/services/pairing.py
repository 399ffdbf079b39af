"""结百家亲: a cadre paired with a household, and what was done for it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from households.models import Household, Pairing, PairingDeed
from households.services.writing import living, locked, not_ahead, noted, today


@transaction.atomic
def pair(
    household: Household, user: User, *, since: date | None = None, at: datetime | None = None, by: User | None
) -> Pairing:
    """Pair a cadre with a household that has none. Refused for an account that may no longer sign in."""
    since = since or today(at)
    not_ahead(since, at, "结对日期")
    row = living(household)
    if not user.is_active:
        raise DomainError("这个账号已经停用，请选择别的干部。")
    if row.pairings.current(at).exists():
        raise DomainError("这一户已经有结对干部，请先解除原来的结对。")
    if row.pairings.filter(valid_to__gt=since).exists():
        raise DomainError("结对日期要晚于上一次结对结束的日期。")
    paired = Pairing.objects.create(household=row, user=user, valid_from=since)
    noted(row, "pair", at=at, by=by, user=user.pk)
    return paired


@transaction.atomic
def unpair(pairing: Pairing, *, at: datetime | None = None, by: User | None) -> None:
    """End a pairing now: the cadre no longer sees the household. What was done stays."""
    row = locked(pairing.household)
    if not _end(Pairing.objects.filter(pk=pairing.pk), today(at)):
        raise DomainError("这次结对已经结束。")
    noted(row, "unpair", at=at, by=by, user=pairing.user_id)


def end_with(household: Household, *, on: date) -> int:
    """End the pairing because the household left; the caller writes the event. How many ended (0 or 1)."""
    return _end(household.pairings, on)


@transaction.atomic
def note_deed(
    pairing: Pairing, text: str, *, happened_date: date | None = None, at: datetime | None = None, by: User
) -> PairingDeed:
    """Write down what was done for a paired household; never changed afterwards. Refused for other people's pairings."""
    day = happened_date or today(at)
    not_ahead(day, at, "日期")
    if by.pk != pairing.user_id or not Pairing.objects.current(at).filter(pk=pairing.pk).exists():
        raise DomainError("只有结对干部本人在结对期间可以登记。")
    if day < pairing.valid_from:
        raise DomainError("日期不能早于结对开始的日期。")
    if not text.strip():
        raise DomainError("请写明做了什么。")
    deed = PairingDeed.objects.create(
        pairing=pairing, text=text, happened_date=day, noted_at=at or timezone.now(), noted_by=by
    )
    noted(pairing.household, "deed", at=at, by=by, deed=deed.pk)
    return deed


def _end(pairings, day: date) -> int:
    """Pairings still open end on `day`, which no longer counts: whoever was paired sees nothing from then on."""
    ended = 0
    for row in pairings.select_for_update().filter(valid_to__isnull=True):
        row.valid_to = max(row.valid_from, day)
        row.save(update_fields=["valid_to"])
        ended += 1
    return ended
