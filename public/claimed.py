"""A claim as those who make it read it: until when, with whom, what happened. Nothing here knows who wishes.

The wish is read by the columns of the wall only, so name, door and phone never reach these pages by mistake.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from common.sensitive import mask_numbers
from common.templatetags.weidu import cn_date, cn_time
from notifications.reading import Inbox
from wishes.models import Claim, ClaimMember, Pace, Wish, WishEvent
from wishes.states import Action, Alarm, ClaimStatus, Kind, Who, actions_for

# What a claimer reads about; notes of staff among themselves and their rewording stay out.
_TITLES = {
    Action.CLAIM: "认领",
    Action.JOIN: "一起认领",
    Action.LEAVE: "退出一起认领",
    Action.PROGRESS: "报进展",
    Action.DELIVER: "报完成",
    Action.NOT_YET: "对方说还没有实现",
    Action.CONFIRM: "对方确认已实现",
    Action.RELEASE: "放回心愿墙",
    Action.CANCEL: "心愿已取消",
    Alarm.REMIND: "提醒报进展",
    Alarm.LAPSE: "没有进展，自动取消",
}
_OWN_WORDS = (Action.PROGRESS, Action.DELIVER)
_GOOD = (Action.CLAIM, Action.CONFIRM)
_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True)
class Line:
    """One entry of the timeline: what was done or, in a claimer's own words, said."""

    at: datetime
    title: str
    mark: str = ""


@dataclass(frozen=True)
class Told:
    """Everything a page shows of one claim."""

    claim: Claim
    wish: Wish
    others: str
    lines: list[Line]
    may: frozenset[Action]
    at: datetime

    @property
    def waits(self) -> bool:
        """True while the other side has to confirm."""
        return self.claim.is_live and not self.claim.shows_contact

    @property
    def due_state(self) -> tuple[str, str]:
        """The badge: until when a sign of life is needed."""
        left = (self.claim.lapse_at - self.at).total_seconds()
        if self.at < self.claim.remind_at and self.claim.reminded_at is None:
            return "ok", f"{cn_date(self.claim.lapse_at, self.at)}前报进展"
        if left <= 0:
            return "over", "已到期"
        return "soon", f"剩{int(left // _DAY)}天" if left >= _DAY else f"剩{max(int(left // _HOUR), 1)}小时"

    @property
    def until(self) -> str:
        """The moment the claim is cancelled without another sign of life."""
        return cn_time(self.claim.lapse_at, self.at)

    @property
    def is_quiet(self) -> bool:
        """True once the claimer was reminded."""
        return self.claim.shows_contact and self.due_state[0] != "ok"

    @property
    def quiet_days(self) -> int:
        """Whole days since the last sign of life."""
        return (self.at - self.claim.seen_at).days

    @property
    def thanks(self) -> str:
        """The wisher's words to those who made the wish come true, whether others may read them or not."""
        return self.wish.thanks if self.claim.status == ClaimStatus.FULFILLED else ""

    @property
    def ended_label(self) -> str:
        """How it ended."""
        return self.claim.get_status_display()

    @property
    def reason(self) -> str:
        """Why it ended, where somebody else ended it; one's own reason was for the community."""
        return self.claim.reason if self.claim.status in (ClaimStatus.REVOKED, ClaimStatus.LAPSED) else ""

    @property
    def done_words(self) -> str:
        """The main button in the words of the kind."""
        return "已经送到" if self.wish.kind == Kind.GOODS else "已经办好"

    @property
    def may_report(self) -> bool:
        """True while progress may be reported."""
        return Action.PROGRESS in self.may

    @property
    def may_give_up(self) -> bool:
        """True for who made the claim, until it is reported done."""
        return Action.RELEASE in self.may

    @property
    def may_leave(self) -> bool:
        """True for those who joined."""
        return Action.LEAVE in self.may


def own(user: User) -> QuerySet[Claim]:
    """The claims somebody may open, their wishes without anything about who wishes."""
    return Claim.objects.of(user).prefetch_related(Prefetch("wish", Wish.objects.for_wall()))


def tell(claims: Iterable[Claim], user: User, *, at: datetime | None = None) -> list[Told]:
    """What is shown of these claims to `user`; two queries however many there are."""
    rows, at = list(claims), at or timezone.now()
    lines = _lines(rows, user)
    others: dict[int, list[str]] = {}
    members = ClaimMember.objects.filter(claim__in=[row for row in rows if row.is_live], left_at__isnull=True)
    for member in members.exclude(user=user).select_related("user").order_by("joined_at", "pk"):
        others.setdefault(member.claim_id, []).append(member.user.called)
    return [
        Told(row, row.wish, "、".join(others.get(row.pk, [])), lines.get(row.pk, []), acts_of(row, user), at)
        for row in rows
    ]


def acts_of(claim: Claim, user: User) -> frozenset[Action]:
    """What the table lets this person do with the claim now: who made it gives it up, others leave."""
    if not claim.is_live:
        return frozenset()
    not_theirs = Action.LEAVE if claim.claimer_id == user.pk else Action.RELEASE
    return frozenset(actions_for(claim.wish.status, frozenset({Who.CLAIMER}))) - {not_theirs}


def claimable(number: str) -> Wish | None:
    """The wish of this number as the wall shows it, while somebody may claim it or join; None for any other."""
    wish = Wish.objects.for_wall().filter(number=number).first()
    open_to_all = wish is not None and (may_join(wish) or Action.CLAIM in _open_to_volunteers(wish))
    return wish if open_to_all else None


def may_join(wish: Wish) -> bool:
    """True where somebody has claimed it and others may take part."""
    return wish.joint and Action.JOIN in _open_to_volunteers(wish)


def is_taken(number: str) -> bool:
    """True where somebody has this wish in hand."""
    return Wish.objects.in_hand().filter(number=number).exists()


def _open_to_volunteers(wish: Wish) -> list[Action]:
    return actions_for(wish.status, frozenset({Who.VOLUNTEER}))


def lapse_days() -> int:
    """After how many days without a sign of life a claim is cancelled."""
    return Pace.current().lapse_days


def most_at_once() -> int:
    """How many claims one person may have."""
    return Pace.current().claims_at_once


def _lines(claims: list[Claim], user: User) -> dict[int, list[Line]]:
    spoken = {claim.pk for claim in claims if claim.shows_contact}
    events = WishEvent.objects.newest_first().filter(claim__in=claims, action__in=_TITLES)
    found: dict[int, list[Line]] = {}
    for event in events.order_by("claim", "-number"):
        found.setdefault(event.claim_id, []).append(_line(event, user, spoken=event.claim_id in spoken))
    return found


def _line(event: WishEvent, user: User, *, spoken: bool) -> Line:
    """Words are repeated while the contact may be opened only: what was noted about a door or a name goes with it."""
    said = spoken and event.action in _OWN_WORDS and mask_numbers(event.note)
    title = said or _TITLES[event.action]
    if event.action in (*_OWN_WORDS, Action.JOIN, Action.LEAVE) and event.by_id != user.pk and event.by:
        title = f"{event.by.called}：{title}"
    return Line(event.at, title, "ok" if event.action in _GOOD else "")


def inbox_of(user: User) -> Inbox:
    """What the person was told in person: a volunteer needs no post for that."""
    return Inbox(user, [f"user:{user.pk}"])
