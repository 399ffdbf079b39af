"""联席研判 at the table: what each side said, what was decided, who does what by when. Each decision is a step of its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import services as cases
from cases.assignments import OPEN_STATES, Kind
from cases.models import Assignment, Case
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT, acting, unit_of
from cases.states import Action
from common.errors import DomainError
from grids.models import Area, Organization
from supervision.models import AgendaItem, LedgerEntry, LedgerItem, Meeting, Resolution
from supervision.services.meetings import leave_note, preparing, undecided

# What is due on a day is due when offices close.
CLOSING = time(18)
MAX_PUBLIC = 500
MAX_WHAT = 500


@dataclass(frozen=True)
class Duty:
    """What one unit, or the street or community of the case, owes by a day. Without `what`, the decision itself."""

    due_date: date
    unit: Organization | None = None
    area: Area | None = None
    owner: str = ""
    what: str = ""

    @property
    def due_at(self) -> datetime:
        """The moment it is due."""
        return timezone.make_aware(datetime.combine(self.due_date, CLOSING))

    def is_same(self, row: Assignment, decision: str) -> bool:
        """True where this was handed out already, word for word."""
        there = (row.unit_id, row.area_id, row.owner, row.what, row.due_at)
        unit, area = self.unit and self.unit.pk, self.area and self.area.pk
        return there == (unit, area, self.owner, self.what or decision, self.due_at)


@dataclass(frozen=True)
class Shelving:
    """挂账 asked for at the table: the class of reasons, and the day to look at it again."""

    reason_class: str
    review_date: date


def note_opinions(item: AgendaItem, opinions: str, *, by: User) -> None:
    """各方意见: what each side says, for colleagues of the district only."""
    with preparing(item.meeting) as meeting:
        row = meeting.agenda.get(pk=item.pk)
        row.opinions = opinions.strip()
        row.save()
        record("meeting.opinions", subject=("meeting", meeting.pk), by=by, case=row.case_id)
    item.refresh_from_db()


def decide(
    item: AgendaItem,
    decision: str,
    public_text: str = "",
    duties: Sequence[Duty] = (),
    *,
    opinions: str | None = None,
    lead: Organization | None = None,
    shelve: Shelving | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """议定, changed as often as needed until the meeting is issued.

    1. the case gets its step, residents read `public_text`; 2. what is owed already stays, the rest is released, what
    is new is handed out by 区委办; 3. where asked, 区委办 hands the case to `lead`, or 挂账 is asked for; 4. an issued
    ledger that lists the case gets its entry. All of it or nothing.
    """
    decision, public_text = decision.strip(), public_text.strip()
    _refuse_words(decision, public_text)
    at = at or timezone.now()
    with preparing(item.meeting) as meeting:
        row = meeting.agenda.select_related("case").get(pk=item.pk)
        _on_the_case(meeting, row, decision, public_text, at=at, by=by)
        row.state, row.decision, row.public_text = AgendaItem.State.DECIDED, decision, public_text
        row.opinions = row.opinions if opinions is None else opinions.strip()
        row.decided_at, row.decided_by = at, by
        row.save()
        _settle(row, duties, at=at, by=by)
        _move_on(row.case, decision, lead, shelve, at=at, by=by)
        _enter_in_ledger(row, meeting, at=at, by=by)
        record("meeting.decide", subject=("meeting", meeting.pk), by=by, case=row.case_id)
    item.refresh_from_db()


def _refuse_words(decision: str, public_text: str) -> None:
    if not decision:
        raise DomainError("请写明议定的内容。")
    if len(decision) > MAX_WHAT:
        raise DomainError(f"议定最多{MAX_WHAT}个字，请删减。")
    if len(public_text) > MAX_PUBLIC:
        raise DomainError(f"“告诉居民什么”最多{MAX_PUBLIC}个字，请删减。")


def _on_the_case(meeting: Meeting, row: AgendaItem, decision: str, public_text: str, *, at: datetime, by: User) -> None:
    """The step of the case. Residents are not told the same words twice."""
    again = row.state == AgendaItem.State.DECIDED
    with acting(row.case, Action.DECIDE, by=by, at=at) as turn:
        if turn.case.has_ended:
            raise DomainError(f"这件事项已经{turn.case.get_status_display()}，请取下议题。")
        later = turn.case.agenda_items.filter(state=AgendaItem.State.OPEN, meeting__issued_at__isnull=True)
        if later.exclude(pk=row.pk).exists():
            raise DomainError("这件事项已经列入下一次的议题，请在那里议定。")
        turn.note = f"{meeting}{'改为' if again else '议定'}：{decision}"
        if public_text and public_text != row.public_text:
            turn.public_text = public_text
            turn.tell_reporters("区里研究了您反映的问题")


def _settle(row: AgendaItem, duties: Sequence[Duty], *, at: datetime, by: User) -> None:
    wanted = list(duties)
    for resolution in row.resolutions.select_related("assignment").order_by("pk"):
        kept = next((duty for duty in wanted if duty.is_same(resolution.assignment, row.decision)), None)
        if kept is not None:
            wanted.remove(kept)
            continue
        _release(resolution, at=at, by=by)
    giver = f"unit:{unit_of(OFFICE_UNIT).pk}"
    for duty in wanted:
        what = duty.what.strip() or row.decision
        if len(what) > MAX_WHAT:
            raise DomainError(f"要做什么最多{MAX_WHAT}个字，请删减。")
        assignment = assigning.assign(
            row.case,
            what,
            kind=Kind.RESOLUTION,
            giver=giver,
            unit=duty.unit,
            area=duty.area,
            owner=duty.owner.strip(),
            due_at=duty.due_at,
            at=at,
            by=by,
        )
        Resolution.objects.create(item=row, assignment=assignment)


def _release(resolution: Resolution, *, at: datetime, by: User) -> None:
    """What was decided otherwise is owed no more; its events stay on the case. What was reported already stands."""
    assignment = resolution.assignment
    if assignment.state not in OPEN_STATES:
        raise DomainError(f"{assignment.whose}已经反馈，这一项不能再改。")
    resolution.delete()
    assigning.end(assignment, "联席研判改了议定", at=at, by=by)


def _move_on(
    case: Case, decision: str, lead: Organization | None, shelve: Shelving | None, *, at: datetime, by: User
) -> None:
    if lead and shelve:
        raise DomainError("交办和挂账只能选一样。")
    if lead:
        cases.hand_out(case, lead, decision, at=at, by=by)
    if shelve:
        cases.ask_suspension(case, shelve.reason_class, shelve.review_date, decision, at=at, by=by)


def _enter_in_ledger(row: AgendaItem, meeting: Meeting, *, at: datetime, by: User) -> None:
    listed = LedgerItem.objects.filter(case=row.case, ledger__issued_at__isnull=False).order_by("-pk").first()
    if listed is not None:
        words = f"{meeting}：{row.decision}"[:500]
        LedgerEntry.objects.create(item=listed, kind=LedgerEntry.Kind.MEETING, text=words, noted_at=at, noted_by=by)


def postpone(item: AgendaItem, *, at: datetime | None = None, by: User) -> None:
    """留到下次: offered first on the next agenda; the case keeps a note of it."""
    with preparing(item.meeting) as meeting:
        row = undecided(item)
        row.state = AgendaItem.State.POSTPONED
        row.save()
        leave_note(row.case, f"{meeting}没有议定，留到下次", at=at, by=by)
        record("meeting.postpone", subject=("meeting", meeting.pk), by=by, case=row.case_id)
    item.refresh_from_db()
