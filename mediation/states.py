"""The state table of a dispute: (status, action) → status, with who may. Pure."""

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    """How far a dispute is."""

    REGISTERED = "registered", "待受理"
    ACCEPTED = "accepted", "已受理"
    MEDIATING = "mediating", "调解中"
    AGREED = "agreed", "达成协议"
    FAILED = "failed", "未达成协议"
    FOLLOWED_UP = "followed_up", "已回访"
    HANDED_OVER = "handed_over", "已移交"
    ARCHIVED = "archived", "已归档"


# Somebody has to bring it to a result, and the limit date counts.
OPEN = (Status.REGISTERED, Status.ACCEPTED, Status.MEDIATING)
# A result stands; what is left is to look after it and to file the papers.
CONCLUDED = (Status.AGREED, Status.FAILED, Status.FOLLOWED_UP, Status.HANDED_OVER, Status.ARCHIVED)


class Action(models.TextChoices):
    """What can be done to a dispute."""

    REGISTER = "register", "登记"
    ACCEPT = "accept", "受理"
    ASSIGN = "assign", "指定调解员"
    PARTY = "party", "补充当事人"
    CORRECT = "correct", "补正登记"
    INVESTIGATE = "investigate", "调查"
    MEDIATE = "mediate", "调解"
    EXTEND = "extend", "延长期限"
    AGREE = "agree", "达成协议"
    FAIL = "fail", "调解不成"
    FOLLOW_UP = "follow_up", "回访"
    HAND_OVER = "hand_over", "移交"
    SCAN = "scan", "存入扫描件"
    ARCHIVE = "archive", "归档"


class Who(models.TextChoices):
    """In which role a person stands to a dispute."""

    MEDIATOR = "mediator", "调解员"
    HEAD = "head", "社区负责人"
    OFFICE = "office", "社区分派人"


@dataclass(frozen=True)
class Rule:
    """Where an action leads (None: the status stays) and who may take it."""

    to: Status | None
    who: frozenset[Who]


_S, _A, _W = Status, Action, Who


def _rule(to: Status | None, *who: Who) -> Rule:
    return Rule(to, frozenset(who or (_W.MEDIATOR, _W.HEAD)))


# Who is to mediate, the community's office says too: it need not know between whom.
_ASSIGN = {_A.ASSIGN: _rule(None, _W.HEAD, _W.OFFICE)}
_FACTS = {_A.PARTY: _rule(None), _A.CORRECT: _rule(None)}
_HAND_OVER = {_A.HAND_OVER: _rule(_S.HANDED_OVER)}
_SCAN = {_A.SCAN: _rule(None)}
_FILED = {_A.ARCHIVE: _rule(_S.ARCHIVED)}

_MOVES: dict[Status, dict[Action, Rule]] = {
    _S.REGISTERED: {_A.ACCEPT: _rule(_S.ACCEPTED)} | _ASSIGN | _FACTS | _HAND_OVER | _SCAN,
    _S.ACCEPTED: {
        _A.INVESTIGATE: _rule(None),
        _A.MEDIATE: _rule(_S.MEDIATING),
        _A.EXTEND: _rule(None),
        **(_ASSIGN | _FACTS | _HAND_OVER | _SCAN),
    },
    _S.MEDIATING: {
        _A.INVESTIGATE: _rule(None),
        _A.MEDIATE: _rule(None),
        _A.EXTEND: _rule(None),
        _A.AGREE: _rule(_S.AGREED),
        _A.FAIL: _rule(_S.FAILED),
        **(_ASSIGN | _FACTS | _HAND_OVER | _SCAN),
    },
    _S.AGREED: {_A.FOLLOW_UP: _rule(_S.FOLLOWED_UP)} | _ASSIGN | _SCAN,
    _S.FAILED: {_A.FOLLOW_UP: _rule(_S.FOLLOWED_UP)} | _ASSIGN | _HAND_OVER | _SCAN,
    _S.FOLLOWED_UP: {_A.FOLLOW_UP: _rule(None)} | _ASSIGN | _SCAN | _FILED,
    _S.HANDED_OVER: _ASSIGN | _SCAN | _FILED,
    _S.ARCHIVED: {},
}
TABLE: dict[tuple[Status, Action], Rule] = {
    (status, action): rule for status, rules in _MOVES.items() for action, rule in rules.items()
}


def rule_of(status: str, action: str) -> Rule | None:
    """The rule for this pair, or None where the pair is impossible."""
    return TABLE.get((Status(status), Action(action)))


def actions_for(status: str, roles: frozenset[Who]) -> list[Action]:
    """Actions somebody in these roles may take now, in the order the enum lists them."""
    return [a for a in Action if (rule := rule_of(status, a)) and rule.who & roles]


class Origin(models.TextChoices):
    """How a dispute came to the committee."""

    APPLIED = "applied", "当事人申请"
    OFFERED = "offered", "主动调解"
    REFERRED = "referred", "委托移送"


class Side(models.TextChoices):
    """On which side of a dispute a party stands."""

    APPLICANT = "applicant", "申请人"
    RESPONDENT = "respondent", "被申请人"
    OTHER = "other", "其他当事人"


class RecordKind(models.TextChoices):
    """Which paper of the file a record is."""

    INVESTIGATION = "investigation", "调查记录"
    MEDIATION = "mediation", "调解记录"
    FOLLOW_UP = "follow_up", "回访记录"


class Kept(models.TextChoices):
    """What a follow-up found about the agreement."""

    KEPT = "kept", "已履行"
    PARTLY = "partly", "部分履行"
    BROKEN = "broken", "没有履行"
    NONE = "none", "没有协议"


class Receiver(models.TextChoices):
    """Whom a dispute is handed over to."""

    JUSTICE = "justice", "司法所"
    COURT = "court", "人民法院"
    PETITION = "petition", "信访部门"
    OTHER = "other", "其他部门"


class Paper(models.TextChoices):
    """Which paper of a mediation file a scan shows."""

    APPLICATION = "application", "调解申请书"
    ACCEPTANCE = "acceptance", "受理登记表"
    INVESTIGATION = "investigation", "调查记录"
    MEDIATION = "mediation", "调解记录"
    AGREEMENT = "agreement", "人民调解协议书"
    FOLLOW_UP = "follow_up", "回访记录"
    OTHER = "other", "其他材料"


class Officer(models.TextChoices):
    """Who comes to a service day (三官一律)."""

    POLICE = "police", "警官"
    PROSECUTOR = "prosecutor", "检察官"
    JUDGE = "judge", "法官"
    LAWYER = "lawyer", "律师"


class DayStatus(models.TextChoices):
    """How far a service day is."""

    PLANNED = "planned", "已安排"
    HELD = "held", "已开展"
    CANCELLED = "cancelled", "已取消"


class LegalKind(models.TextChoices):
    """What a legal service was."""

    ADVICE = "advice", "法律咨询"
    LECTURE = "lecture", "法治宣传"
    AID = "aid", "法律援助引导"
    DRAFTING = "drafting", "代写文书"
    NOTARY = "notary", "公证和司法确认引导"
    OTHER = "other", "其他法律服务"
