"""The course of a consultation and of a line in its money book. Pure: no queries, no clock."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models


class Status(models.TextChoices):
    """Where a consultation stands."""

    TOPIC = "topic", "定议题"
    NOTIFIED = "notified", "已通知"
    HELD = "held", "已召开"
    DECIDED = "decided", "已议定"
    PUBLISHED = "published", "公示中"
    WORKS = "works", "执行中"
    REVIEW = "review", "居民评议"
    ENDED = "ended", "已办结"
    NOT_ADOPTED = "not_adopted", "未形成决定"
    DROPPED = "dropped", "已终止"


# Before the meeting what is talked about may still change.
BEFORE = (Status.TOPIC, Status.NOTIFIED)
# Residents can read about it from its publication on.
PUBLIC = (Status.PUBLISHED, Status.WORKS, Status.REVIEW, Status.ENDED)
OVER = (Status.ENDED, Status.NOT_ADOPTED, Status.DROPPED)
OPEN = tuple(status for status in Status if status not in OVER)
# The book is kept, signed and reversed.
MONEY = (Status.DECIDED, Status.PUBLISHED, Status.WORKS, Status.REVIEW)


class Action(models.TextChoices):
    """What is done to a consultation."""

    OPEN = "open", "定议题"
    CHANGE = "change", "改议题"
    LINK = "link", "关联事项"
    GATHER = "gather", "合成意见"
    INVITE = "invite", "请人参加"
    CONVENE = "convene", "换召集人"
    NOTICE = "notice", "记通知"
    HOLD = "hold", "记会议"
    DECIDE = "decide", "议定"
    FAIL = "fail", "未形成决定"
    PUBLISH = "publish", "公示"
    OBJECT = "object", "记异议"
    ANSWER = "answer", "答复异议"
    AGAIN = "again", "重新协商"
    PLAN = "plan", "加执行步骤"
    START = "start", "开始执行"
    PROGRESS = "progress", "登记进展"
    NEED = "need", "定需要资金"
    RECEIVE = "receive", "收到一笔"
    SPEND = "spend", "支出一笔"
    REVERSE = "reverse", "冲回一笔"
    SIGN = "sign", "签字"
    REFUSE = "refuse", "不签"
    CONSENT = "consent", "撤回姓名公示"
    SHEET = "sheet", "公示收支"
    REVIEW = "review", "开始居民评议"
    OPINE = "opine", "记评议"
    END = "end", "办结"
    DROP = "drop", "终止"


@dataclass(frozen=True)
class Rule:
    """What an action leads to; `to` None leaves the status as it is. `leads`: for the community alone."""

    to: Status | None = None
    leads: bool = False


_STAY = Rule()


def _rows(action: Action, statuses: tuple[Status, ...], rule: Rule = _STAY) -> dict[tuple[Status, Action], Rule]:
    return {(status, action): rule for status in statuses}


TABLE: dict[tuple[Status, Action], Rule] = {
    **_rows(Action.CHANGE, BEFORE),
    **_rows(Action.LINK, OPEN),
    **_rows(Action.GATHER, OPEN),
    **_rows(Action.CONVENE, OPEN),
    **_rows(Action.INVITE, (*BEFORE, Status.HELD)),
    (Status.TOPIC, Action.NOTICE): Rule(Status.NOTIFIED),
    (Status.NOTIFIED, Action.NOTICE): _STAY,
    (Status.NOTIFIED, Action.HOLD): Rule(Status.HELD),
    (Status.HELD, Action.HOLD): _STAY,
    (Status.HELD, Action.DECIDE): Rule(Status.DECIDED, leads=True),
    (Status.HELD, Action.FAIL): Rule(Status.NOT_ADOPTED, leads=True),
    (Status.DECIDED, Action.PUBLISH): Rule(Status.PUBLISHED, leads=True),
    **_rows(Action.OBJECT, (Status.PUBLISHED,)),
    **_rows(Action.ANSWER, (Status.PUBLISHED,), Rule(leads=True)),
    # An objection that holds sends it back to the residents.
    **_rows(Action.AGAIN, (Status.HELD, Status.DECIDED, Status.PUBLISHED), Rule(Status.NOTIFIED, leads=True)),
    **_rows(Action.PLAN, (Status.DECIDED, Status.PUBLISHED, Status.WORKS)),
    (Status.PUBLISHED, Action.START): Rule(Status.WORKS, leads=True),
    **_rows(Action.PROGRESS, (Status.WORKS,)),
    **_rows(Action.NEED, MONEY, Rule(leads=True)),
    **_rows(Action.RECEIVE, MONEY),
    # Nothing is spent before the residents have read what was decided.
    **_rows(Action.SPEND, (Status.WORKS, Status.REVIEW)),
    **_rows(Action.REVERSE, MONEY),
    **_rows(Action.SIGN, MONEY),
    **_rows(Action.REFUSE, MONEY),
    **_rows(Action.CONSENT, tuple(Status)),
    **_rows(Action.SHEET, (Status.PUBLISHED, Status.WORKS, Status.REVIEW, Status.ENDED), Rule(leads=True)),
    (Status.WORKS, Action.REVIEW): Rule(Status.REVIEW, leads=True),
    **_rows(Action.OPINE, (Status.REVIEW,)),
    (Status.REVIEW, Action.END): Rule(Status.ENDED, leads=True),
    **_rows(Action.DROP, tuple(status for status in OPEN if status != Status.REVIEW), Rule(Status.DROPPED, leads=True)),
}


def rule_of(status: str, action: str) -> Rule | None:
    """The rule of this pair; None where the table has none."""
    return TABLE.get((Status(status), Action(action)))


class Way(models.TextChoices):
    """How a notice reached people."""

    HOME = "home", "入户"
    PHONE = "phone", "电话"
    POSTED = "posted", "张贴"
    GROUP = "group", "群通知"


class Voting(models.TextChoices):
    """How it was voted."""

    HOUSEHOLD = "household", "一户一票"
    HANDS = "hands", "举手表决"


class Majority(models.TextChoices):
    """Which share of the votes present carries an option. The meeting says it before it votes."""

    HALF = "half", "到会过半数同意"
    TWO_THIRDS = "two_thirds", "到会三分之二以上同意"


def carries(agree: int, present: int, majority: str) -> bool:
    """Whether so many of those present carry an option: more than half, or at least two thirds."""
    return present > 0 and (3 * agree >= 2 * present if majority == Majority.TWO_THIRDS else 2 * agree > present)


class Moment(models.TextChoices):
    """When a photo of the works was taken."""

    BEFORE = "before", "改造前"
    DURING = "during", "施工中"
    AFTER = "after", "现在"


class Side(models.TextChoices):
    """The two series of a money book, by the letter of their numbers."""

    IN = "S", "收入"
    OUT = "F", "支出"


class Source(models.TextChoices):
    """Where raised money comes from."""

    RESIDENTS = "residents", "居民"
    UNIT = "unit", "单位"
    PROPERTY = "property", "物业"
    GOVERNMENT = "government", "政府或社区经费"
    DONATION = "donation", "捐助"


class LineState(models.TextChoices):
    """Whether a line of the book counts."""

    PENDING = "pending", "等第二人签字"
    COUNTED = "counted", "已入账"
    REFUSED = "refused", "没有签，不作数"


def counted_by(before: Decimal, side: str, amount: Decimal) -> Decimal:
    """The balance after a line counts; a reversal's amount is negative."""
    return before + amount if side == Side.IN else before - amount
