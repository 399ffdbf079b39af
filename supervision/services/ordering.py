"""督办: sending an order out, deciding on a proposal, deciding on the answer.

The case is locked first in every verb, then the office that numbers the papers, then the order.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.assignments import Kind as Task
from cases.models import Assignment, Case, Event
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT, acting, seat_at, unit_of
from cases.states import Action
from common.errors import DomainError
from grids.levels import Level, code_at
from grids.models import Area, Organization
from notifications.services import notify
from supervision.models import Order
from supervision.rules import NUMBERED, Kind, Last, Standing, State, next_kind, why_not
from supervision.services.numbering import next_number


def office_seat() -> str:
    """The seat of 区委办, which gives every order out."""
    return f"unit:{unit_of(OFFICE_UNIT).pk}"


def addressee(case: Case) -> tuple[Organization | None, Area | None]:
    """Who has to answer an order on this case: its unit, or its street.

    DomainError where the district itself holds it and nobody could be ordered.
    """
    unit = case.handling_unit
    if unit is not None and unit.takes_cases:
        return unit, None
    if unit is not None:
        raise DomainError(f"事项现在由{unit.name}承办，交办给承办单位以后才能督办。")
    if case.level == Level.DISTRICT:
        raise DomainError("事项现在由区委组织部研判，交办给承办单位以后才能督办。")
    return None, Area.objects.get(code=code_at(case.area_id, Level.STREET))


def last_order(case: Case, *, at: datetime | None = None) -> tuple[Order | None, Last | None]:
    """The newest order of the case that demands an answer, and how it stands; 催办 and proposals do not count."""
    sent = Order.objects.sent().exclude(kind=Kind.URGE).filter(case=case)
    order = sent.select_related("assignment__unit", "assignment__area").order_by("-issued_at", "-pk").first()
    if order is None:
        return None, None
    refused = Event.objects.filter(case=case, assignment=order.assignment_id, action=Action.ASSIGN_REDO).exists()
    standing = order.standing(at=at, holder=_holder(case), refused=refused)
    return order, Last(Kind(order.kind), standing)


def _holder(case: Case) -> str:
    """The seat an order would go to now; empty where nobody could be ordered, so that nothing counts as moved on."""
    try:
        unit, area = addressee(case)
    except DomainError:
        return ""
    return f"unit:{unit.pk}" if unit else f"area:{area.code}"


def may_issue(case: Case, *, at: datetime | None = None) -> Kind:
    """The order that may go out on this case now. DomainError with the reason where none may."""
    if not case.is_open:
        raise DomainError(f"这件事项现在是“{case.get_status_display()}”，不用督办。")
    addressee(case)
    _, last = last_order(case, at=at)
    kind = next_kind(last)
    if kind is None:
        raise DomainError(why_not(last) if last else "现在不能督办。")
    return kind


@transaction.atomic
def issue(
    case: Case,
    kind: Kind,
    *,
    demand: str,
    answer_by: datetime,
    why: str,
    document_number: str = "",
    at: datetime | None = None,
    by: User,
) -> Order:
    """Send an order to whoever holds the case: the unit, or the street for what is held below the district.

    DomainError where another kind is next, where none may go out now, or where something is missing.
    """
    order = Order(case=case, kind=kind)
    _send(order, case, kind, demand, answer_by, why, document_number, at or timezone.now(), by)
    return order


@transaction.atomic
def issue_proposed(
    order: Order,
    *,
    demand: str,
    answer_by: datetime,
    why: str,
    document_number: str = "",
    at: datetime | None = None,
    by: User,
) -> Order:
    """Send out what the portal proposed, as the kind that is next on its case."""
    case = _locked(order.case_id)
    row = _proposal(order)
    at = at or timezone.now()
    _send(row, case, may_issue(case, at=at), demand, answer_by, why, document_number, at, by)
    order.refresh_from_db()
    return order


def _locked(case_id: int) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("category", "area", "handling_unit")
    return rows.get(pk=case_id)


def _proposal(order: Order) -> Order:
    row = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if row.state != State.PROPOSED:
        raise DomainError(f"这条建议现在是“{row.get_state_display()}”，不用再决定。")
    return row


def _send(order: Order, case: Case, kind: Kind, demand, answer_by, why, document_number, at: datetime, by: User):
    """1. check what is next under the lock; 2. end what it replaces; 3. number it; 4. hand the answer out; 5. the event."""
    held = _locked(case.pk)
    _refuse(held, kind, demand, answer_by, why, at)
    _replace(held, order, kind, at, by)
    order.year, order.number = _numbered(kind, at)
    order.kind, order.state, order.demand, order.why = kind, State.ISSUED, demand, why
    order.document_number, order.answer_by = document_number, answer_by
    order.issued_at, order.issued_by = at, by
    unit, area = addressee(held)
    order.assignment = assigning.assign(
        held, demand, kind=Task.ORDER, giver=office_seat(), unit=unit, area=area, due_at=answer_by, at=at, by=by
    )
    order.save()
    day = timezone.localtime(answer_by)
    with acting(held, Action.SUPERVISE, by=by, at=at) as turn:
        turn.note = f"{order.called}：{demand}"
        turn.public_text = f"区里已督办，请{order.assignment.whose}在{day.month}月{day.day}日前答复办理情况"
        if order.assignment.unit_id:
            turn.tell(seat_at(held, Level.STREET), f"区委办发出{order.called}，督办{order.assignment.whose}")
    case.refresh_from_db()


def _refuse(case: Case, kind: Kind, demand: str, answer_by: datetime, why: str, at: datetime) -> None:
    if not demand.strip() or not why.strip():
        raise DomainError("请写明督办原因和要求。")
    if answer_by <= at:
        raise DomainError("答复期限要晚于现在。")
    allowed = may_issue(case, at=at)
    if kind != allowed:
        raise DomainError(f"这件事项现在应发{allowed.label}，不能发{Kind(kind).label}。")


def _replace(case: Case, order: Order, kind: Kind, at: datetime, by: User) -> None:
    """A new order takes the place of the one before, of 催办, and of what else was proposed on the case."""
    words = f"已发{kind.label}"
    last, standing = last_order(case, at=at)
    if last and standing and standing.standing != Standing.OVER:
        if last.assignment and last.assignment.is_open:
            assigning.end(last.assignment, f"{words}，以新的为准", at=at, by=by)
        _fall_away(last, words, at)
    Order.objects.urging().filter(case=case).update(state=State.ENDED, ended_at=at, decision_note=words)
    others = Order.objects.proposed().filter(case=case).exclude(pk=order.pk)
    others.update(state=State.DISMISSED, decided_at=at, decided_by=by, decision_note=words)


def _fall_away(order: Order, words: str, at: datetime) -> None:
    changed = Order.objects.issued().filter(pk=order.pk)
    changed.update(state=State.ENDED, ended_at=at, decision_note=words)


def _numbered(kind: Kind, at: datetime) -> tuple[int | None, int | None]:
    """Year and the next number of that year; nothing for what carries no number."""
    if kind not in NUMBERED:
        return None, None
    year = timezone.localdate(at).year
    return year, next_number(Order, year, keeper=OFFICE_UNIT)


@transaction.atomic
def dismiss(order: Order, reason: str, *, at: datetime | None = None, by: User) -> None:
    """不督办: the proposal is dropped with a reason; the portal does not make it again."""
    if not reason.strip():
        raise DomainError("请写明不督办的理由。")
    _locked(order.case_id)
    row = _proposal(order)
    row.state, row.decided_at, row.decided_by = State.DISMISSED, at or timezone.now(), by
    row.decision_note = reason
    row.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
    record("order.dismiss", subject=("order", row.pk), by=by, case=row.case_id)
    order.refresh_from_db()


@transaction.atomic
def accept_answer(order: Order, note: str = "", *, at: datetime | None = None, by: User) -> None:
    """认可答复: what was demanded has been done."""
    at = at or timezone.now()
    row = _with_answer(order)
    assigning.accept(row.assignment, note, at=at, by=by)
    row.state, row.decided_at, row.decided_by, row.decision_note = State.ACCEPTED, at, by, note
    row.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
    order.refresh_from_db()


@transaction.atomic
def refuse_answer(order: Order, reason: str, answer_by: datetime, *, at: datetime | None = None, by: User) -> None:
    """不认可答复: the body goes on and answers again by a new date; a heavier order may follow at once."""
    row = _with_answer(order)
    assigning.redo(row.assignment, reason, answer_by, at=at, by=by)
    row.answer_by = answer_by
    row.save(update_fields=["answer_by"])
    order.refresh_from_db()


def _with_answer(order: Order) -> Order:
    _locked(order.case_id)
    row = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if row.state != State.ISSUED or row.assignment_id is None:
        raise DomainError(f"这份{row.get_kind_display()}现在是“{row.get_state_display()}”，没有等待认可的答复。")
    row.assignment = Assignment.objects.select_related("unit", "area").get(pk=row.assignment_id)
    return row


def propose(case: Case, trigger: str, why: str, *, at: datetime) -> Order:
    """建议督办, for the sweep: the row and one notice to 区委办. The caller holds the case's lock."""
    order = Order.objects.create(
        case=case, kind=Kind.FIRST, state=State.PROPOSED, trigger=trigger, why=why, proposed_at=at, created_at=at
    )
    record("order.propose", subject=("order", order.pk), by=None, case=case.pk)
    notify(
        office_seat(),
        cause=f"order:{order.pk}:proposed",
        title=f"建议督办：{case.title or case.category.name}（{case.number}），{why}",
        target=order.get_absolute_url(),
        hidden_from=case.about_id,
        at=at,
    )
    return order


def urge(case: Case, trigger: str, why: str, *, at: datetime) -> Order:
    """催办, for the sweep: the row, the event and its notices. The caller holds the case's lock."""
    unit = case.handling_unit
    order = Order.objects.create(
        case=case, kind=Kind.URGE, state=State.ISSUED, trigger=trigger, why=why, issued_at=at, created_at=at
    )
    with acting(case, Action.SUPERVISE, by=None, at=at) as turn:
        turn.note, turn.public_text = f"催办：{why}", f"超过了办理期限，区里已催{unit.name}尽快办理"
        turn.tell(f"unit:{unit.pk}", "已超过办理期限，区委办催办，请尽快办理")
        turn.tell(office_seat(), f"已自动催办{unit.name}")
    return order
