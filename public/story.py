"""A case as its reporter reads it: the ladder, whose turn it is, until when, and the public part of its history.

Nothing here comes from other residents: their words, photos and answers stay out, only staff titles and replies show.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from cases.due import working_time
from cases.ladder import MAX_DISPUTES
from cases.models import Approval, Case, CasePhoto, Event, Report
from cases.states import Action, Alarm, ClosingLevel, Outcome, Status
from cases.wording import CALLED, climbed_to
from common.templatetags.weidu import cn_date, cn_time
from grids.levels import Level, code_at
from public import catalog

# What only the person who did it reads about; somebody else's is left out.
_OWN = [Action.ADD, Action.JOIN, Action.CONFIRM, Action.DISPUTE, Action.WITHDRAW]
_UP = {Action.ESCALATE, Alarm.CLIMB, Alarm.EXHAUST}
_GOOD = {Action.REGISTER, Action.RESOLVE, Action.CONFIRM, Action.ACCEPT}


@dataclass(frozen=True)
class Step:
    """One level of the ladder: state is passed, now, closed or empty; `words` stand under the name."""

    name: str
    state: str
    words: str


@dataclass(frozen=True)
class Line:
    """One entry of the timeline. `quote` is what staff wrote for residents, or the reader's own words."""

    at: datetime
    title: str
    words: str = ""
    quote: str = ""
    mark: str = ""
    photos: list[CasePhoto] = field(default_factory=list)


@dataclass(frozen=True)
class Story:
    """Everything the progress page shows of one report."""

    report: Report
    case: Case
    title: str
    place: str
    steps: list[Step]
    holder: str
    due: tuple[str, str]
    sentence: str
    lines: list[Line]

    @property
    def may_answer(self) -> bool:
        """True while an answer of ours waits for this person's."""
        if self.report.withdrawn_at or self.case.status not in (Status.CONFIRMING, Status.CLOSED):
            return False
        answered, resolved = self.report.answered_at, self.case.resolved_at
        return not (answered and resolved and answered >= resolved)

    @property
    def may_dispute(self) -> bool:
        """True while 未解决 still leads to a review."""
        return self.case.disputes < MAX_DISPUTES

    @property
    def may_withdraw(self) -> bool:
        """True while there is something to withdraw."""
        return not self.report.withdrawn_at and self.case.status in (
            Status.RECEIVED, Status.HANDLING, Status.SUSPENDED,
        )  # fmt: skip

    @property
    def may_add(self) -> bool:
        """True while more words reach somebody."""
        return not self.report.withdrawn_at and not self.case.has_ended

    @property
    def merged(self) -> bool:
        """True where the report's own case ended in another one."""
        return self.report.case_id != self.case.pk


def tell(report: Report) -> Story:
    """The story of a report, in a fixed number of queries."""
    case = _live(report)
    events = _events(report, case)
    return Story(
        report=report,
        case=case,
        title=case.title or case.category.name,
        place=catalog.community_called(case.area_id),
        steps=_ladder(case, events),
        holder=holder(case),
        due=_due(case),
        sentence=_sentence(case, report),
        lines=[_line(event, report) for event in events],
    )


def _live(report: Report) -> Case:
    case = report.case.live
    if case.pk == report.case_id:
        return case
    return Case.objects.select_related("category", "handling_unit", "assignee").get(pk=case.pk)


def _events(report: Report, case: Case) -> list[Event]:
    """Newest first: the public ones of the case and of the one it was merged from, without what others said."""
    from_others = Q(action__in=_OWN, report__isnull=False) & ~Q(report=report)
    events = Event.objects.filter(case_id__in={case.pk, report.case_id})
    shown = events.public().exclude(from_others) | events.filter(report=report, action=Action.JOIN)
    rows = list(shown.order_by("-at", "-id").select_related("unit"))
    photos: dict[int, list[CasePhoto]] = {}
    for photo in photos_for(report, case).select_related("photo").order_by("pk"):
        photos.setdefault(photo.event_id, []).append(photo)
    for event in rows:
        event.shown_photos = photos.get(event.pk, [])
    return rows


def photos_for(report: Report, case: Case):
    """Photos this reporter may see: the own ones, and those that staff published with a reply."""
    published = Q(public=True, report__isnull=True, event__action__in=[Action.REPLY, Action.RESOLVE])
    return CasePhoto.objects.filter(Q(report=report) | published, case_id__in={case.pk, report.case_id})


def holder(case: Case) -> str:
    """Who holds the case now, as residents know them."""
    if case.handling_unit_id:
        return case.handling_unit.name
    return seat(case.area_id, case.level)


def seat(area: str, level: int) -> str:
    """The seat of a level on the path of an area: 北大街道新村社区第三网格, 北大街道新村社区, 北大街道办事处, 区委组织部."""
    if level == Level.DISTRICT:
        return "区委组织部"
    called = catalog.called(code_at(area, level))
    return f"{called}办事处" if level == Level.STREET else called


def _due(case: Case) -> tuple[str, str]:
    """State and words of the deadline as residents read them: 还剩3个工作日 instead of the list's 剩3天."""
    state, words = case.due_state
    if words.startswith("剩"):
        words = f"还{words[:-1]}个工作日"
    return state, words


def _ladder(case: Case, events: list[Event]) -> list[Step]:
    came: dict[int, datetime] = {}
    for event in reversed(events):
        if event.case_id == case.pk:
            came.setdefault(event.to_level, event.at)
    return [_step(case, level, came.get(level)) for level in Level]


def _step(case: Case, level: Level, came: datetime | None) -> Step:
    if level == _standing(case):
        state = "closed" if case.status == Status.CLOSED else "now"
        return Step(level.label, state, _state_words(case))
    if came and level < case.level:
        return Step(level.label, "passed", cn_date(came))
    if came:
        return Step(level.label, "passed", "已参与")
    return Step(level.label, "", "未经过" if level < case.level else "未上报")


def _standing(case: Case) -> int:
    """The level the ladder marks: who holds the case, or where it ended."""
    if case.status == Status.CLOSED and case.closed_level is not None:
        return max(case.closed_level, Level.GRID)
    return case.level


def _state_words(case: Case) -> str:
    if case.status == Status.CLOSED and case.closed_level == ClosingLevel.COMPOUND:
        return "小区内办结"
    if case.status == Status.CONFIRMING:
        return "复核中" if case.review_by else "待您确认"
    return case.get_status_display()


def _sentence(case: Case, report: Report) -> str:
    """Until when, and what follows."""
    if report.withdrawn_at:
        return "您已撤回这件事项，不再告知进展。"
    told = {
        Status.CONFIRMING: _confirming,
        Status.CLOSED: lambda case: f"{_closed_at(case)}，用时{_worked(case)}。",
        Status.SUSPENDED: _suspended,
        Status.REFUSED: lambda case: f"理由：{case.refusal_reason}",
        Status.WITHDRAWN: lambda case: "这件事项已由反映人撤回。",
    }
    return told.get(Status(case.status), _under_way)(case)


def _under_way(case: Case) -> str:
    due, late = cn_time(case.due_at), case.due_at <= timezone.now()
    if case.level == Level.DISTRICT:
        return "已超过原定时间，区里正在督促办理。" if late else f"最晚{due}前给您答复。"
    after = f"到期还没解决，会转到{CALLED[Level(min(case.level + 1, 4))]}继续办。"
    return (
        f"原定时间已到，很快会转到{CALLED[Level(case.level + 1)]}继续办。" if late else f"最晚{due}前给您答复。{after}"
    )


def _confirming(case: Case) -> str:
    if case.review_by:
        return f"上一级正在复核，最晚{cn_time(case.review_by)}前重新办理，或者向您说明。"
    return "已经答复，请您看一看问题是不是真的解决了。"


def _suspended(case: Case) -> str:
    asked = Approval.objects.filter(case=case, kind=Approval.Kind.SUSPEND, agreed=True).order_by("-decided_at").first()
    why = f"因{asked.get_reason_class_display()}，" if asked else ""
    when = f"{cn_date(case.review_at)}再次研究，到时恢复办理。" if case.review_at else "条件具备时恢复办理。"
    return f"{why}现在暂时不能解决。{when}"


def _closed_at(case: Case) -> str:
    level = ClosingLevel(case.closed_level).label
    return f"{cn_date(case.closed_at)}在{level}{'内' if case.closed_level == ClosingLevel.COMPOUND else '一级'}办结"


def _worked(case: Case) -> str:
    return working_time(case.created_at, case.closed_at)


def _line(event: Event, report: Report) -> Line:
    mark = "up" if event.action in _UP else "ok" if event.action in _GOOD else ""
    said = event.public_text
    title, words, quote = _title(event, report), "", ""
    if event.action in (Action.REPLY, Action.RESOLVE, Action.EXPLAIN):
        quote = said
    elif event.report_id == report.pk and event.action == Action.ADD and not _left(event, report):
        quote = event.note if event.by_id is None else ""
    elif said != title:
        words = said or _words(event)
    return Line(event.at, title, words, quote, mark, event.shown_photos)


def _left(event: Event, report: Report) -> bool:
    """True for the event in which this person left a case that others carry on."""
    return report.withdrawn_at == event.at


_TITLES = {
    Action.REGISTER: "受理",
    Action.COLLECT: "区委组织部研判通过",
    Action.HAND_OUT: "区里交办",
    Action.WHISTLE: "街道约单位到现场",
    Action.COORDINATE: "现场查看或会商",
    Action.SEND_DOWN: "由街道继续办理",
    Action.SUPERVISE: "区里督办",
    Action.CONVENE: "提请区里联席研判",
    Action.MERGE: "与同一问题合并办理",
    Action.ACCEPT: "社区验收",
    Action.REJECT: "社区验收没有通过",
    Action.EXPLAIN: "上一级复核说明",
    Action.WITHDRAW: "您撤回了反映",
    Action.JOIN: "您加入反映",
    Action.ADD: "您补充了情况",
    Action.CONFIRM: "您确认了结果",
    Action.DISPUTE: "您反映没有解决",
    Alarm.EXHAUST: "区级办理到期",
    Alarm.RESUME: "恢复办理",
}
# What staff wrote down after a call, for a person who was not named.
_TITLES_BY_STAFF = {Action.CONFIRM: "回访确认", Action.DISPUTE: "回访时反映没有解决"}


def _title(event: Event, report: Report) -> str:
    if event.action == Action.ADD and _left(event, report):
        return _TITLES[Action.WITHDRAW]
    if event.report_id is None and event.action in _TITLES_BY_STAFF:
        return _TITLES_BY_STAFF[event.action]
    return _TITLES.get(event.action) or _moved(event)


def _moved(event: Event) -> str:
    """The titles that name a level or a unit."""
    level, before = _called(event.to_level), _called(event.from_level)
    titles = {
        Action.SIGN: f"{_who(event, level)}签收",
        Action.REPLY: f"{_who(event, level)}答复",
        Action.RESOLVE: f"{_who(event, level)}办理完毕",
        Action.ROUTE: f"分派到{level}",
        Action.MEDIATE: "社区组织调解",
        Action.RETURN: f"退回{level}重新分派",
        Action.ESCALATE: f"{before}上报{CALLED[Level(event.to_level)]}",
        Alarm.CLIMB: f"转到{level}",
        Alarm.REVIEW: f"转到{level}重新办理",
    }
    return titles.get(event.action) or event.get_action_display()


def _called(level: int | None) -> str:
    return CALLED[Level(level)].removesuffix("级") if level else ""


def _who(event: Event, level: str) -> str:
    return event.unit.name if event.unit_id else level


def _words(event: Event) -> str:
    words = {
        Action.REGISTER: f"由{CALLED[Level(event.to_level)]}办理。",
        Action.SIGN: "已经接手，正在办理。",
        Action.RETURN: "正在找对口的人办理，时限照常计算。",
        Action.MERGE: "同一个问题放在一起办，结果照样告诉您，也请您评价。",
        Action.DISPUTE: "上一级1个工作日内复核。",
        Alarm.CLIMB: f"{climbed_to(event.to_level)}。",
        Alarm.EXHAUST: "承办单位到期未办结，区里正在督促。" if event.unit_id else "已到区级，待区委组织部研判。",
    }
    return words.get(event.action, "")


def answered(report: Report) -> str:
    """What this person answered last, in words; empty where nothing."""
    if not report.outcome:
        return ""
    parts = [Outcome(report.outcome).label, report.get_satisfaction_display() if report.satisfaction else ""]
    return "，".join(part for part in parts if part)
