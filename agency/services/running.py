"""What whoever runs an errand does: take it on, say what is missing, go, finish, hand back and have it signed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from agency.models import AgencyRequest
from agency.services.acting import Turn, acting, refuse_secrets
from agency.states import Action, SignedAs, Way
from agency.wording import spoken
from cases import services as cases
from cases.models import Case
from cases.states import Status
from common.errors import DomainError
from files.models import Photo

NOTHING = Decimal(0)


@dataclass(frozen=True)
class HandBack:
    """What the note of a hand-back says. Money in yuan; both amounts, or none where no money changed hands."""

    what: str
    signed_as: str = SignedAs.SELF
    signer: str = ""
    received: Decimal | None = None
    returned: Decimal | None = None
    voucher: Photo | None = None


def accept(
    errand: AgencyRequest,
    *,
    way: str = "",
    meet_at: datetime | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """受理: takes the errand on, which signs its case, and agrees where and when papers and money are handed over."""
    with acting(errand, Action.ACCEPT, by=by, seen=seen, at=at) as turn:
        row = turn.errand
        row.way, row.meet_at = way or row.way, meet_at or row.meet_at
        _sign(row.case, turn.at, by)
        where = "上门来取" if row.way == Way.HOME else "在社区等您"
        when = spoken(row.meet_at, turn.at) if row.meet_at else "会先联系您，再"
        _say(turn, f"已经受理，{when}{where}，{spoken(row.promised_by, turn.at)}前办好。", by)


def lack(errand: AgencyRequest, missing: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """缺材料: says what is missing; whoever has to come for it once more is counted as a second time."""
    if not missing.strip():
        raise DomainError("请写明还缺什么，居民会看到。")
    refuse_secrets(missing)
    with acting(errand, Action.LACK, by=by, seen=seen, at=at) as turn:
        turn.errand.missing, turn.note = missing, missing
        turn.errand.times += 1
        _say(turn, f"还缺：{missing}。补齐以后接着办。", by)


def go(errand: AgencyRequest, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """去办: the papers are complete, somebody is on the way."""
    with acting(errand, Action.GO, by=by, seen=seen, at=at) as turn:
        turn.errand.missing = ""
        _say(turn, "材料齐了，正在替您去办。", by)


def finish(
    errand: AgencyRequest, words: str = "", *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """办结: it is done; what was promised is kept or not from here. The case stays open until all is handed back."""
    refuse_secrets(words)
    with acting(errand, Action.FINISH, by=by, seen=seen, at=at) as turn:
        turn.errand.done_at, turn.note = turn.at, words
        back = "会送到您家里" if turn.errand.way == Way.HOME else "请到社区来取"
        _say(turn, f"{turn.errand.item.name}已经办好。{_sentence(words)}票据和找零{back}。", by)


def hand_back(
    errand: AgencyRequest, note: HandBack, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """交回签收: what was brought back, the money, and who signed; resolves the case, so the resident is asked.

    Amounts and who signed stand in the errand only, never in a history that nothing can be taken from.
    """
    _judge(note)
    with acting(errand, Action.HAND_BACK, by=by, seen=seen, at=at) as turn:
        row = turn.errand
        row.signed_at, row.handed_back, row.signed_as = turn.at, note.what, note.signed_as
        row.signer, row.voucher = note.signer, note.voucher
        row.received, row.returned = note.received, note.returned
        turn.note = note.what
        money = "，钱款当面结清" if note.received is not None else ""
        words = f"{row.item.name}已经办好，{note.what}已交给您{money}，由{SignedAs(note.signed_as).label}签收。"
        cases.resolve(row.case, row.case.level, words, at=turn.at, by=by)


def again(errand: AgencyRequest, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """再去办一次: something was wrong with it. Counted as a second time; the earlier hand-back is no longer true."""
    if not reason.strip():
        raise DomainError("请写明哪里要重办，居民会看到。")
    refuse_secrets(reason)
    with acting(errand, Action.AGAIN, by=by, seen=seen, at=at) as turn:
        row = turn.errand
        row.times += 1
        row.done_at = row.signed_at = row.received = row.returned = row.voucher = None
        row.handed_back = row.signed_as = row.signer = ""
        turn.note = reason
        _say(turn, f"再去办一次：{_sentence(reason)}", by)


def _judge(note: HandBack) -> None:
    """DomainError where the note does not say what it must, or its money does not add up."""
    if not note.what.strip():
        raise DomainError("请写明交回了什么。")
    refuse_secrets(note.what, note.signer)
    if (note.received is None) != (note.returned is None):
        raise DomainError("收到的钱和退回的钱要一起填，没有收钱的都不填。")
    if note.received is not None and not NOTHING <= note.returned <= note.received:
        raise DomainError("退回的钱不能比收到的多，请核对。")


def _sign(case: Case, at: datetime, by: User) -> None:
    if case.status == Status.RECEIVED:
        cases.sign(case, at=at, by=by)


def _say(turn: Turn, words: str, by: User) -> None:
    """A line the resident reads; taking it up counts as signing."""
    cases.reply(turn.errand.case, words, at=turn.at, by=by)


def _sentence(words: str) -> str:
    """`words` with a full stop, where there are any."""
    return f"{words.rstrip('。')}。" if words.strip() else ""
