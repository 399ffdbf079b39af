"""What the case page shows, gathered before the template is drawn: a fixed number of queries, however long the story."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.acts import Act, act_for
from cases.journey import Stage, journey, ladder, stage_of
from cases.ladder import next_level
from cases.models import Approval, Case, CasePhoto, Event, Report
from cases.roles import knows_reporter, may_decide, may_reveal, open_actions
from cases.services.reveal import REASONS
from cases.states import Action, Status
from desk import (
    case_agency,
    case_consultations,
    case_disputes,
    case_district,
    case_hands,
    case_meetings,
    case_openly,
    case_orders,
    case_similar,
    case_spot,
)
from desk.deadline import paused_until, why
from desk.heard import heard_on
from desk.timeline import entries, newest_answer
from grids.levels import Level, code_at
from grids.models import Area

# The one action a case waits for, first match; the others stand beside it.
PRIMARY = (
    Action.COLLECT,
    Action.HAND_OUT,
    Action.SIGN,
    Action.EXPLAIN,
    Action.ACCEPT,
    Action.RESOLVE,
    Action.RESUME,
    Action.FOLLOW_UP,
)
RARE = (Action.CLASSIFY, Action.TITLE, Action.MERGE, Action.ASK_SUSPENSION, Action.ASK_REFUSAL)
ASKS = (Action.ASK_EXTENSION, Action.ASK_SUSPENSION, Action.ASK_REFUSAL, Action.ASK_RETURN)
ICONS = {Action.ESCALATE: "arrow-up", Action.RETURN: "arrow-back-up", Action.ASK_RETURN: "arrow-back-up"}


@dataclass(frozen=True)
class Button:
    """A way to an action's own page."""

    action: Action
    label: str
    url: str
    icon: str = ""


@dataclass
class Panel:
    """What the person may do: one primary action with its form, the everyday ones, the rare ones."""

    primary: Button | None = None
    form: object = None
    explains: str = ""
    buttons: list[Button] = field(default_factory=list)
    wide: list[Button] = field(default_factory=list)
    rare: list[Button] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """True where the person can only read."""
        return not (self.primary or self.buttons or self.wide)


@dataclass(frozen=True)
class Contact:
    """A reporter as the page shows them: masked, with what stands in the way of seeing more."""

    report: Report
    name: str
    phone: str
    obstacle: str
    url: str
    answer: str


@dataclass(frozen=True)
class Waiting:
    """A request that waits for a decision."""

    approval: Approval
    follows: str
    may_decide: bool
    until: object


def visible_case(user, number: str) -> Case | None:
    """The case of this number with what its page shows, where the user may see it."""
    return Case.objects.visible_to(user).for_page().filter(number=number).first()


def button_for(case: Case, action: Action, act: Act) -> Button:
    """The way to an action's page."""
    url = reverse("desk:act", args=[case.number, action.value])
    label = act.label
    if action == Action.ESCALATE and (target := next_level(case.level, urgent=case.urgent)):
        label += "区委组织部" if target == Level.DISTRICT else target.label
    return Button(action, label, url, ICONS.get(action, ""))


class CasePage:
    """Everything on the case page. All queries run here; the template only reads."""

    def __init__(self, case: Case, user, at=None):
        self.case, self.at = case, at or timezone.now()
        self.reasons = REASONS.items()
        self.actions = open_actions(case, user)
        events = list(Event.objects.newest_first().filter(case=case))
        self._load_lists(user)
        held = journey(events, at=self.at)
        self.ladder = ladder(case, held)
        self.stages = [held[stage] for stage in Stage if stage in held]
        self.here = stage_of(case.level, case.handling_unit)
        self.entries = entries(events, self.photos)
        self.answer = newest_answer(events, self.names)
        self.why = why(case, self.approvals, self.pauses)
        self.panel = self._panel(user)

    def _load_lists(self, user) -> None:
        case = self.case
        codes = {level: code_at(case.area_id, level) for level in (Level.COMMUNITY, Level.STREET)}
        areas = Area.objects.in_bulk([*codes.values(), case.area_id])
        self.names = {level: areas[code].full_name for level, code in codes.items()}
        self.names[Level.GRID] = case.area.full_name
        self.photos = list(CasePhoto.objects.filter(case=case).select_related("photo").order_by("pk"))
        self.first_photos = [photo for photo in self.photos if photo.report_id]
        self.pauses = list(case.pauses.order_by("started_at"))
        self.approvals = list(
            Approval.objects.filter(case=case).select_related("asked_by", "decided_by").order_by("-asked_at")
        )
        self.waiting = [self._waiting(a, user) for a in self.approvals if not a.decided_at and a.step == case.step]
        self.contacts = contacts(case, user)
        self.heard = heard_on(case, user)
        self.merged = list(case.merged.order_by("created_at"))
        self.agency = case_agency.gather(case, user)
        self.dispute = case_disputes.gather(case, user)
        # Two people's errands, or quarrels, are never one trouble.
        own = bool(self.agency or self.dispute.row)
        self.alike = case_similar.Alike(case) if own else case_similar.gather(case, user)
        self.hands = case_hands.gather(case, user)
        self.spot = case_spot.gather(case, user)
        self.district = case_district.gather(case, user)
        self.supervised = case_orders.gather(case, user)
        self.meetings = case_meetings.gather(case, user)
        self.openly = case_openly.gather(case, user)
        self.consulted = case_consultations.gather(case, user)

    def _panel(self, user) -> Panel:
        """While a request waits no second one can be made; for who decides, the decision comes first."""
        asked = [action for action in self.actions if not (self.waiting and action in ASKS)]
        # Accepted beside its ledger, see `case_district`: a case passed on from here would stand in none.
        elsewhere = {Action.COLLECT} | (self.agency.replaces if self.agency else set())
        asked = [action for action in asked if action not in elsewhere]
        busy = bool(self.spot.drafts) or any(waiting.may_decide for waiting in self.waiting)
        return _panel(self.case, asked, user, busy=busy or bool(self.agency and self.agency.primary))

    def _waiting(self, approval: Approval, user) -> Waiting:
        approval.case = self.case
        pause = next((p for p in self.pauses if p.step == approval.step and p.ended_at is None), None)
        return Waiting(approval, what_follows(approval), may_decide(approval, user), pause and paused_until(pause))

    @property
    def seat(self) -> str:
        """Who holds the case now, in words."""
        if self.case.handling_unit:
            return self.case.handling_unit.name
        return "区委组织部" if self.case.level == Level.DISTRICT else self.names[self.case.level]

    @property
    def others(self) -> int:
        """How many people reported the same besides the first."""
        return max(len(self.contacts) - 1, 0)

    @property
    def merge_with(self) -> bool:
        """Whether similar cases can be joined from here."""
        return Action.MERGE in self.actions

    @property
    def disputed(self) -> bool:
        """Whether the level above must look at the answer."""
        return self.case.status == Status.CONFIRMING and bool(self.case.review_by)


def what_follows(approval: Approval) -> str:
    """What agreeing to a request leads to."""
    if approval.kind == Approval.Kind.EXTEND:
        return f"同意后办理期限延长{approval.days}个工作日，居民会看到。"
    if approval.kind == Approval.Kind.SUSPEND:
        day = approval.review_date
        reason = approval.get_reason_class_display()
        return f"原因：{reason}。同意后停止计时，{day.year}年{day.month}月{day.day}日复核，居民会看到原因和日期。"
    if approval.kind == Approval.Kind.RETURN:
        return "同意后事项回到区委办重新交办，期限不变；不同意的，单位继续办理，不能再申请退回。"
    return "同意后告知居民不予受理，理由居民会看到。"


def contacts(case: Case, user) -> list[Contact]:
    """Everybody who reported this case or one joined to it, masked; first reporter first. One query."""
    asked = Report.objects.filter(Q(case=case) | Q(case__merged_into=case)).select_related("case")
    allowed, known = may_reveal(case, user), knows_reporter(case, user)
    ordered = sorted(asked, key=lambda report: (report.case_id != case.pk or not report.is_first, report.created_at))
    return [_contact(case, report, allowed, known) for report in ordered]


def _contact(case: Case, report: Report, allowed: bool, known: bool) -> Contact:
    obstacle = _obstacle(report, allowed)
    hidden = report.withheld or not known
    return Contact(
        report=report,
        name="" if hidden else str(report.name or ""),
        phone="" if hidden or not report.phone else str(report.phone),
        obstacle=obstacle,
        url="" if obstacle else reverse("desk:contact", args=[case.number, report.pk]),
        answer="　".join(
            filter(None, [report.get_outcome_display(), report.get_satisfaction_display(), report.comment])
        ),
    )


def _obstacle(report: Report, allowed: bool) -> str:
    if report.withheld:
        return "要求不让经办人员看到联系方式"
    if not report.phone:
        return "没有留下联系方式"
    return "" if allowed else "您的岗位不能查看联系方式"


def _panel(case: Case, actions: list[Action], user, *, busy: bool) -> Panel:
    """Sort what is open into one primary, everyday and rare. `busy`: something else waits for this person and comes first."""
    panel = Panel()
    first = None if busy else next((action for action in PRIMARY if action in actions), None)
    if first is None and not busy and Action.NOTE in actions:
        first = Action.NOTE
    if first:
        act = act_for(case, first, user)
        panel.primary, panel.explains = button_for(case, first, act), act.explains
        panel.form = act.form(case=case, user=user, prefix=str(first))
    for action in actions:
        if action == first:
            continue
        place = panel.rare if action in RARE else panel.wide if action == Action.ESCALATE else panel.buttons
        place.append(button_for(case, action, act_for(case, action, user)))
    return panel
