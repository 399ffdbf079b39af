"""The wishes' own sweep: late reviews, wishes nobody claims, claims without a sign of life, late confirmations.

One row after another, each in a transaction of its own; rows that somebody else holds are the next tick's. Alarms fire
once: the row is looked at again under its lock, and constraints on the events refuse a second firing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils import timezone

from common.errors import DomainError
from grids.levels import Level
from wishes.models import Claim, Pace, Wish
from wishes.services.acting import acting, after_workdays, seat_at, seat_of
from wishes.services.claiming import release
from wishes.states import Alarm, ClaimAction, Status, Who

logger = logging.getLogger(__name__)
FAULTS = (DatabaseError, DomainError, LookupError, ValueError)


@dataclass(frozen=True)
class Swept:
    """How often each alarm fired in one sweep."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All alarms together."""
        return sum(self.counts.values())


def sweep(*, at: datetime | None = None) -> Swept:
    """Do everything that is due at `at`; an idle sweep costs two index look-ups."""
    at = at or timezone.now()
    counts: dict[str, int] = {}
    faults: list[Exception] = []
    for due, fire in ((_due_wish, _fire_wish), (_due_claim, _fire_claim)):
        _each(due, fire, at, counts, faults)
    if faults:
        raise ExceptionGroup("the wishes' sweep could not finish", faults)
    return Swept(counts)


def _each(due: Callable, fire: Callable, at: datetime, counts: dict[str, int], faults: list[Exception]) -> None:
    passed: list[int] = []
    while True:
        row = None
        try:
            with transaction.atomic():
                row = due(at, passed)
                if row is None:
                    return
                alarm = fire(row, at)
            counts[alarm] = counts.get(alarm, 0) + 1
        except FAULTS as fault:
            if row is None:
                raise
            logger.exception("%s %s could not be swept", row._meta.model_name, row.pk)
            passed.append(row.pk)
            faults.append(fault)


def _due_wish(at: datetime, passed: list[int]) -> Wish | None:
    due = Wish.objects.filter(next_alarm_at__lte=at).exclude(pk__in=passed).order_by("next_alarm_at", "pk")
    return due.select_for_update(of=("self",), skip_locked=True).first()


def _due_claim(at: datetime, passed: list[int]) -> Claim | None:
    """The wish is locked, not the claim: claims change under the lock of their wish."""
    due = Claim.objects.filter(next_alarm_at__lte=at).exclude(pk__in=passed).order_by("next_alarm_at", "pk")
    for pk, wish_id in due.values_list("pk", "wish_id")[:50]:
        if Wish.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=wish_id).first() is None:
            continue
        claim = Claim.objects.select_related("wish").filter(pk=pk, next_alarm_at__lte=at).first()
        if claim is not None:
            return claim
    return None


def _fire_wish(wish: Wish, at: datetime) -> str:
    if wish.status == Status.PENDING:
        return _mark(wish, Alarm.REVIEW, at)
    if wish.status == Status.CONFIRMING:
        return _mark(wish, Alarm.CONFIRM, at)
    return _climb(wish, at) if wish.level < Level.DISTRICT else _exhaust(wish, at)


def _mark(wish: Wish, alarm: Alarm, at: datetime) -> str:
    """A reminder to whoever should have looked, and to the level above."""
    with acting(wish, alarm, by=None, who=Who.STAFF, at=at) as turn:
        if alarm == Alarm.REVIEW:
            turn.wish.review_alarm_at = at
            words = "微心愿超过审核期限，请尽快审核"
        else:
            turn.wish.confirm_alarm_at = at
            words = "微心愿报完成后还没有确认，请联系心愿人"
        turn.tell(seat_of(turn.wish), words)
        if alarm == Alarm.REVIEW and turn.wish.level < Level.DISTRICT:
            turn.tell(seat_at(turn.wish, turn.wish.level + 1), words)
    return alarm


def _climb(wish: Wish, at: datetime) -> str:
    """Nobody claimed it in time: the level above looks for somebody too."""
    with acting(wish, Alarm.CLIMB, by=None, who=Who.STAFF, at=at) as turn:
        turn.wish.level += 1
        turn.wish.step += 1
        turn.wish.climb_at = after_workdays(at, Pace.current().search_days)
        level = Level(turn.wish.level).label
        turn.note = f"{Pace.current().search_days}个工作日无人认领"
        turn.public_text = f"暂时无人认领，已请{level}一起找资源。"
        turn.tell(seat_of(turn.wish), f"微心愿无人认领，请{level}帮助找资源")
        turn.tell(seat_at(turn.wish, turn.wish.level - 1), f"微心愿已请{level}一起找资源")
    return Alarm.CLIMB


def _exhaust(wish: Wish, at: datetime) -> str:
    """At the district it cannot climb: marked once, and it stays on the wall."""
    with acting(wish, Alarm.EXHAUST, by=None, who=Who.STAFF, at=at) as turn:
        turn.wish.exhausted_at = at
        turn.tell(seat_of(turn.wish), "微心愿在区级仍无人认领，请研究安排")
    return Alarm.EXHAUST


def _fire_claim(claim: Claim, at: datetime) -> str:
    if claim.lapse_at <= at:
        return _lapse(claim, at)
    with acting(claim.wish, Alarm.REMIND, by=None, who=Who.STAFF, at=at) as turn:
        turn.claim.reminded_at = at
        until = timezone.localtime(turn.claim.lapse_at)
        turn.tell_claimers(f"请在{until.month}月{until.day}日 {until:%H:%M}前报个进展，否则自动放回心愿墙")
    return Alarm.REMIND


def _lapse(claim: Claim, at: datetime) -> str:
    """No sign of life: back onto the wall, and the claimer is told without reproach."""
    days = Pace.current().lapse_days
    with acting(claim.wish, Alarm.LAPSE, by=None, who=Who.STAFF, at=at, alarm_to=Status.WAITING) as turn:
        turn.tell_claimers(f"{days}天没有进展，认领已自动取消，心愿放回心愿墙")
        turn.tell(seat_of(turn.wish), "认领逾期取消，心愿放回心愿墙")
        release(turn, ClaimAction.LAPSE, reason=f"{days}天没有进展，自动取消")
    return Alarm.LAPSE
