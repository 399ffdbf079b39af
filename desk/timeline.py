"""The timeline of a case in the words staff read: one entry an event, public words and internal notes kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cases.assignments import Kind
from cases.models import CasePhoto, Event
from cases.services.whistling import NOT_COME
from cases.states import Action, Alarm, Mark
from cases.wording import CALLED, climbed_to
from grids.levels import Level

_UP = {Action.ESCALATE, Alarm.CLIMB}
_GREEN = {Action.REGISTER, Action.RESOLVE, Action.ACCEPT, Action.CONFIRM}
# What a reporter says is a resident's words: neither our public text nor a note among colleagues.
_RESIDENTS_WORDS = {Action.ADD}
_ANSWERS = {Action.REPLY, Action.RESOLVE, Action.EXPLAIN}


@dataclass
class Entry:
    """One line of the timeline."""

    number: int
    title: str
    who: str
    at: datetime
    mark: str = ""
    public: str = ""
    internal: str = ""
    said: str = ""
    photos: list[CasePhoto] = field(default_factory=list)


def entries(events: Iterable[Event], photos: Iterable[CasePhoto]) -> list[Entry]:
    """Entries in the order of `events`; the first is marked as the newest. Photos of reporters stand with the facts."""
    by_event: dict[int, list[CasePhoto]] = {}
    for photo in photos:
        if photo.report_id is None:
            by_event.setdefault(photo.event_id, []).append(photo)
    events = list(events)
    ordered = {event.at for event in events if event.action == Action.SUPERVISE}
    shown = [event for event in events if not (event.at in ordered and _gives_an_order(event))]
    found = [_entry(event, by_event.get(event.pk, [])) for event in shown]
    if found and not found[0].mark:
        found[0].mark = "now"
    return found


def _gives_an_order(event: Event) -> bool:
    """True where an order's task was handed out; where the order itself is told too, it says the same words."""
    return event.action == Action.ASSIGN and event.assignment.kind == Kind.ORDER


def _entry(event: Event, photos: list[CasePhoto]) -> Entry:
    by_resident = event.action in _RESIDENTS_WORDS
    return Entry(
        number=event.number,
        title=title_of(event),
        who=who_did(event),
        at=event.at,
        mark="up" if event.action in _UP else "ok" if event.action in _GREEN else "",
        public=event.public_text,
        internal="" if by_resident else event.note,
        said=event.note if by_resident else "",
        photos=photos,
    )


def who_did(event: Event) -> str:
    """Who acted: a colleague, a resident (never by name), or the portal."""
    if event.by:
        return event.by.called
    return "反映人" if event.report_id and not event.alarm else "系统"


def title_of(event: Event) -> str:
    """What happened, told from both ends where the case changed hands."""
    below, here = _called(event.from_level), _called(event.to_level)
    moved = event.from_level != event.to_level
    titles = {
        Action.NOTE: "内部备注",
        Action.SIGN: f"{event.unit.name if event.unit else here}签收",
        Action.TITLE: "拟定公开标题",
        Action.ESCALATE: f"{below}上报{here}",
        Action.RETURN: f"{below}退回{here}" if moved else "承办单位退回区委办",
        Action.ROUTE: f"{below}分派{here}",
        Action.MEDIATE: "社区转为矛盾纠纷调解",
        Action.COLLECT: "研判通过，转区委办交办",
        Action.HAND_OUT: f"交办{event.unit.name}" if event.unit else "交办",
        Action.RESOLVE: "办结并答复居民",
        Action.ACCEPT: "社区验收通过",
        Action.CONFIRM: "居民确认结果",
        Alarm.CLIMB: climbed_to(event.to_level),
        Alarm.EXHAUST: "承办单位到期未办结" if event.unit else "已到区级，待区委组织部研判",
        Action.REJECT: "社区验收不通过，退回承办单位",
        Action.SEND_DOWN: "区委组织部退回街道办理",
        Alarm.REVIEW: f"复核超时，转{here}重新办理",
        Action.COORDINATE: "现场查看或会商",
        Action.SUPERVISE: "区委办督办" if event.by_id else "按时限催办",
    }
    if event.assignment:
        return _of_assignment(event)
    return titles.get(event.action) or event.get_action_display()


_GIVEN = {
    Kind.CO_HANDLE: "加派{}协办",
    Kind.WHISTLE: "请{}到场",
    Kind.STEP: "与{}约定事项",
    Kind.ORDER: "要求{}答复督办",
    Kind.RESOLUTION: "联席研判交{}落实",
}
_ASSIGNED = {
    Action.ASSIGN_SIGN: "{0}签收{1}任务",
    Action.ASSIGN_ARRIVE: "{0}已到场",
    Action.ASSIGN_REPORT: "{0}反馈{1}情况",
    Action.ASSIGN_RETURN: "{0}申请退回{1}任务",
    Action.ASSIGN_KEEP: "不同意{0}退回",
    Action.ASSIGN_REDO: "要求{0}重新反馈{1}情况",
    Action.ASSIGN_ACCEPT: "认可{0}的{1}反馈",
    Action.ASSIGN_END: "解除{0}的{1}任务",
    Action.DRAFT: "{0}拟稿报审",
    Action.DRAFT_BACK: "{0}退回修改",
    Mark.UNSIGNED: "{0}的{1}任务签收超时",
    Mark.SOON: "{0}的{1}任务快到期",
    Mark.LATE: "{0}的{1}任务超期",
}
# Who is called to a place says that it comes, who is ordered answers: neither is told like a task.
_TOLD = {
    (Kind.WHISTLE, Action.ASSIGN_SIGN): "{0}确认到场",
    (Kind.WHISTLE, Action.ASSIGN_END): "不再请{0}到场",
    (Kind.WHISTLE, Mark.UNSIGNED): "{0}没有按时确认到场",
    (Kind.WHISTLE, Mark.LATE): "{0}没有按时到场",
    (Kind.ORDER, Action.ASSIGN_SIGN): "{0}签收督办",
    (Kind.ORDER, Action.ASSIGN_REPORT): "{0}答复督办",
    (Kind.ORDER, Action.ASSIGN_REDO): "要求{0}重新答复督办",
    (Kind.ORDER, Action.ASSIGN_ACCEPT): "认可{0}的督办答复",
}


def _of_assignment(event: Event) -> str:
    """An event of an assignment, told with whose it is; a unit that was called and did not come is said so."""
    assignment = event.assignment
    if event.action == Action.ASSIGN:
        return _GIVEN[Kind(assignment.kind)].format(assignment.whose)
    kind = Kind(assignment.kind)
    if kind == Kind.WHISTLE and event.action == Action.ASSIGN_END and assignment.ended_reason == NOT_COME:
        return f"{assignment.whose}没有到场"
    return (_TOLD.get((kind, event.action)) or _ASSIGNED[event.action]).format(
        assignment.whose, assignment.get_kind_display()
    )


def _called(level: int | None) -> str:
    return CALLED[Level(level)] if level else ""


@dataclass(frozen=True)
class Answer:
    """The public reply in force, and whose it is."""

    text: str
    whose: str
    at: datetime


def newest_answer(events: Iterable[Event], names: dict[int, str]) -> Answer | None:
    """The newest words to the resident among `events` (newest first); `names` says what each level is called here."""
    for event in events:
        if event.action in _ANSWERS and event.public_text:
            whose = event.unit.name if event.unit else names.get(event.from_level or event.to_level, "")
            return Answer(event.public_text, whose, event.at)
    return None
