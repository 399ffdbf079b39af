"""联席研判 before and around the meeting: planning it, its agenda, who is asked to come, and issuing what was decided.

Every verb locks the meeting first and the case after it; what was issued is not changed any more.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import services as cases
from cases.models import Case
from cases.services.acting import OFFICE_UNIT, acting
from cases.states import Action, rule_of
from common.errors import DomainError
from grids.models import Area, Organization
from notifications.services import notify
from supervision.models import AgendaItem, Invitation, Meeting
from supervision.services.numbering import next_number

MAX_QUESTION = 200
MAX_DOCUMENT_NUMBER = 40


def plan(held_at: datetime, place: str, *, at: datetime | None = None, by: User) -> Meeting:
    """安排: 2026年第N次, numbered by us without gaps; N counts the meetings of the year it is held in."""
    at = at or timezone.now()
    _refuse_appointment(held_at, place, at)
    with transaction.atomic():
        year = timezone.localtime(held_at).year
        number = next_number(Meeting, year, keeper=OFFICE_UNIT)
        meeting = Meeting.objects.create(
            year=year, number=number, held_at=held_at, place=place.strip(), planned_at=at, planned_by=by
        )
        record("meeting.plan", subject=("meeting", meeting.pk), by=by, year=meeting.year, number=meeting.number)
    return meeting


def _refuse_appointment(held_at: datetime, place: str, at: datetime) -> None:
    if not place.strip():
        raise DomainError("请写明开会地点。")
    if timezone.localdate(held_at) < timezone.localdate(at):
        raise DomainError("开会时间不能早于今天。")


@contextmanager
def preparing(meeting: Meeting) -> Iterator[Meeting]:
    """The locked meeting, in one transaction; DomainError once it is issued."""
    with transaction.atomic():
        locked = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if locked.is_issued:
            raise DomainError(f"{locked}的议定事项已经印发，不能再改。")
        yield locked
    meeting.refresh_from_db()


def change(meeting: Meeting, held_at: datetime, place: str, *, at: datetime | None = None, by: User) -> None:
    """改时间地点, within the year that numbers it; everybody asked so far is told again."""
    at = at or timezone.now()
    _refuse_appointment(held_at, place, at)
    with preparing(meeting) as row:
        if timezone.localtime(held_at).year != row.year:
            raise DomainError(f"{row}按{row.year}年编号，不能改到别的年份。")
        if (row.held_at, row.place) == (held_at, place.strip()):
            return
        row.held_at, row.place = held_at, place.strip()
        row.save()
        record("meeting.change", subject=("meeting", row.pk), by=by)
        for invitation in row.invitations.all():
            _tell(invitation, f"{row}改为{when_and_where(row)}", cause=f"changed:{at.timestamp():.6f}", at=at)


def when_and_where(meeting: Meeting) -> str:
    """11月30日15:00，区委三楼会议室."""
    local = timezone.localtime(meeting.held_at)
    return f"{local.month}月{local.day}日{local:%H:%M}，{meeting.place}"


def _tell(invitation: Invitation, title: str, *, cause: str, at: datetime) -> None:
    notify(
        invitation.seat,
        cause=f"meeting:{invitation.meeting_id}:{cause}",
        title=title[:200],
        target=reverse("desk:invitation", args=[invitation.pk]),
        at=at,
    )


# --- the agenda


def add_case(meeting: Meeting, case: Case, question: str, *, at: datetime | None = None, by: User) -> AgendaItem:
    """列入议题, with what is to be decided. DomainError for what ended, is on another agenda, or is about a colleague."""
    if not question.strip():
        raise DomainError("请写明要定什么。")
    if len(question) > MAX_QUESTION:
        raise DomainError(f"“要定什么”最多{MAX_QUESTION}个字，请删减。")
    with preparing(meeting) as row, acting(case, Action.CONVENE, by=by, at=at) as turn:
        _refuse_case(row, turn.case)
        turn.note = f"{row}：{question.strip()}"
        item = AgendaItem.objects.create(
            meeting=row,
            case=turn.case,
            position=row.agenda.count() + 1,
            question=question.strip(),
            added_at=turn.at,
            added_by=by,
        )
        record("meeting.add", subject=("meeting", row.pk), by=by, case=turn.case.pk)
    return item


def _refuse_case(meeting: Meeting, case: Case) -> None:
    if case.has_ended:
        raise DomainError(f"这件事项已经{case.get_status_display()}，不用再议。")
    if case.about_id:
        # Units read the agenda; a complaint is for who holds it and who stands above.
        raise DomainError("反映工作人员的事项不上联席研判，请由承办单位的上级处理。")
    elsewhere = case.agenda_items.filter(state=AgendaItem.State.OPEN, meeting__issued_at__isnull=True)
    if found := elsewhere.select_related("meeting").first():
        where = "这次" if found.meeting_id == meeting.pk else found.meeting
        raise DomainError(f"这件事项已经在{where}的议题里。")
    if meeting.agenda.filter(case=case).exists():
        raise DomainError("这件事项这次已经议过。")


def remove(item: AgendaItem, *, at: datetime | None = None, by: User) -> None:
    """取下议题, while it is undecided; the case keeps a note of it."""
    with preparing(item.meeting) as meeting:
        row = undecided(item)
        case, gone = row.case, row.position
        record("meeting.remove", subject=("meeting", meeting.pk), by=by, case=case.pk)
        row.delete()
        for later in meeting.agenda.filter(position__gt=gone).order_by("position"):
            later.position -= 1
            later.save(update_fields=["position"])
        leave_note(case, f"从{meeting}的议题中取下", at=at, by=by)


def undecided(item: AgendaItem) -> AgendaItem:
    """The item as it is now; DomainError once it was decided or left for the next meeting."""
    row = item.meeting.agenda.select_related("case").filter(pk=item.pk).first()
    if row is None:
        raise DomainError("这个议题已经取下。")
    if row.state != AgendaItem.State.OPEN:
        raise DomainError(f"这个议题{row.get_state_display()}，不能再动。")
    return row


def leave_note(case: Case, text: str, *, at: datetime | None = None, by: User) -> None:
    """A note on the case for colleagues, where its status still takes one."""
    if rule_of(case.status, Action.NOTE):
        cases.note(case, text, at=at, by=by)


def move(item: AgendaItem, steps: int, *, by: User) -> None:
    """调整次序: one place up (-1) or down (1); at the end nothing happens."""
    with preparing(item.meeting) as meeting:
        row = undecided(item)
        other = meeting.agenda.filter(position=row.position + steps).first()
        if other is None:
            return
        place = row.position
        for moved, position in ((row, 0), (other, place), (row, place + steps)):
            moved.position = position
            moved.save(update_fields=["position"])
        record("meeting.move", subject=("meeting", meeting.pk), by=by, case=row.case_id)


# --- who comes


def invite(
    meeting: Meeting,
    *,
    units: Iterable[Organization] = (),
    areas: Iterable[Area] = (),
    at: datetime | None = None,
    by: User,
) -> list[Invitation]:
    """通知单位和街道: their seats are told time and place; whoever was asked before is left alone. Returns the new ones."""
    at = at or timezone.now()
    with preparing(meeting) as row:
        asked = {invitation.seat for invitation in row.invitations.all()}
        wanted = [Invitation(meeting=row, unit=unit) for unit in units]
        wanted += [Invitation(meeting=row, area=area) for area in areas]
        new = list({one.seat: one for one in wanted if one.seat not in asked}.values())
        if not new:
            return []
        for invitation in new:
            invitation.save()
            _tell(invitation, f"请参加{row}：{when_and_where(row)}，请回执", cause="invited", at=at)
        if row.invited_at is None:
            row.invited_at = at
            row.save()
        record("meeting.invite", subject=("meeting", row.pk), by=by, asked=[invitation.pk for invitation in new])
    return new


def answer_invitation(
    invitation: Invitation, reply: str, note: str = "", *, at: datetime | None = None, by: User
) -> None:
    """回执: 参加, 派人参加 or 不能参加, changed as often as needed until the meeting is issued. An absence is told to who planned it."""
    at = at or timezone.now()
    if reply not in Invitation.Reply.values or reply == Invitation.Reply.NONE:
        raise DomainError("请选择参加、派人参加或者不能参加。")
    if reply == Invitation.Reply.ABSENT and not note.strip():
        raise DomainError("请写明不能参加的原因。")
    with preparing(invitation.meeting) as meeting:
        row = Invitation.objects.select_related("unit", "area").get(pk=invitation.pk)
        row.reply, row.note, row.replied_at, row.replied_by = reply, note.strip()[:200], at, by
        row.save()
        record("meeting.reply", subject=("meeting", meeting.pk), by=by, invitation=row.pk, reply=str(reply))
        if reply == Invitation.Reply.ABSENT:
            notify(
                f"user:{meeting.planned_by_id}",
                cause=f"meeting:{meeting.pk}:absent:{row.pk}:{at.timestamp():.6f}",
                title=f"{row.whose}不能参加{meeting}",
                target=reverse("desk:meeting", args=[meeting.pk]),
                at=at,
            )
    invitation.refresh_from_db()


# --- the end


def issue(meeting: Meeting, document_number: str = "", *, at: datetime | None = None, by: User) -> None:
    """印发议定事项: frozen from now on. The document number (文号) is what somebody typed; the portal makes none."""
    at = at or timezone.now()
    number = document_number.strip()
    if len(number) > MAX_DOCUMENT_NUMBER:
        raise DomainError(f"文号最多{MAX_DOCUMENT_NUMBER}个字，请核对。")
    with preparing(meeting) as row:
        states = list(row.agenda.values_list("state", flat=True))
        if not states:
            raise DomainError("还没有议题，不能印发。")
        if left := states.count(AgendaItem.State.OPEN):
            raise DomainError(f"还有{left}件没有议，请议定或者留到下次。")
        row.printed = minutes(row)
        row.document_number, row.issued_at, row.issued_by = number, at, by
        row.save()
        record("meeting.issue", subject=("meeting", row.pk), by=by)
        for invitation in row.invitations.all():
            _tell(invitation, f"{row}的议定事项已印发", cause="issued", at=at)


def minutes(meeting: Meeting) -> list[dict]:
    """The items as words: case (its id), number, title, place, question, state, decision, duties. No personal data.

    The title is what staff wrote for the public or the category, never the reporter's own words.
    """
    return [
        {
            "case": item.case_id,
            "number": item.case.number,
            "title": item.case.title or item.case.category.name,
            "place": item.case.area.full_name,
            "question": item.question,
            "state": item.state,
            "decision": item.decision,
            "duties": [
                {
                    "whose": resolution.assignment.whose,
                    "owner": resolution.assignment.owner,
                    "what": resolution.assignment.what,
                    "due_date": timezone.localdate(resolution.assignment.due_at).isoformat(),
                }
                for resolution in item.resolutions.all()
            ],
        }
        for item in meeting.agenda.for_list()
    ]
