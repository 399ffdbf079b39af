"""What reviewers decide: onto the wall, back for more, no, a case instead, other words, off the wall and on again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from cases import services as cases
from cases.models import Case, Category
from common.errors import DomainError
from wishes import wording
from wishes.models import Wish
from wishes.services.acting import Turn, acting, clear_clocks, move_claim, put_on_the_wall
from wishes.states import HELD, Action, ClaimAction, Who

SOURCE = "wish"


@dataclass(frozen=True)
class PublicWords:
    """What the wall shows of a wish."""

    title: str
    public_text: str
    price: int | None = None
    effort: str = ""
    care_label: str = ""
    joint: bool = False


def publish(wish: Wish, words: PublicWords, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Put a reviewed wish on the wall in public words. DomainError where those say who wishes or ask for cash."""
    with acting(wish, Action.PUBLISH, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        _word(turn.wish, words)
        turn.wish.published_at, turn.wish.published_by = turn.at, by
        put_on_the_wall(turn.wish, turn.at)
        turn.public_text = "审核通过，已在心愿墙公开，等人认领。"
        turn.tell_wisher("您的微心愿已上墙，等人认领")


def reword(wish: Wish, words: PublicWords, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Change the public words. What the wisher wrote stays as it is; nothing changes once somebody has claimed."""
    with acting(wish, Action.REWORD, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        turn.note = f"原公开文字：{turn.wish.title}。{turn.wish.public_text}"
        _word(turn.wish, words)


def _word(wish: Wish, words: PublicWords) -> None:
    if found := wording.faults(wish, words.title, words.public_text, words.care_label):
        raise DomainError("；".join(found.values()) + "。")
    wish.title, wish.public_text = words.title.strip(), words.public_text.strip()
    wish.price, wish.effort, wish.care_label = words.price, words.effort.strip(), words.care_label.strip()
    wish.joint = words.joint


def send_back(wish: Wish, *, reason: str, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Ask the wisher for what is missing."""
    with _with_reason(wish, Action.RETURN, reason, seen, at, by) as turn:
        turn.tell_wisher("您的微心愿还需要补充")


def refuse(wish: Wish, *, reason: str, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Say no, with a reason the wisher reads."""
    with _with_reason(wish, Action.REFUSE, reason, seen, at, by) as turn:
        turn.wish.ended_at = turn.at
        turn.tell_wisher("您的微心愿没有被采纳，查看原因")


@contextmanager
def _with_reason(
    wish: Wish, action: Action, reason: str, seen: int | None, at: datetime | None, by: User
) -> Iterator[Turn]:
    """The action's turn, its clocks stopped and its reason open to the wisher."""
    if not reason.strip():
        raise DomainError("请写明理由，心愿人能看到。")
    with acting(wish, action, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        clear_clocks(turn.wish)
        turn.wish.reason = turn.public_text = reason.strip()
        yield turn


def become_case(
    wish: Wish,
    *,
    category: Category | None = None,
    case: Case | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Case:
    """What was asked as a wish is trouble somebody must end: open a case of `category`, or join `case`.

    The wisher becomes its reporter; from then on the wish's state is read from the case.
    """
    if (category is None) == (case is None):
        raise DomainError("请选择事项类别，或者填写要并入的事项编号。")
    with acting(wish, Action.TO_CASE, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        asked = cases.Request(
            category=category or case.category,
            area=turn.wish.area,
            text=turn.wish.text,
            channel=turn.wish.channel,
            place=turn.wish.place.plain if turn.wish.place else "",
            compound=turn.wish.compound,
            name=turn.wish.name.plain if turn.wish.name else "",
            phone=turn.wish.phone.plain if turn.wish.phone else "",
            wants_sms=turn.wish.wants_sms,
            notice=turn.wish.notice,
            source=SOURCE,
            source_id=turn.wish.number,
        )
        report = cases.join(case, asked, at=at, by=by) if case else cases.register(asked, at=at, by=by)
        clear_clocks(turn.wish)
        turn.wish.case, turn.wish.ended_at = report.case, turn.at
        turn.public_text = "已转为事项办理，可凭同一个编号查看进度。"
        turn.tell_wisher("您的微心愿已转为事项办理")
    return wish.case


def take_down(wish: Wish, *, reason: str, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """Off the wall; only while nobody has claimed it."""
    with _with_reason(wish, Action.TAKE_DOWN, reason, seen, at, by) as turn:
        turn.tell_wisher("您的微心愿已暂时下架，查看原因")


def put_back(wish: Wish, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """On the wall again."""
    with acting(wish, Action.PUT_BACK, by=by, who=Who.REVIEWER, seen=seen, at=at) as turn:
        turn.wish.reason = ""
        put_on_the_wall(turn.wish, turn.at)


def cancel(
    wish: Wish, *, reason: str = "", seen: int | None = None, at: datetime | None = None, by: User | None
) -> None:
    """The wisher (or staff for them) no longer wants it; a live claim ends and its people are told."""
    with acting(wish, Action.CANCEL, by=by, who=Who.STAFF if by else Who.WISHER, seen=seen, at=at) as turn:
        if turn.wish.status in HELD:
            turn.tell_claimers("心愿已取消，不用再办")
            move_claim(turn, ClaimAction.CANCEL, reason="心愿人取消了心愿")
        clear_clocks(turn.wish)
        turn.wish.ended_at = turn.at
        turn.wish.reason = reason.strip()
        turn.public_text = "心愿已取消。"


def note(wish: Wish, *, text: str, at: datetime | None = None, by: User) -> None:
    """A note among staff."""
    if not text.strip():
        raise DomainError("请写上备注内容。")
    with acting(wish, Action.NOTE, by=by, who=Who.STAFF, at=at) as turn:
        turn.note = text.strip()
