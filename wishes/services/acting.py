"""The one way a wish or its claim changes: lock the wish, look up the rule, change, append event and audit entry, tell.

Claims change under the lock of their wish only, so two people can never be told two different things.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.services.acting import COLLECTING_UNIT, unit_of
from common.errors import DomainError, StalePage
from grids.levels import Level, code_at
from notifications.services import notify_many
from wishes.models import Claim, Pace, Wish, WishEvent
from wishes.states import (
    CLAIM_TABLE,
    HELD,
    MOVES_WISH,
    Action,
    Alarm,
    ClaimAction,
    ClaimStatus,
    Status,
    Who,
    rule_of,
)
from wishes.wording import without_person
from workdays import calendar
from workdays.rules import Span

TAKEN = "这个心愿刚刚被别人认领了，谢谢您。心愿墙上还有别的心愿在等。"
CLAIMS_PAGE = "/claims/"


@dataclass
class Turn:
    """One action under way: the locked wish, its live claim where it has one, the texts of its event, whom to tell."""

    wish: Wish
    action: str
    by: User | None
    at: datetime
    to: Status | None
    claim: Claim | None = None
    alarm: str = ""
    note: str = ""
    public_text: str = ""
    notices: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, seat: str, title: str) -> None:
        """Notice to a seat once this action is written."""
        self.notices.append((seat, title))

    def tell_wisher(self, title: str) -> None:
        """Short message to the wisher who wants one."""
        if self.wish.wants_sms and self.wish.phone:
            self.tell(f"wish:{self.wish.pk}", title)

    def tell_claimers(self, title: str, *, but: User | None = None) -> None:
        """Notice to everybody of the live claim but one."""
        for pk in self.claim.members.filter(left_at__isnull=True).values_list("user_id", flat=True):
            if but is None or pk != but.pk:
                self.tell(f"user:{pk}", title)


def seat_at(wish: Wish, level: int) -> str:
    """The seat of a level on this wish's path; the district's is 区委组织部."""
    if level == Level.DISTRICT:
        return f"unit:{unit_of(COLLECTING_UNIT).pk}"
    return f"area:{code_at(wish.area_id, max(level, Level.COMMUNITY))}"


def seat_of(wish: Wish) -> str:
    """The seat whose turn it is."""
    return seat_at(wish, wish.level)


def after_workdays(at: datetime, days: int) -> datetime:
    """The moment `days` working days after `at`."""
    return calendar.current().add(at, Span(days, "workday"))


@contextmanager
def acting(
    wish: Wish,
    action: Action | Alarm,
    *,
    by: User | None,
    who: Who,
    seen: int | None = None,
    at: datetime | None = None,
    alarm_to: Status | None = None,
) -> Iterator[Turn]:
    """Carry out one action on `wish` in one transaction.

    1. lock the row; 2. StalePage where the page the person saw (`seen` = its event count) is no longer true,
    DomainError where the state table has no such pair or not for `who`; 3. let the caller change `turn.wish` and
    `turn.claim`; 4. save both, append the event and the audit entry, write the notices; 5. refresh the caller's `wish`.
    """
    with transaction.atomic():
        locked = Wish.objects.select_for_update(of=("self",)).select_related("area").get(pk=wish.pk)
        before, step = locked.status, locked.step
        turn = Turn(locked, action, by, at or timezone.now(), alarm_to)
        if isinstance(action, Alarm):
            turn.alarm = action
        else:
            turn.to = _destination(locked, action, who, seen)
        if locked.status in HELD:
            turn.claim = Claim.objects.live().get(wish=locked)
        yield turn
        if turn.to is not None:
            locked.status = turn.to
        locked.event_count += 1
        locked.save()
        if turn.claim is not None and turn.claim.pk:
            turn.claim.save()
        # An alarm belongs to the step whose time ran out: the constraints then refuse a second one.
        event = _append(turn, before, step if turn.alarm else locked.step)
        kind = "resident" if who == Who.WISHER and by is None else None
        record(f"wish.{turn.action}", subject=("wish", locked.pk), by=by, actor_kind=kind, event=event.number)
        _tell(turn, event)
    wish.refresh_from_db()


def _destination(wish: Wish, action: Action, who: Who, seen: int | None) -> Status | None:
    rule = rule_of(wish.status, action)
    if action == Action.CLAIM and wish.status in HELD:
        raise DomainError(TAKEN)
    if rule is None or who not in rule.who:
        raise DomainError(f"这个心愿现在是“{wish.status_label}”，不能{Action(action).label}。")
    if seen is not None and seen != wish.event_count and action != Action.NOTE:
        raise StalePage(stale_words(wish))
    return rule.to


def stale_words(wish: Wish) -> str:
    """What happened to the wish after the page the person has open was drawn."""
    last = WishEvent.objects.newest_first().filter(wish=wish).first()
    what = "这个心愿有了变化"
    if last is not None:
        moment = timezone.localtime(last.at)
        who = last.by.called if last.by else "系统"
        what = f"{who}在{moment.month}月{moment.day}日 {moment:%H:%M}做了“{last.get_action_display()}”"
    return f"您打开本页以后，{what}。您填写的内容还在，请看过最新情况后再办。"


def move_claim(turn: Turn, action: ClaimAction, *, reason: str = "") -> Claim:
    """Take the live claim through its table; one that ends says when and why. The wish's action must be its partner."""
    claim = turn.claim
    to = CLAIM_TABLE.get((ClaimStatus(claim.status), action)) if claim else None
    if to is None or (turn.action != MOVES_WISH[action] and not turn.alarm):
        raise DomainError("这个认领已经结束。")
    claim.status = to
    if to != ClaimStatus.LIVE:
        claim.ended_at, claim.reason = turn.at, without_person(turn.wish, reason)
    return claim


def sign_of_life(claim: Claim, at: datetime) -> None:
    """Start the claim's two clocks anew."""
    pace = Pace.current()
    claim.seen_at, claim.reminded_at, claim.reported_at = at, None, None
    claim.remind_at = at + timedelta(days=pace.remind_days)
    claim.lapse_at = at + timedelta(days=pace.lapse_days)


def put_on_the_wall(wish: Wish, at: datetime) -> None:
    """Begin a step on the wall: whoever has to look for a claimer gets the full time again."""
    clear_clocks(wish)
    wish.step += 1
    wish.climb_at = after_workdays(at, Pace.current().search_days)


def clear_clocks(wish: Wish) -> None:
    """Nothing is waited for any more; the step's alarms may fire in a new step only."""
    wish.review_by = wish.review_alarm_at = wish.climb_at = wish.exhausted_at = None
    wish.confirm_by = wish.confirm_alarm_at = None


def _append(turn: Turn, before: str, step: int) -> WishEvent:
    wish = turn.wish
    return WishEvent.objects.create(
        wish=wish,
        number=wish.event_count,
        at=turn.at,
        action=turn.action,
        alarm=turn.alarm,
        step=step,
        by=turn.by,
        claim=turn.claim,
        from_status=before,
        to_status=wish.status,
        to_level=wish.level,
        # Appended for good, so nobody's name, door or number: retention could never reach it.
        note=without_person(wish, turn.note),
        public_text=without_person(wish, turn.public_text),
    )


def _tell(turn: Turn, event: WishEvent) -> None:
    """One notice a seat. A title names the wish by its public wording or its number, never by the wisher's words."""
    by_seat: dict[str, list[str]] = {}
    for seat, title in turn.notices:
        by_seat.setdefault(seat, []).append(title)
    wish = turn.wish
    for seat, titles in by_seat.items():
        notify_many(
            [seat],
            cause=f"wish:{wish.pk}:{event.number}:{seat}"[:80],
            title=f"{'；'.join(titles)}：{wish.title or wish.number}"[:200],
            target=_page(wish, seat),
            at=turn.at,
        )


def _page(wish: Wish, seat: str) -> str:
    if seat.startswith("wish:"):
        return reverse("public:track")
    return CLAIMS_PAGE if seat.startswith("user:") else wish.get_absolute_url()
