"""The two linked state tables of micro-wishes: (status, action) → status, with who may. Pure.

A wish says what is being done for somebody; a claim says who does it. An action on a claim moves its wish along:
`MOVES_WISH` names the wish's action for each of the claim's, so that neither table can drift from the other.
"""

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    """What is being done for a wish."""

    PENDING = "pending", "待审核"
    RETURNED = "returned", "退回补充"
    WAITING = "waiting", "待认领"
    CLAIMED = "claimed", "已认领"
    WORKING = "working", "办理中"
    CONFIRMING = "confirming", "待确认"
    FULFILLED = "fulfilled", "已实现"
    FOLLOWED_UP = "followed_up", "已回访"
    REFUSED = "refused", "不予采纳"
    CASE = "case", "转为事项"
    CANCELLED = "cancelled", "已取消"
    TAKEN_DOWN = "taken_down", "已下架"


# Somebody has it in hand: exactly these have a live claim.
HELD = (Status.CLAIMED, Status.WORKING, Status.CONFIRMING)
REALISED = (Status.FULFILLED, Status.FOLLOWED_UP)
ENDED = (*REALISED, Status.REFUSED, Status.CASE, Status.CANCELLED)
NOT_ENDED = (Status.PENDING, Status.RETURNED, Status.WAITING, *HELD, Status.TAKEN_DOWN)
# Read by everybody once: their public wording was approved by staff.
ON_THE_WALL = (Status.WAITING,)
# Staff have something to do: to review, to confirm, or to find somebody.
TO_ANSWER = (Status.PENDING, Status.CONFIRMING)
TO_HANDLE = (*TO_ANSWER, *ON_THE_WALL)


class Action(models.TextChoices):
    """What people do to a wish."""

    SUBMIT = "submit", "提出"
    PUBLISH = "publish", "审核通过"
    RETURN = "return", "退回补充"
    COMPLETE = "complete", "补充"
    REFUSE = "refuse", "不予采纳"
    TO_CASE = "to_case", "转为事项"
    REWORD = "reword", "修改公开文字"
    TAKE_DOWN = "take_down", "下架"
    PUT_BACK = "put_back", "重新上墙"
    CLAIM = "claim", "认领"
    JOIN = "join", "一起认领"
    LEAVE = "leave", "退出一起认领"
    PROGRESS = "progress", "报进展"
    DELIVER = "deliver", "报完成"
    NOT_YET = "not_yet", "反馈还没实现"
    CONFIRM = "confirm", "确认实现"
    RELEASE = "release", "放回心愿墙"
    FOLLOW_UP = "follow_up", "回访"
    THANK = "thank", "感谢"
    CANCEL = "cancel", "取消"
    NOTE = "note", "备注"


class Alarm(models.TextChoices):
    """What the sweep does when a time has come. At most once per wish, step and alarm; no value is also an action's."""

    REVIEW = "review_due", "审核超时提醒"
    CLIMB = "climb", "无人认领上提"
    EXHAUST = "exhaust", "已到区级"
    REMIND = "remind", "认领无进展提醒"
    LAPSE = "lapse", "认领逾期取消"
    CONFIRM = "confirm_due", "待确认提醒"


class Who(models.TextChoices):
    """In which role a person stands to a wish."""

    STAFF = "staff", "网格和社区"
    REVIEWER = "reviewer", "审核人"
    WISHER = "wisher", "心愿人"
    CLAIMER = "claimer", "认领人"
    VOLUNTEER = "volunteer", "志愿者"


@dataclass(frozen=True)
class Rule:
    """Where an action leads (None: the status stays) and who may take it."""

    to: Status | None
    who: frozenset[Who]


def _rule(to: Status | None, *who: Who) -> Rule:
    return Rule(to, frozenset(who))


_S, _A, _W = Status, Action, Who
_NOTE = {(status, _A.NOTE): _rule(None, _W.STAFF) for status in _S}
_CANCEL = _rule(_S.CANCELLED, _W.WISHER, _W.STAFF)
_BEFORE_THE_WALL = {
    _A.PUBLISH: _rule(_S.WAITING, _W.REVIEWER),
    _A.RETURN: _rule(_S.RETURNED, _W.REVIEWER),
    _A.REFUSE: _rule(_S.REFUSED, _W.REVIEWER),
    _A.TO_CASE: _rule(_S.CASE, _W.REVIEWER),
    _A.CANCEL: _CANCEL,
}
_IN_HAND = {
    _A.JOIN: _rule(None, _W.VOLUNTEER),
    _A.LEAVE: _rule(None, _W.CLAIMER),
    _A.PROGRESS: _rule(_S.WORKING, _W.CLAIMER),
    _A.DELIVER: _rule(_S.CONFIRMING, _W.CLAIMER),
    _A.RELEASE: _rule(_S.WAITING, _W.CLAIMER, _W.REVIEWER),
    _A.CANCEL: _CANCEL,
}

TABLE: dict[tuple[Status, Action], Rule] = {
    **_NOTE,
    **{(_S.PENDING, action): rule for action, rule in _BEFORE_THE_WALL.items()},
    (_S.RETURNED, _A.COMPLETE): _rule(_S.PENDING, _W.WISHER, _W.STAFF),
    (_S.RETURNED, _A.REFUSE): _rule(_S.REFUSED, _W.REVIEWER),
    (_S.RETURNED, _A.TO_CASE): _rule(_S.CASE, _W.REVIEWER),
    (_S.RETURNED, _A.CANCEL): _CANCEL,
    (_S.WAITING, _A.CLAIM): _rule(_S.CLAIMED, _W.VOLUNTEER),
    (_S.WAITING, _A.REWORD): _rule(None, _W.REVIEWER),
    (_S.WAITING, _A.TAKE_DOWN): _rule(_S.TAKEN_DOWN, _W.REVIEWER),
    (_S.WAITING, _A.TO_CASE): _rule(_S.CASE, _W.REVIEWER),
    (_S.WAITING, _A.CANCEL): _CANCEL,
    (_S.TAKEN_DOWN, _A.PUT_BACK): _rule(_S.WAITING, _W.REVIEWER),
    (_S.TAKEN_DOWN, _A.REWORD): _rule(None, _W.REVIEWER),
    (_S.TAKEN_DOWN, _A.REFUSE): _rule(_S.REFUSED, _W.REVIEWER),
    (_S.TAKEN_DOWN, _A.TO_CASE): _rule(_S.CASE, _W.REVIEWER),
    (_S.TAKEN_DOWN, _A.CANCEL): _CANCEL,
    **{(status, action): rule for status in (_S.CLAIMED, _S.WORKING) for action, rule in _IN_HAND.items()},
    (_S.CONFIRMING, _A.CONFIRM): _rule(_S.FULFILLED, _W.WISHER, _W.STAFF),
    (_S.CONFIRMING, _A.NOT_YET): _rule(_S.WORKING, _W.WISHER, _W.STAFF),
    (_S.CONFIRMING, _A.RELEASE): _rule(_S.WAITING, _W.REVIEWER),
    (_S.FULFILLED, _A.FOLLOW_UP): _rule(_S.FOLLOWED_UP, _W.STAFF),
    (_S.FULFILLED, _A.THANK): _rule(None, _W.WISHER, _W.STAFF),
    (_S.FOLLOWED_UP, _A.THANK): _rule(None, _W.WISHER, _W.STAFF),
}  # fmt: skip


def rule_of(status: str, action: str) -> Rule | None:
    """The rule for this pair, or None where the pair is impossible."""
    return TABLE.get((Status(status), Action(action)))


def actions_for(status: str, roles: frozenset[Who]) -> list[Action]:
    """Actions somebody in these roles may take now, in the order the enum lists them."""
    return [a for a in Action if (rule := rule_of(status, a)) and rule.who & roles]


class ClaimStatus(models.TextChoices):
    """How a claim stands. At most one LIVE a wish, by constraint."""

    LIVE = "live", "认领中"
    FULFILLED = "fulfilled", "已实现"
    GIVEN_UP = "given_up", "已放弃"
    REVOKED = "revoked", "已撤销"
    LAPSED = "lapsed", "逾期取消"


class ClaimAction(models.TextChoices):
    """What happens to a claim."""

    JOIN = "join", "一起认领"
    LEAVE = "leave", "退出一起认领"
    PROGRESS = "progress", "报进展"
    DELIVER = "deliver", "报完成"
    NOT_YET = "not_yet", "反馈还没实现"
    CONFIRM = "confirm", "确认实现"
    GIVE_UP = "give_up", "放弃认领"
    REVOKE = "revoke", "撤销认领"
    LAPSE = "lapse", "逾期取消"
    CANCEL = "cancel", "心愿取消"


# A claim that ended stays as it ended: no pair leads out of those four.
CLAIM_TABLE: dict[tuple[ClaimStatus, ClaimAction], ClaimStatus] = {
    (ClaimStatus.LIVE, ClaimAction.JOIN): ClaimStatus.LIVE,
    (ClaimStatus.LIVE, ClaimAction.LEAVE): ClaimStatus.LIVE,
    (ClaimStatus.LIVE, ClaimAction.PROGRESS): ClaimStatus.LIVE,
    (ClaimStatus.LIVE, ClaimAction.DELIVER): ClaimStatus.LIVE,
    (ClaimStatus.LIVE, ClaimAction.NOT_YET): ClaimStatus.LIVE,
    (ClaimStatus.LIVE, ClaimAction.CONFIRM): ClaimStatus.FULFILLED,
    (ClaimStatus.LIVE, ClaimAction.GIVE_UP): ClaimStatus.GIVEN_UP,
    (ClaimStatus.LIVE, ClaimAction.REVOKE): ClaimStatus.REVOKED,
    (ClaimStatus.LIVE, ClaimAction.LAPSE): ClaimStatus.LAPSED,
    (ClaimStatus.LIVE, ClaimAction.CANCEL): ClaimStatus.REVOKED,
}
MOVES_WISH: dict[ClaimAction, Action] = {
    ClaimAction.JOIN: Action.JOIN,
    ClaimAction.LEAVE: Action.LEAVE,
    ClaimAction.PROGRESS: Action.PROGRESS,
    ClaimAction.DELIVER: Action.DELIVER,
    ClaimAction.NOT_YET: Action.NOT_YET,
    ClaimAction.CONFIRM: Action.CONFIRM,
    ClaimAction.GIVE_UP: Action.RELEASE,
    ClaimAction.REVOKE: Action.RELEASE,
    ClaimAction.LAPSE: Action.RELEASE,
    ClaimAction.CANCEL: Action.CANCEL,
}


class Kind(models.TextChoices):
    """What is wished for."""

    GOODS = "goods", "实物"
    SERVICE = "service", "服务"
    COMPANY = "company", "陪伴"


class ForWhom(models.TextChoices):
    """Whose wish it is, seen from who writes it."""

    SELF = "self", "自己"
    ELDER = "elder", "家里老人"
    CHILD = "child", "孩子"
    NEIGHBOUR = "neighbour", "邻居"


class VolunteerState(models.TextChoices):
    """Whether the community has checked who somebody is."""

    PENDING = "pending", "待核对"
    APPROVED = "approved", "已核对"
    REFUSED = "refused", "未通过"
    STOPPED = "stopped", "已停用"
