"""The state table of a case: (status, action) → status, with who may. Pure; printed as a diagram by `docs_diagram`.

Two axes stay apart: the status says what is being done, the level (`grids.levels`) says who holds it.
"""

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    """What is being done with a case."""

    RECEIVED = "received", "待受理"
    HANDLING = "handling", "办理中"
    CONFIRMING = "confirming", "待确认"
    CLOSED = "closed", "已办结"
    SUSPENDED = "suspended", "挂账"
    REFUSED = "refused", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"
    MERGED = "merged", "已并案"


# Somebody's turn: the clock of signing and handling runs in these two only.
OPEN = (Status.RECEIVED, Status.HANDLING)
ENDED = (Status.CLOSED, Status.REFUSED, Status.WITHDRAWN, Status.MERGED)
# There is an answer one can ask the reporter about.
ANSWERED = (Status.CONFIRMING, Status.CLOSED)
NOT_ENDED = (*OPEN, Status.CONFIRMING, Status.SUSPENDED)


class Action(models.TextChoices):
    """What can be done to a case, by people or by the portal itself."""

    REGISTER = "register", "登记"
    SIGN = "sign", "签收"
    NOTE = "note", "备注"
    REPLY = "reply", "公开答复"
    HAND_OVER = "hand_over", "转交"
    ROUTE = "route", "分派"
    RETURN = "return", "退回"
    ESCALATE = "escalate", "上报"
    ASK_EXTENSION = "ask_extension", "申请延期"
    ASK_SUSPENSION = "ask_suspension", "申请挂账"
    ASK_REFUSAL = "ask_refusal", "申请不予受理"
    EXTEND = "extend", "延期"
    SUSPEND = "suspend", "挂账"
    REFUSE = "refuse", "不予受理"
    DECLINE = "decline", "不同意申请"
    RESUME = "resume", "恢复办理"
    MERGE = "merge", "并案"
    COLLECT = "collect", "研判通过"
    HAND_OUT = "hand_out", "交办"
    RESOLVE = "resolve", "办结"
    ACCEPT = "accept", "社区验收"
    REJECT = "reject", "验收不通过"
    CONFIRM = "confirm", "确认"
    DISPUTE = "dispute", "反映未解决"
    EXPLAIN = "explain", "复核说明"
    REOPEN = "reopen", "重新办理"
    FOLLOW_UP = "follow_up", "回访"
    WITHDRAW = "withdraw", "撤回"
    CLASSIFY = "classify", "调整分类"
    TITLE = "title", "公开标题"
    JOIN = "join", "加入反映"
    ADD = "add", "补充情况"
    ASK_RETURN = "ask_return", "申请退回"
    SEND_DOWN = "send_down", "退回街道办理"
    DRAFT = "draft", "拟稿报审"
    DRAFT_BACK = "draft_back", "退回修改"
    ASSIGN = "assign", "加派"
    ASSIGN_SIGN = "assign_sign", "签收任务"
    ASSIGN_ARRIVE = "assign_arrive", "到场"
    ASSIGN_REPORT = "assign_report", "反馈"
    ASSIGN_RETURN = "assign_return", "申请退回任务"
    ASSIGN_KEEP = "assign_keep", "不同意退回"
    ASSIGN_REDO = "assign_redo", "要求重新反馈"
    ASSIGN_ACCEPT = "assign_accept", "认可反馈"
    ASSIGN_END = "assign_end", "解除任务"
    WHISTLE = "whistle", "街道吹哨"
    WHISTLE_END = "whistle_end", "结束吹哨"
    COORDINATE = "coordinate", "现场查看和会商"
    SUPERVISE = "supervise", "督办"
    CONVENE = "convene", "提请联席研判"
    DECIDE = "decide", "联席研判议定"
    LIST = "list", "列入台账"
    PUBLISH = "publish", "公示"
    TAKE_BACK = "take_back", "撤下公示"
    BUNDLE = "bundle", "归为类案"
    UNBUNDLE = "unbundle", "移出类案"
    MEDIATE = "mediate", "转为调解"


class Alarm(models.TextChoices):
    """What the sweep does when a time has come. At most once per case, step and alarm; no value is also an action's."""

    SIGN = "unsigned", "签收超时提醒"
    WARN = "warn", "临期提醒"
    PROPOSE = "propose", "到期提请上报"
    CLIMB = "climb", "按时限上报"
    EXHAUST = "exhaust", "已到区级"
    REVIEW = "review", "复核超时"
    RESUME = "review_day", "挂账复核日到"
    FOLLOW_UP = "call_due", "待回访提醒"


class Mark(models.TextChoices):
    """What the sweep notes about an assignment, once each; a case has as many as it has assignments."""

    UNSIGNED = "unit_unsigned", "任务签收超时"
    SOON = "unit_soon", "任务临期"
    LATE = "unit_late", "任务超期"


class Who(models.TextChoices):
    """In which role a person stands to a case."""

    HOLDER = "holder", "当前承办"
    HEAD = "head", "承办审批人"
    ABOVE = "above", "上一级"
    BELOW = "below", "原办理层级"
    TRIAGE = "triage", "承办分派人"
    COMMUNITY = "community", "所在社区"
    COLLECTOR = "collector", "区委组织部"
    OFFICE = "office", "区委办"
    RESIDENT = "resident", "反映人"
    HELPER = "helper", "领到任务的单位"


@dataclass(frozen=True)
class Rule:
    """Where an action leads (None: the status stays) and who may take it."""

    to: Status | None
    who: frozenset[Who]


def _rule(to: Status | None, *who: Who) -> Rule:
    return Rule(to, frozenset(who))


_S, _A, _W = Status, Action, Who
_NOTE = _rule(None, _W.HOLDER, _W.ABOVE, _W.BELOW, _W.COMMUNITY, _W.OFFICE, _W.COLLECTOR, _W.HELPER)
_REPLY = _rule(None, _W.HOLDER)
_LABELS = {
    _A.CLASSIFY: _rule(None, _W.HOLDER, _W.ABOVE),
    _A.TITLE: _rule(None, _W.HOLDER, _W.ABOVE, _W.COMMUNITY),
}
_RESIDENT_SPEAKS = {_A.JOIN: _rule(None, _W.RESIDENT, _W.HOLDER), _A.ADD: _rule(None, _W.RESIDENT)}

# What others owe on a case beside its holder. Who may do what to one assignment is `cases.assignments`' to say.
_ASSIGNED = {
    action: _rule(None, _W.HELPER, _W.HOLDER, _W.OFFICE, _W.COLLECTOR, _W.BELOW)
    for action in (_A.ASSIGN_SIGN, _A.ASSIGN_ARRIVE, _A.ASSIGN_REPORT, _A.ASSIGN_RETURN, _A.ASSIGN_KEEP)
} | {
    action: _rule(None, _W.HOLDER, _W.OFFICE, _W.COLLECTOR, _W.BELOW)
    for action in (_A.ASSIGN_REDO, _A.ASSIGN_ACCEPT, _A.ASSIGN_END, _A.WHISTLE_END)
}
# A unit that only helps reports after the answer too; its head lets the report out.
_DRAFTED = {action: _rule(None, _W.HELPER) for action in (_A.DRAFT, _A.DRAFT_BACK)}
_DISTRICT = {
    _A.SUPERVISE: _rule(None, _W.OFFICE),
    _A.CONVENE: _rule(None, _W.COLLECTOR, _W.OFFICE),
    _A.DECIDE: _rule(None, _W.COLLECTOR, _W.OFFICE),
    _A.LIST: _rule(None, _W.COLLECTOR, _W.OFFICE),
}
_IN_PUBLIC = {
    _A.PUBLISH: _rule(None, _W.HOLDER, _W.ABOVE, _W.COMMUNITY),
    _A.TAKE_BACK: _rule(None, _W.HOLDER, _W.ABOVE, _W.COMMUNITY, _W.RESIDENT),
}
_SIDES = (_W.HOLDER, _W.ABOVE, _W.BELOW, _W.COMMUNITY, _W.OFFICE, _W.COLLECTOR)
_BUNDLED = {_A.BUNDLE: _rule(None, *_SIDES), _A.UNBUNDLE: _rule(None, *_SIDES)}

_AT_WORK = {
    _A.NOTE: _NOTE,
    _A.REPLY: _REPLY,
    _A.HAND_OVER: _rule(None, _W.HOLDER),
    _A.ROUTE: _rule(_S.RECEIVED, _W.TRIAGE),
    _A.RETURN: _rule(_S.RECEIVED, _W.HOLDER),
    _A.ESCALATE: _rule(_S.RECEIVED, _W.HOLDER),
    _A.ASK_EXTENSION: _rule(None, _W.HOLDER),
    _A.ASK_SUSPENSION: _rule(None, _W.HOLDER),
    _A.ASK_REFUSAL: _rule(None, _W.HOLDER),
    _A.EXTEND: _rule(None, _W.HEAD, _W.ABOVE),
    _A.SUSPEND: _rule(_S.SUSPENDED, _W.HEAD, _W.ABOVE),
    _A.REFUSE: _rule(_S.REFUSED, _W.HEAD, _W.ABOVE),
    _A.DECLINE: _rule(None, _W.HEAD, _W.ABOVE),
    _A.MERGE: _rule(_S.MERGED, _W.HOLDER),
    _A.COLLECT: _rule(_S.RECEIVED, _W.COLLECTOR),
    _A.HAND_OUT: _rule(_S.RECEIVED, _W.OFFICE),
    _A.RESOLVE: _rule(_S.CONFIRMING, _W.HOLDER),
    _A.WITHDRAW: _rule(_S.WITHDRAWN, _W.RESIDENT),
    _A.ASK_RETURN: _rule(None, _W.HOLDER),
    _A.SEND_DOWN: _rule(_S.RECEIVED, _W.COLLECTOR),
    _A.DRAFT: _rule(None, _W.HOLDER, _W.HELPER),
    _A.DRAFT_BACK: _rule(None, _W.HEAD, _W.HELPER),
    _A.ASSIGN: _rule(None, _W.HOLDER, _W.OFFICE, _W.COLLECTOR),
    _A.WHISTLE: _rule(None, _W.HOLDER),
    _A.COORDINATE: _rule(None, _W.HOLDER, _W.ABOVE, _W.OFFICE),
    # Whose turn it was or not: neighbours who quarrel are the community's to bring together.
    _A.MEDIATE: _rule(_S.RECEIVED, _W.COMMUNITY),
    **_LABELS,
    **_RESIDENT_SPEAKS,
    **_ASSIGNED,
    **_DISTRICT,
    **_IN_PUBLIC,
    **_BUNDLED,
}

TABLE: dict[tuple[Status, Action], Rule] = {
    **{(_S.RECEIVED, action): rule for action, rule in _AT_WORK.items()},
    **{(_S.HANDLING, action): rule for action, rule in _AT_WORK.items()},
    (_S.RECEIVED, _A.SIGN): _rule(_S.HANDLING, _W.HOLDER),
    (_S.CONFIRMING, _A.NOTE): _NOTE,
    (_S.CONFIRMING, _A.REPLY): _REPLY,
    (_S.CONFIRMING, _A.ACCEPT): _rule(None, _W.COMMUNITY),
    (_S.CONFIRMING, _A.REJECT): _rule(_S.RECEIVED, _W.COMMUNITY),
    (_S.CONFIRMING, _A.CONFIRM): _rule(_S.CLOSED, _W.RESIDENT, _W.HOLDER, _W.COMMUNITY),
    (_S.CONFIRMING, _A.DISPUTE): _rule(None, _W.RESIDENT),
    (_S.CONFIRMING, _A.EXPLAIN): _rule(None, _W.ABOVE),
    (_S.CONFIRMING, _A.REOPEN): _rule(_S.HANDLING, _W.ABOVE),
    (_S.CONFIRMING, _A.FOLLOW_UP): _rule(None, _W.HOLDER, _W.ABOVE, _W.COMMUNITY),
    (_S.CONFIRMING, _A.TITLE): _LABELS[_A.TITLE],
    (_S.CONFIRMING, _A.JOIN): _RESIDENT_SPEAKS[_A.JOIN],
    (_S.CONFIRMING, _A.ADD): _RESIDENT_SPEAKS[_A.ADD],
    (_S.CLOSED, _A.NOTE): _NOTE,
    (_S.CLOSED, _A.FOLLOW_UP): _rule(None, _W.HOLDER, _W.ABOVE, _W.COMMUNITY),
    (_S.CLOSED, _A.REOPEN): _rule(_S.HANDLING, _W.ABOVE),
    (_S.CLOSED, _A.TITLE): _LABELS[_A.TITLE],
    (_S.CLOSED, _A.CONFIRM): _rule(None, _W.RESIDENT),
    (_S.CLOSED, _A.DISPUTE): _rule(_S.CONFIRMING, _W.RESIDENT),
    (_S.SUSPENDED, _A.NOTE): _NOTE,
    (_S.SUSPENDED, _A.REPLY): _REPLY,
    (_S.SUSPENDED, _A.RESUME): _rule(_S.HANDLING, _W.HOLDER, _W.ABOVE),
    (_S.SUSPENDED, _A.WITHDRAW): _rule(_S.WITHDRAWN, _W.RESIDENT),
    (_S.SUSPENDED, _A.JOIN): _RESIDENT_SPEAKS[_A.JOIN],
    (_S.SUSPENDED, _A.ADD): _RESIDENT_SPEAKS[_A.ADD],
    (_S.SUSPENDED, _A.TITLE): _LABELS[_A.TITLE],
    **{(_S.CONFIRMING, action): rule for action, rule in (_ASSIGNED | _DRAFTED | _DISTRICT | _IN_PUBLIC).items()},
    **{(_S.CLOSED, action): rule for action, rule in (_ASSIGNED | _DRAFTED | _DISTRICT | _IN_PUBLIC).items()},
    **{(_S.SUSPENDED, action): rule for action, rule in (_ASSIGNED | _DRAFTED | _DISTRICT | _IN_PUBLIC).items()},
    **{(_S.SUSPENDED, action): rule for action, rule in _BUNDLED.items()},
    **{(status, _A.UNBUNDLE): _BUNDLED[_A.UNBUNDLE] for status in (_S.CONFIRMING, *ENDED)},
    (_S.REFUSED, _A.TAKE_BACK): _IN_PUBLIC[_A.TAKE_BACK],
    (_S.WITHDRAWN, _A.TAKE_BACK): _IN_PUBLIC[_A.TAKE_BACK],
    (_S.MERGED, _A.TAKE_BACK): _IN_PUBLIC[_A.TAKE_BACK],
    (_S.REFUSED, _A.NOTE): _NOTE,
    (_S.REFUSED, _A.REOPEN): _rule(_S.HANDLING, _W.ABOVE),
}


def rule_of(status: str, action: str) -> Rule | None:
    """The rule for this pair, or None where the pair is impossible."""
    return TABLE.get((Status(status), Action(action)))


def actions_for(status: str, roles: frozenset[Who]) -> list[Action]:
    """Actions somebody in these roles may take now, in the order the enum lists them."""
    return [a for a in Action if (rule := rule_of(status, a)) and rule.who & roles]


class ClosingLevel(models.IntegerChoices):
    """Where the trouble ended: 小事不出小区, so the compound is a level of its own."""

    COMPOUND = 0, "小区"
    GRID = 1, "网格"
    COMMUNITY = 2, "社区"
    STREET = 3, "街道"
    DISTRICT = 4, "区"


class Outcome(models.TextChoices):
    """The reporter's answer to 是否解决."""

    SOLVED = "solved", "已解决"
    PARTLY = "partly", "部分解决"
    UNSOLVED = "unsolved", "未解决"


class Satisfaction(models.TextChoices):
    """The reporter's answer to 是否满意."""

    SATISFIED = "satisfied", "满意"
    FAIRLY = "fairly", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class MatterClass(models.TextChoices):
    """小事不出小区，大事不出社区，难事不出街道."""

    SMALL = "small", "小事"
    BIG = "big", "大事"
    HARD = "hard", "难事"


class UnsolvedReason(models.TextChoices):
    """未解决原因, as the caller hears it."""

    NOT_DONE = "not_done", "没有人来办"
    PARTLY_DONE = "partly_done", "只办了一部分"
    CAME_BACK = "came_back", "办过又出现"
    DISAGREE = "disagree", "不同意处理办法"
    WAITING = "waiting", "答应的还没到时间"
    OTHER = "other", "其他"


class Channel(models.TextChoices):
    """How a request reached the portal."""

    WEB = "web", "网上反映"
    VISIT = "visit", "入户走访"
    PHONE = "phone", "电话"
    COUNTER = "counter", "社区窗口"
    GROUP = "group", "微信群"
    HOTLINE = "hotline", "12345转办"
    API = "api", "系统接入"
