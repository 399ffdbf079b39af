"""A wish as its wisher reads it: how far it is, whose turn it is, until when, and the public part of its history.

Who claimed it is never said: 一位志愿者, 一个单位.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from common.templatetags.weidu import cn_date, cn_time
from grids.levels import Level
from public.story import Line, Step, seat
from public.wall import days_taken
from wishes.models import Wish, WishEvent
from wishes.states import Action, Alarm, Status, Who, actions_for

_NAMES = ("提出", "审核", "上墙", "认领", "实现")
_REVIEW, _WALL, _CLAIM, _REAL = 1, 2, 3, 4
# Where a status stands on the way, and in which words; what ended aside stands where it had come to.
_STANDS = {
    Status.PENDING: (_REVIEW, "审核中"),
    Status.RETURNED: (_REVIEW, "待您补充"),
    Status.WAITING: (_CLAIM, "等人认领"),
    Status.CLAIMED: (_REAL, "已认领"),
    Status.WORKING: (_REAL, "办理中"),
    Status.CONFIRMING: (_REAL, "待您确认"),
}
_UP = {Alarm.CLIMB, Alarm.EXHAUST}
_GOOD = {Action.SUBMIT, Action.PUBLISH, Action.CLAIM, Action.CONFIRM, Action.PUT_BACK}
_QUOTED = {Action.RETURN, Action.REFUSE, Action.TAKE_DOWN}


@dataclass(frozen=True)
class WishStory:
    """Everything the progress page shows of one wish."""

    wish: Wish
    steps: list[Step]
    turn: str
    due: tuple[str, str]
    sentence: str
    lines: list[Line]
    may: frozenset[str]

    @property
    def is_open(self) -> bool:
        """True while something is still to come."""
        return not self.wish.ended_at


def tell(wish: Wish) -> WishStory:
    """The story of a wish, in one query."""
    events = list(WishEvent.objects.filter(wish=wish).public().order_by("-number").select_related("claim"))
    claim = next((event for event in events if event.action == Action.CLAIM), None)
    return WishStory(
        wish=wish,
        steps=_steps(wish, claim),
        turn=_turn(wish, claimer(claim)),
        due=_due(wish),
        sentence=_sentence(wish),
        lines=[_line(event) for event in events],
        may=frozenset(actions_for(wish.status, frozenset({Who.WISHER}))),
    )


def holder(wish: Wish) -> str:
    """Who looks after the wish now: 北大街道新村社区, 北大街道办事处, 区委组织部."""
    return seat(wish.area_id, max(wish.level, Level.COMMUNITY))


def claimer(event: WishEvent | None) -> str:
    """Who claimed, without saying who."""
    return "一个单位" if event and event.claim and event.claim.unit_id else "一位志愿者"


def _steps(wish: Wish, claim: WishEvent | None) -> list[Step]:
    at = _standing(wish)
    dates = (wish.created_at, wish.published_at, wish.published_at, claim.at if claim else None, wish.fulfilled_at)
    return [_step(wish, position, at, date) for position, date in enumerate(dates)]


def _standing(wish: Wish) -> int:
    if wish.fulfilled_at:
        return _REAL
    found = _STANDS.get(Status(wish.status))
    return found[0] if found else _WALL if wish.published_at else _REVIEW


def _step(wish: Wish, position: int, at: int, date: datetime | None) -> Step:
    name = _NAMES[position]
    if position > at:
        return Step(name, "", "")
    if position < at:
        return Step(name, "passed", cn_date(date))
    if wish.fulfilled_at:
        return Step(name, "closed", cn_date(wish.fulfilled_at))
    found = _STANDS.get(Status(wish.status))
    return Step(name, "now", found[1] if found else wish.status_label if not wish.case_id else "转为事项")


def _turn(wish: Wish, who: str) -> str:
    told = {
        Status.PENDING: f"{holder(wish)}正在审核",
        Status.RETURNED: "请您补充",
        Status.WAITING: f"{holder(wish)}正在找人认领",
        Status.CLAIMED: f"{who}已经认领",
        Status.WORKING: f"{who}正在办",
        Status.CONFIRMING: "请您确认是不是实现了",
        Status.FULFILLED: "心愿已实现",
        Status.FOLLOWED_UP: "心愿已实现",
        Status.REFUSED: "没有采纳",
        Status.TAKEN_DOWN: "暂时从心愿墙上取下",
        Status.CANCELLED: "已取消",
    }
    if wish.case_id:
        return f"已转为事项，{wish.case.live.status_label}"
    return told[Status(wish.status)]


def _due(wish: Wish) -> tuple[str, str]:
    """State and words of the deadline; empty where nobody is waited for."""
    if wish.status == Status.PENDING and wish.review_by:
        late = wish.review_by <= timezone.now()
        return ("over", "超过审核期限") if late else ("ok", f"{cn_time(wish.review_by)}前")
    return ("soon", "待您确认") if wish.status == Status.CONFIRMING else ("", "")


def _sentence(wish: Wish) -> str:
    """Until when, and what follows."""
    told = {
        Status.PENDING: _reviewed,
        Status.RETURNED: lambda wish: "补充以后社区再看一遍。",
        Status.WAITING: _searched,
        Status.CLAIMED: lambda wish: "认领人会按您留的手机号联系您。称呼、住址和手机号只在认领期间给他看。",
        Status.WORKING: lambda wish: "办好以后请您确认。没有进展的，心愿会放回心愿墙。",
        Status.CONFIRMING: lambda wish: "认领人说已经办好。您没有空确认的，网格员会联系您。",
        Status.TAKEN_DOWN: lambda wish: "社区核实以后重新上墙，或者告诉您结果。",
        Status.CANCELLED: lambda wish: "这个心愿已经取消。",
    }
    if wish.fulfilled_at:
        return f"{cn_date(wish.fulfilled_at)}实现，从提出到实现{days_taken(wish.created_at, wish.fulfilled_at)}。"
    if wish.case_id:
        return "这件事由事项办理更合适，时限和上报都按事项执行。"
    return told.get(Status(wish.status), lambda wish: "如有疑问，可以拨打12345，或到社区询问。")(wish)


def _reviewed(wish: Wish) -> str:
    if wish.review_by and wish.review_by <= timezone.now():
        return "已超过原定时间，已提醒上一级督促。"
    return f"最晚{cn_time(wish.review_by)}前看完：合适的改写后上墙，需要补充或不能采纳的告诉您理由。"


def _searched(wish: Wish) -> str:
    if wish.level >= Level.DISTRICT:
        return "已请区里帮助找资源，心愿一直留在心愿墙上。"
    if wish.climb_at is None:
        return "心愿已在心愿墙上公开，等人认领。"
    return f"{cn_date(wish.climb_at)}前还没有人认领的，会请{_called(wish.level + 1)}一起找。"


def _called(level: int) -> str:
    return "区里" if level == Level.DISTRICT else Level(level).label


def _line(event: WishEvent) -> Line:
    mark = "up" if event.action in _UP else "ok" if event.action in _GOOD else ""
    said = event.public_text
    if event.action in _QUOTED:
        return Line(event.at, _title(event), quote=said, mark=mark)
    own = event.note if event.action == Action.NOT_YET and event.by_id is None else ""
    return Line(event.at, _title(event), said or _words(event), own, mark)


_TITLES = {
    Action.PUBLISH: "审核通过，已上墙",
    Action.RETURN: "请您补充",
    Action.REFUSE: "没有采纳",
    Action.TO_CASE: "转为事项办理",
    Action.TAKE_DOWN: "暂时下架",
    Action.PUT_BACK: "重新上墙",
    Action.PROGRESS: "有进展",
    Action.DELIVER: "认领人说已办好",
    Action.RELEASE: "放回心愿墙",
    Action.FOLLOW_UP: "社区回访",
    Alarm.LAPSE: "放回心愿墙",
    Alarm.EXHAUST: "区级帮助找资源",
}
# By the wisher, and by staff for the wisher.
_TITLES_OF_BOTH = {
    Action.SUBMIT: ("您提出心愿", "工作人员帮您登记"),
    Action.COMPLETE: ("您作了补充", "工作人员帮您补充"),
    Action.CONFIRM: ("您确认已实现", "工作人员确认已实现"),
    Action.NOT_YET: ("您说还没有实现", "工作人员核实还没有实现"),
    Action.THANK: ("您说了感谢的话", "工作人员帮您转达感谢"),
    Action.CANCEL: ("您取消了心愿", "工作人员帮您取消"),
}


def _title(event: WishEvent) -> str:
    if event.action == Action.CLAIM:
        return f"{claimer(event)}认领"
    if event.action == Alarm.CLIMB:
        return f"请{_called(event.to_level)}一起找"
    if both := _TITLES_OF_BOTH.get(event.action):
        return both[0] if event.by_id is None else both[1]
    return _TITLES.get(event.action) or event.get_action_display()


def _words(event: WishEvent) -> str:
    words = {
        Action.SUBMIT: "等社区审核。",
        Action.COMPLETE: "社区再看一遍。",
        Action.PUT_BACK: "继续等人认领。",
        Alarm.EXHAUST: "在区级还没有人认领，区里正在研究安排。",
    }
    return words.get(event.action, "")
