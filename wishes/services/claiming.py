"""What claimers do. At most one live claim a wish, a cap of claims a person, and a sign of life now and then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from files.models import Photo
from grids.models import Organization
from wishes.models import Claim, ClaimMember, Pace, Volunteer, Wish
from wishes.services.acting import (
    Turn,
    acting,
    after_workdays,
    clear_clocks,
    move_claim,
    put_on_the_wall,
    seat_of,
    sign_of_life,
)
from wishes.states import Action, ClaimAction, Who
from wishes.wording import without_person

NOT_CHECKED = "社区核对过姓名和单位以后才能认领。请先报名，或者等社区核对。"
NOT_YOURS = "这个认领不是您的，或者已经结束。"


def claim(
    wish: Wish,
    *,
    as_unit: bool = False,
    plan_date: date | None = None,
    at: datetime | None = None,
    by: User,
) -> Claim:
    """Promise to make the wish come true. Of several people at the same moment one gets it, the others are told at once.

    1. lock the person, so that two claims of one person cannot both pass under the cap; 2. lock the wish, refuse
    unless it is on the wall; 3. write claim and first member. UNIQUE(wish) WHERE live stands behind it.
    """
    at = at or timezone.now()
    made = Claim(wish=wish, claimer=by, claimed_at=at, plan_date=plan_date)
    with _within_cap(by) as volunteer, acting(wish, Action.CLAIM, by=by, who=Who.VOLUNTEER, at=at) as turn:
        made.unit = _represented(volunteer, as_unit)
        sign_of_life(made, at)
        made.save()
        ClaimMember.objects.create(claim=made, user=by, joined_at=at)
        turn.claim = made
        clear_clocks(turn.wish)
        turn.public_text = "有人认领了您的心愿，会尽快和您联系。"
        turn.tell_wisher("有人认领了您的微心愿")
        turn.tell(seat_of(turn.wish), "微心愿有人认领")
    return made


def join(wish: Wish, *, at: datetime | None = None, by: User) -> Claim:
    """Take part in somebody's claim of a wish that several may claim together."""
    with _within_cap(by), acting(wish, Action.JOIN, by=by, who=Who.VOLUNTEER, at=at) as turn:
        if not turn.wish.joint:
            raise DomainError("这个心愿由一个人认领就够了，谢谢您。")
        if turn.claim.members.filter(user=by, left_at__isnull=True).exists():
            raise DomainError("您已经在这个认领里了。")
        move_claim(turn, ClaimAction.JOIN)
        turn.tell_claimers("有人和您一起认领")
        ClaimMember.objects.create(claim=turn.claim, user=by, joined_at=turn.at)
    return turn.claim


def leave(made: Claim, *, at: datetime | None = None, by: User) -> None:
    """Step out of a claim made together; who made it gives it up instead."""
    with _own_turn(made, Action.LEAVE, at, by) as turn:
        if turn.claim.claimer_id == by.pk:
            raise DomainError("您是认领人，办不了请放弃认领。")
        move_claim(turn, ClaimAction.LEAVE)
        turn.claim.members.filter(user=by, left_at__isnull=True).update(left_at=turn.at)


def progress(made: Claim, *, text: str, at: datetime | None = None, by: User) -> None:
    """A sign of life: what was agreed or done. The wisher reads that it is under way, not the words."""
    if not text.strip():
        raise DomainError("请写一句进展，如：约好周六上午送去。")
    with _own_turn(made, Action.PROGRESS, at, by) as turn:
        move_claim(turn, ClaimAction.PROGRESS)
        sign_of_life(turn.claim, turn.at)
        turn.note = text.strip()
        turn.public_text = "认领人正在办。"


def deliver(made: Claim, *, proof: str = "", photo: Photo | None = None, at: datetime | None = None, by: User) -> None:
    """Report the wish done; name, door and phone are hidden from the claimer from now on. Somebody else confirms."""
    with _own_turn(made, Action.DELIVER, at, by) as turn:
        move_claim(turn, ClaimAction.DELIVER)
        turn.claim.reported_at, turn.claim.seen_at = turn.at, turn.at
        turn.claim.proof, turn.claim.proof_photo = without_person(turn.wish, proof.strip()), photo
        turn.wish.confirm_by = after_workdays(turn.at, Pace.current().confirm_days)
        turn.note = proof.strip()
        turn.public_text = "认领人说已经办好，请您确认。"
        turn.tell_wisher("认领人说您的微心愿已办好，请确认")
        turn.tell(f"area:{turn.wish.area_id}", "微心愿报完成，待确认")


def give_up(made: Claim, *, reason: str = "", at: datetime | None = None, by: User) -> None:
    """Back onto the wall at once. The reason is read by the community only; it does the person no harm."""
    with _own_turn(made, Action.RELEASE, at, by) as turn:
        if turn.claim.claimer_id != by.pk:
            raise DomainError("请退出一起认领；放弃由认领人来办。")
        turn.tell_claimers("认领已放弃", but=by)
        release(turn, ClaimAction.GIVE_UP, reason=reason.strip())


def revoke(wish: Wish, *, reason: str, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Staff end a claim, with a reason the claimer reads; the wish goes back onto the wall."""
    if not reason.strip():
        raise DomainError("请写明撤销理由，认领人能看到。")
    with acting(wish, Action.RELEASE, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        turn.tell_claimers("您的认领已被撤销，查看原因")
        release(turn, ClaimAction.REVOKE, reason=reason.strip())


def release(turn: Turn, action: ClaimAction, *, reason: str) -> None:
    """End the live claim without success: nobody sees the contact any more, the wall has the wish again."""
    move_claim(turn, action, reason=reason)
    turn.note = reason
    turn.public_text = "认领没有办成，心愿已放回心愿墙。"
    put_on_the_wall(turn.wish, turn.at)
    turn.tell_wisher("您的微心愿已放回心愿墙，等人认领")


@contextmanager
def _within_cap(user: User) -> Iterator[Volunteer]:
    """The person's row, locked to the end of the transaction; refused unless checked by the community and below the cap."""
    with transaction.atomic():
        volunteer = Volunteer.objects.select_for_update(of=("self",)).filter(user=user).first()
        if volunteer is None or not volunteer.may_claim:
            raise DomainError(NOT_CHECKED)
        most = Pace.current().claims_at_once
        if Claim.objects.live().of(user).count() >= most:
            raise DomainError(f"同时最多认领{most}个，办好或放弃一个再来认领。")
        yield volunteer


def _represented(volunteer: Volunteer, as_unit: bool) -> Organization | None:
    if as_unit and volunteer.unit_id is None:
        raise DomainError("您没有代表单位，请以个人名义认领。")
    return volunteer.unit if as_unit else None


@contextmanager
def _own_turn(made: Claim, action: Action, at: datetime | None, by: User) -> Iterator[Turn]:
    """A turn on the wish of a claim the person takes part in, and which is still the live one."""
    if not Claim.objects.of(by).filter(pk=made.pk).exists():
        raise DomainError(NOT_YOURS)
    with acting(made.wish, action, by=by, who=Who.CLAIMER, at=at) as turn:
        if turn.claim is None or turn.claim.pk != made.pk:
            raise DomainError(NOT_YOURS)
        yield turn
    made.refresh_from_db()
