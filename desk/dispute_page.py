"""What the page of a dispute shows: for insiders parties, account and papers; for everybody else that there is one."""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from cases.due import DUE_DONE, DUE_OK, DUE_OVER, DUE_SOON
from cases.models import Case
from desk.case_page import Button, Panel
from desk.forms_disputes import ACTS
from desk.timeline import Entry
from mediation import services as mediation
from mediation.models import Agreement, Dispute, DisputeEvent, HandOver, Mediator, Party, Record, Scan
from mediation.roles import is_insider, open_actions, roles_of
from mediation.services.contact import REASONS
from mediation.services.mediating import BOTH
from mediation.states import Action, Side, Status

# The one step a dispute waits for, first match; the others stand beside it.
PRIMARY = (Action.ACCEPT, Action.AGREE, Action.MEDIATE, Action.FOLLOW_UP, Action.ARCHIVE)
RARE = (Action.CORRECT, Action.PARTY, Action.ASSIGN, Action.EXTEND)
_SOON_DAYS = 7
_NEXT = {
    Status.REGISTERED: "等待受理；受理之日起一个月内化解。",
    Status.ACCEPTED: "先了解情况，再约双方调解；每次调解写一份记录。",
    Status.MEDIATING: "谈成了登记协议，谈不成登记调解不成，也可以移交。",
    Status.AGREED: "打印协议书请双方签字盖章，存入扫描件，到履行期限后回访。双方可以自协议生效之日起三十日内共同向人民法院申请司法确认。",
    Status.FAILED: "告知双方其他途径以后回访一次，或者移交。",
    Status.FOLLOWED_UP: "材料齐了就归档；没有履行的可以再回访。",
    Status.HANDED_OVER: "已由接收单位处理，材料齐了就归档。",
    Status.ARCHIVED: "卷宗已归档。",
}
_GREEN = {Action.REGISTER, Action.AGREE, Action.ARCHIVE}
_UP = {Action.HAND_OVER}


def due_state(dispute: Dispute, on=None) -> tuple[str, str]:
    """(state, words) of the limit date, as `{% due_badge %}` shows it."""
    if not dispute.is_open:
        return DUE_DONE, dispute.status_label
    left = (dispute.limit_date - (on or timezone.localdate())).days
    if left < 0:
        return DUE_OVER, f"超期{-left}天"
    if left == 0:
        return DUE_SOON, "今天到期"
    return (DUE_SOON if left <= _SOON_DAYS else DUE_OK), f"剩{left}天"


@dataclass(frozen=True)
class PartyRow:
    """A party, masked, and the way to see more."""

    party: Party
    side: str
    name: str
    phone: str
    address: str
    url: str


def party_row(dispute: Dispute, party: Party) -> PartyRow:
    """A party as an insider sees it."""
    url = reverse("desk:dispute-contact", args=[dispute.case.number, party.pk]) if party.name else ""
    return PartyRow(
        party, Side(party.side).label, str(party.name or ""), str(party.phone or ""), str(party.address or ""), url
    )


@dataclass
class File:
    """The papers, for insiders."""

    parties: list[PartyRow] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    agreement: Agreement | None = None
    hand_over: HandOver | None = None
    scans: list[Scan] = field(default_factory=list)


class DisputePage:
    """Everything on the page of a dispute. All queries run here; the template only reads."""

    def __init__(self, dispute: Dispute, user):
        self.dispute = dispute
        self.roles = roles_of(dispute, user)
        self.inside = is_insider(self.roles)
        # Who mediates need not be of the community that holds the case.
        self.sees_case = Case.objects.visible_to(user).filter(pk=dispute.case_id).exists()
        rows = Mediator.objects.filter(dispute=dispute, ended_at__isnull=True).select_related("user")
        self.mediators = list(rows.order_by("-is_lead", "pk"))
        self.file = _file(dispute) if self.inside else File()
        self.entries = [_entry(event) for event in DisputeEvent.objects.newest_first().filter(dispute=dispute)]
        self.entries[0].mark = self.entries[0].mark or "now"
        # One that came of a case: between whom it is, and what happened, is still to be written down.
        asks = self.inside and dispute.status == Status.REGISTERED
        self.lacking = mediation.lacking(dispute) if asks else []
        self.panel = _panel(dispute, open_actions(dispute, self.roles), self._first)
        self.reasons = REASONS.items()

    @property
    def _first(self) -> tuple[Action, ...]:
        """What comes before 受理, where something does."""
        if not self.lacking:
            return PRIMARY
        return (Action.PARTY if BOTH in self.lacking else Action.CORRECT, *PRIMARY)

    @property
    def next_step(self) -> str:
        """What is to be done now, in a sentence."""
        if self.lacking:
            return f"受理以前，先补充{'和'.join(self.lacking)}。"
        return _NEXT[Status(self.dispute.status)]

    @property
    def due_state(self) -> tuple[str, str]:
        """For the badge."""
        return due_state(self.dispute)


def _file(dispute: Dispute) -> File:
    return File(
        [party_row(dispute, party) for party in Party.objects.filter(dispute=dispute).order_by("pk")],
        list(Record.objects.filter(dispute=dispute).select_related("written_by").order_by("held_date", "pk")),
        Agreement.objects.filter(dispute=dispute).first(),
        HandOver.objects.filter(dispute=dispute).first(),
        list(Scan.objects.filter(dispute=dispute).order_by("pk")),
    )


def _entry(event: DisputeEvent) -> Entry:
    return Entry(
        number=event.number,
        title=event.get_action_display(),
        who=event.by.called,
        at=event.at,
        mark="up" if event.action in _UP else "ok" if event.action in _GREEN else "",
        said=event.note,
    )


def _panel(dispute: Dispute, actions: list[Action], order: tuple[Action, ...]) -> Panel:
    """One primary step with its form, everyday ones, rare ones."""
    panel = Panel()
    first = next((action for action in order if action in actions), None)
    if dispute.status == Status.FOLLOWED_UP and dispute.is_success and Action.ARCHIVE in actions:
        first = Action.ARCHIVE
    if first:
        panel.primary = _button(dispute, first)
        panel.form = ACTS[first].form(dispute=dispute)
        panel.explains = ACTS[first].explains.rstrip("。")
    for action in actions:
        if action != first:
            place = panel.rare if action in RARE and panel.primary else panel.buttons
            place.append(_button(dispute, action))
    return panel


def _button(dispute: Dispute, action: Action) -> Button:
    url = reverse("desk:dispute-act", args=[dispute.case.number, action.value])
    return Button(action, ACTS[action].label, url)
