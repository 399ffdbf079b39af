"""How a wish ends well: the wisher or the grid worker confirms, says thanks, and somebody asks how it was."""

from datetime import datetime

from accounts.models import User
from common.errors import DomainError
from wishes import wording
from wishes.models import Wish
from wishes.services.acting import acting, clear_clocks, move_claim, sign_of_life
from wishes.states import Action, ClaimAction, Who


def _who(by: User | None) -> Who:
    return Who.STAFF if by else Who.WISHER


def confirm(
    wish: Wish,
    *,
    thanks: str = "",
    thanks_public: bool = False,
    seen: int | None = None,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """It came true. By the wisher (`by` None) or by staff; nobody confirms a wish of the own claim."""
    with acting(wish, Action.CONFIRM, by=by, who=_who(by), seen=seen, at=at) as turn:
        if by is not None and turn.claim.members.filter(user=by, left_at__isnull=True).exists():
            raise DomainError("自己认领的心愿，请由心愿人或别的同事确认。")
        turn.tell_claimers("心愿人确认已实现，谢谢您")
        move_claim(turn, ClaimAction.CONFIRM)
        clear_clocks(turn.wish)
        turn.wish.fulfilled_at = turn.wish.ended_at = turn.at
        _thank(turn.wish, thanks, thanks_public)
        turn.public_text = "心愿已实现。"


def not_yet(
    wish: Wish, *, text: str = "", seen: int | None = None, at: datetime | None = None, by: User | None
) -> None:
    """Reported done, but it is not: back to the claimer, who sees the contact again and gets the full time anew."""
    with acting(wish, Action.NOT_YET, by=by, who=_who(by), seen=seen, at=at) as turn:
        move_claim(turn, ClaimAction.NOT_YET)
        sign_of_life(turn.claim, turn.at)
        clear_clocks(turn.wish)
        turn.note = text.strip()
        turn.public_text = "还没有实现，认领人继续办。"
        turn.tell_claimers("对方说还没有实现，请再联系")


def thank(wish: Wish, *, thanks: str, thanks_public: bool = False, at: datetime | None = None, by: User | None) -> None:
    """Words for the claimer; others read them only where the wisher agrees."""
    if not thanks.strip():
        raise DomainError("请写一句感谢的话。")
    with acting(wish, Action.THANK, by=by, who=_who(by), at=at) as turn:
        _thank(turn.wish, thanks, thanks_public)


def _thank(wish: Wish, thanks: str, thanks_public: bool) -> None:
    if thanks_public and (wrong := wording.fault(wish, thanks)):
        raise DomainError(f"感谢的话要公开，{wrong}，或者不勾选公开。")
    if thanks.strip():
        wish.thanks, wish.thanks_public = thanks.strip(), thanks_public


def follow_up(wish: Wish, *, text: str, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Staff asked how it was: 已回访."""
    if not text.strip():
        raise DomainError("请写明回访情况。")
    with acting(wish, Action.FOLLOW_UP, by=by, who=Who.STAFF, seen=seen, at=at) as turn:
        turn.note = text.strip()
