"""What units and streets owe on a case beside its holder: handing out, signing, arriving, reporting, sending back.

Every verb appends an event to the case under the case's lock; the assignment's row is locked after it, never before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from cases import limits
from cases.assignments import Kind, State, may_redo, rule_of
from cases.ladder import ONE_WORKDAY, WARN_AT, LimitLevel
from cases.models import Assignment, Case, Coordination, Whistle
from cases.services.acting import Turn, acting
from cases.states import Action
from common.errors import DomainError
from files.models import Photo
from grids.models import Area, Organization
from workdays import calendar

# The column of what is to be done.
MOST_WORDS = 500


def usual_due(case: Case, at: datetime) -> datetime:
    """When a unit's own time on this case would be over, from `at` on: the limit row for units."""
    allowance = limits.current().allowance(case.category_id, LimitLevel.UNIT, urgent=case.urgent)
    return calendar.current().add(at, allowance.handle)


def co_handling(case: Case) -> QuerySet[Assignment]:
    """The co-handlers of a case that have not reported yet."""
    rows = Assignment.objects.open().filter(case=case, kind=Kind.CO_HANDLE)
    return rows.select_related("unit").order_by("pk")


def assign(
    case: Case,
    what: str,
    *,
    kind: Kind,
    giver: str,
    unit: Organization | None = None,
    area: Area | None = None,
    due_at: datetime | None = None,
    owner: str = "",
    whistle: Whistle | None = None,
    coordination: Coordination | None = None,
    public_text: str = "",
    at: datetime | None = None,
    by: User | None,
) -> Assignment:
    """Hand something to one unit, or to the street or community the case lies in; a unit sees the case from then on.

    `giver` is the seat that hands it out. Signed within one working day, or by `due_at` where that is sooner.
    DomainError where the unit is not in use, holds the case itself, already helps, or the time is over.
    """
    if not what.strip():
        raise DomainError("请写明要做什么。")
    if len(what) > MOST_WORDS:
        raise DomainError(f"要做什么最多写{MOST_WORDS}个字，现在有{len(what)}个字，请删减。")
    try:
        with acting(case, Action.ASSIGN, by=by, at=at) as turn:
            _refuse(turn.case, kind, unit, area, due_at, turn.at)
            due = due_at or usual_due(turn.case, turn.at)
            current = calendar.current()
            row = Assignment(
                case=turn.case,
                kind=kind,
                unit=unit,
                area=area,
                what=what,
                owner=owner,
                whistle=whistle,
                coordination=coordination,
                giver=giver,
                given_at=turn.at,
                given_by=by,
                sign_by=min(current.add(turn.at, ONE_WORKDAY), due),
                warn_at=current.at_fraction(turn.at, due, WARN_AT),
                due_at=due,
            )
            with transaction.atomic():
                row.save()
            if unit and unit.pk not in turn.case.helping_units:
                turn.case.helping_units = [*turn.case.helping_units, unit.pk]
            turn.assignment, turn.note, turn.public_text = row, what, public_text
            turn.tell(row.seat, f"新的{row.get_kind_display()}任务，请签收")
    except IntegrityError as error:
        raise DomainError(f"{unit.name if unit else ''}已经在协办这件事项。") from error
    return row


def _refuse(case: Case, kind: str, unit, area, due_at: datetime | None, at: datetime) -> None:
    if (unit is None) == (area is None):
        raise DomainError("请选择一个单位，或者事项所在的街道、社区。")
    if unit is not None and not unit.active:
        raise DomainError(f"{unit.name}已经停用，请另选单位。")
    if area is not None and not case.area_id.startswith(area.code):
        raise DomainError(f"事项不在{area.name}，请另选。")
    if unit is not None and kind == Kind.CO_HANDLE and unit.pk == case.handling_unit_id:
        raise DomainError(f"{unit.name}是主办单位，不用再加派协办。")
    if kind == Kind.CO_HANDLE and case.about_id:
        raise DomainError("反映工作人员的事项不加派协办。")
    if due_at is not None and due_at <= at:
        raise DomainError("期限要晚于现在。")


@contextmanager
def changing(
    assignment: Assignment, action: Action, *, by: User | None, at: datetime | None = None
) -> Iterator[tuple[Turn, Assignment]]:
    """One action on an assignment: the case is locked, then the row; the state table refuses what does not fit."""
    case = Case.objects.get(pk=assignment.case_id)
    with acting(case, action, by=by, at=at) as turn:
        row = Assignment.objects.select_for_update(of=("self",)).select_related("unit", "area").get(pk=assignment.pk)
        rule = rule_of(row.kind, row.state, action)
        if rule is None:
            raise DomainError(f"这项任务现在是“{row.get_state_display()}”，不能{Action(action).label}。")
        turn.assignment = row
        yield turn, row
        row.state = rule.to
        row.save()
    assignment.refresh_from_db()


def sign(assignment: Assignment, *, at: datetime | None = None, by: User) -> None:
    """签收: the unit takes it on; it has its own deadline."""
    with changing(assignment, Action.ASSIGN_SIGN, by=by, at=at) as (turn, row):
        _signed(row, turn)


def _signed(row: Assignment, turn: Turn) -> None:
    if row.signed_at is None:
        row.signed_at, row.signed_by = turn.at, turn.by


def arrive(assignment: Assignment, note: str = "", *, at: datetime | None = None, by: User) -> None:
    """到场: the unit a whistle called has come; said by the unit, or by the street that stands beside it."""
    with changing(assignment, Action.ASSIGN_ARRIVE, by=by, at=at) as (turn, row):
        _signed(row, turn)
        row.arrived_at, turn.note = turn.at, note
        turn.tell(row.giver, f"{row.whose}已到场")


def report(
    assignment: Assignment, text: str, *, photos: list[Photo] | None = None, at: datetime | None = None, by: User
) -> None:
    """反馈: what was done. With orders and resolutions somebody still has to accept it."""
    if not text.strip():
        raise DomainError("请写明办了什么。")
    with changing(assignment, Action.ASSIGN_REPORT, by=by, at=at) as (turn, row):
        _signed(row, turn)
        row.reported_at, row.reported_by, row.report = turn.at, by, text
        turn.note, turn.photos, turn.photos_public = text, photos or [], False
        turn.tell(row.giver, f"{row.whose}已反馈{row.get_kind_display()}任务")
        _tell_holder(turn, row, f"{row.whose}已反馈")


def _tell_holder(turn: Turn, row: Assignment, title: str) -> None:
    if turn.case.handling_unit_id and f"unit:{turn.case.handling_unit_id}" not in (row.seat, row.giver):
        turn.tell(f"unit:{turn.case.handling_unit_id}", title)


def ask_return(
    assignment: Assignment, reason: str, *, photos: list[Photo] | None = None, at: datetime | None = None, by: User
) -> None:
    """申请退回: once, with reason and evidence; whoever handed it out decides. The unit's clock runs on meanwhile."""
    if not reason.strip():
        raise DomainError("请写明退回的理由。")
    with changing(assignment, Action.ASSIGN_RETURN, by=by, at=at) as (turn, row):
        if row.returns:
            raise DomainError("这项任务已经申请退回过一次，请办理。")
        _signed(row, turn)
        row.returns, row.return_reason = 1, reason
        turn.note, turn.photos, turn.photos_public = reason, photos or [], False
        turn.tell(row.giver, f"{row.whose}申请退回{row.get_kind_display()}任务，请决定")


def keep(assignment: Assignment, reason: str, *, at: datetime | None = None, by: User) -> None:
    """不同意退回: the unit goes on, its deadline as before."""
    if not reason.strip():
        raise DomainError("请写明不同意的理由。")
    with changing(assignment, Action.ASSIGN_KEEP, by=by, at=at) as (turn, row):
        turn.note = reason
        turn.tell(row.seat, "退回申请未同意，请继续办理")


def end(assignment: Assignment, reason: str, *, at: datetime | None = None, by: User | None) -> None:
    """解除: agrees to a return, or releases the unit; it keeps reading the case."""
    if not reason.strip():
        raise DomainError("请写明理由。")
    with changing(assignment, Action.ASSIGN_END, by=by, at=at) as (turn, row):
        asked = row.state == State.RETURN_ASKED
        row.ended_reason, turn.note = reason[:200], reason
        turn.tell(row.seat, "已同意退回" if asked else f"{row.get_kind_display()}任务已解除")


def redo(
    assignment: Assignment, reason: str, due_at: datetime | None = None, *, at: datetime | None = None, by: User
) -> None:
    """要求重新反馈: the report does not do; a new deadline, by default the unit's usual one."""
    if not reason.strip():
        raise DomainError("请写明哪里没有办到。")
    with changing(assignment, Action.ASSIGN_REDO, by=by, at=at) as (turn, row):
        if not may_redo(row.kind, turn.case.status):
            raise DomainError(f"这件事项现在是“{turn.case.get_status_display()}”，不能再要求反馈。")
        due = due_at or usual_due(turn.case, turn.at)
        if due <= turn.at:
            raise DomainError("期限要晚于现在。")
        row.due_at, row.warn_at = due, calendar.current().at_fraction(turn.at, due, WARN_AT)
        row.warned_at = row.late_at = row.reported_at = row.reported_by = None
        turn.note = reason
        turn.tell(row.seat, "反馈没有通过，请继续办理")


def accept(assignment: Assignment, note: str = "", *, at: datetime | None = None, by: User) -> None:
    """认可反馈 of an order or a resolution."""
    with changing(assignment, Action.ASSIGN_ACCEPT, by=by, at=at) as (turn, row):
        turn.note = note
        turn.tell(row.seat, "反馈已认可")
