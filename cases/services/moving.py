"""How a case changes hands by a person's decision: back, down, up, into another one, out to a unit."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.assignments import Kind
from cases.ladder import next_level
from cases.models import Assignment, Case, Category, Event, Publication
from cases.services import assigning, bundling, clock, counting
from cases.services.acting import OFFICE_UNIT, Turn, acting, begin_step, clear_alarms, seat_at, seat_of, unit_of
from cases.states import OPEN, Action
from cases.wording import CALLED
from common.errors import DomainError
from grids.levels import Level, level_of
from grids.models import Area, Organization

# What fits into the task of a unit that helps.
MAX_TASK = 500


def bit(level: int) -> int:
    """The bit a level has in `returned_levels` and `routed_levels`; 0 stands for a unit."""
    return 1 << level


def send_back(case: Case, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """退回: from the grid to the community's triage, from higher up to the level that sent it.

    Once per level, and the clock runs on: the deadline does not move. A unit asks first, see `approvals.ask_return`.
    """
    if not reason.strip():
        raise DomainError("请写明退回的理由。")
    with acting(case, Action.RETURN, by=by, seen=seen, at=at) as turn:
        if turn.case.handling_unit_id and turn.case.handling_unit.code != OFFICE_UNIT:
            raise DomainError("承办单位退回要先申请，由区委办决定。")
        turn.note = reason
        go_back(turn)


def go_back(turn: Turn) -> None:
    """Give the case back: to whom sent it, from a unit to 区委办, which from now on decides for the unit's co-handlers."""
    held = turn.case
    mark = bit(0 if held.handling_unit_id else held.level)
    if held.returned_levels & mark:
        raise DomainError("本级已经退回过一次，请办理，或者上报。")
    target, unit = _return_target(held)
    if unit:
        own = Assignment.objects.filter(case=held, kind=Kind.CO_HANDLE, giver=seat_of(held))
        own.update(giver=f"unit:{unit.pk}")
    counting.signed(held, turn.at)
    clock.start(held, turn.at)
    held.returned_levels |= mark
    held.returns += 1
    held.level, held.handling_unit, held.assignee = target, unit, None
    held.step, held.received_at = held.step + 1, turn.at
    clear_alarms(held)
    held.sign_by = held.due_at
    turn.tell(seat_of(held), "事项被退回，请重新分派或办理")


def _return_target(case: Case) -> tuple[Level, Organization | None]:
    if case.handling_unit_id:
        if case.handling_unit.code == OFFICE_UNIT:
            raise DomainError("交办中的事项不能退回，请交办给承办单位。")
        return Level.DISTRICT, unit_of(OFFICE_UNIT)
    if case.level == Level.GRID:
        return Level.COMMUNITY, None
    if case.level == Level.COMMUNITY:
        raise DomainError("社区是分派的起点，请分派给网格，或者上报街道。")
    target = Level(case.sent_from or case.level - 1)
    if target == Level.GRID and level_of(case.area_id) != Level.GRID:
        target = Level.COMMUNITY
    if level_of(case.area_id) > target:
        raise DomainError("还不知道是哪个社区的事项，请先分派到社区。")
    if case.about_id and target < case.level:
        raise DomainError("反映工作人员的事项不能退到下级。")
    return target, None


def escalate(case: Case, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """上报: by hand, with a reason, to the next level, which gets a deadline of its own."""
    if not reason.strip():
        raise DomainError("请写明上报的理由。")
    with acting(case, Action.ESCALATE, by=by, seen=seen, at=at) as turn:
        held = turn.case
        target = next_level(held.level, urgent=held.urgent)
        if target is None:
            raise DomainError("已经到区级，不能再上报。")
        came_from, old_seat = held.level, seat_of(held)
        counting.signed(held, turn.at)
        turn.basis = begin_step(held, level=target, at=turn.at)
        held.sent_from = came_from
        turn.note = reason
        turn.tell(seat_of(held), f"{Level(came_from).label}上报，请签收")
        turn.tell(old_seat, f"已上报{CALLED[target]}")
        turn.tell_reporters(f"您反映的问题已上报{CALLED[target]}办理")


def route(
    case: Case, area: Area, *, note: str = "", seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """分派: the community gives a case to one of its grids, the street to one of its communities or grids.

    Each level may send a case down once; the lower level gets its own time. `area` then says where the case belongs,
    `origin_area` still where it was reported.
    """
    with acting(case, Action.ROUTE, by=by, seen=seen, at=at) as turn:
        held = turn.case
        if held.handling_unit_id or held.level not in (Level.COMMUNITY, Level.STREET):
            raise DomainError("只有社区和街道可以向下分派。")
        _refuse_route(held, area)
        held.routed_levels |= bit(held.level)
        came_from = held.level
        held.area = area
        counting.signed(held, turn.at)
        turn.basis = begin_step(held, level=level_of(area.code), at=turn.at)
        held.sent_from = came_from
        turn.note = note
        turn.tell(seat_of(held), "新分派的事项待签收")


def _refuse_route(case: Case, area: Area) -> None:
    """Say why a case cannot be sent down to `area`, if so."""
    holder = case.area_id[: {Level.COMMUNITY: 12, Level.STREET: 9}[Level(case.level)]]
    if not area.code.startswith(holder) or level_of(area.code) >= case.level:
        raise DomainError("只能分派给本辖区的下级网格或社区。")
    if not area.in_service or area.valid_to:
        raise DomainError(f"{area.full_name}已经停用，请另选。")
    if case.routed_levels & bit(case.level):
        raise DomainError("本级已经分派过一次，请直接办理，或者上报。")
    if case.about_id:
        raise DomainError("反映工作人员的事项不能分派给下级。")


@transaction.atomic
def hand_to_mediation(
    case: Case,
    category: Category,
    title: str,
    *,
    note: str = "",
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """转为调解: the community takes up a quarrel that it or a grid of its own holds; the same case, of another category.

    History, number and reporters stay. It begins a step of its own with the times of `category`, leaves its bundle, and
    is called `title`, because what people wrote may name a neighbour.
    """
    at = at or timezone.now()
    with acting(case, Action.MEDIATE, by=by, seen=seen, at=at) as turn:
        held, old_seat, came_from = turn.case, seat_of(turn.case), turn.case.level
        if held.about_id:
            raise DomainError("反映工作人员的事项不能转为调解。")
        if held.level > Level.COMMUNITY or held.handling_unit_id:
            raise DomainError("这件事项已经上报，要退回社区以后才能转为调解。")
        if Publication.objects.of_case(held).exists():
            raise DomainError("这件事项正在公示，调解不公示，请先撤下公示。")
        counting.signed(held, turn.at)
        held.category, held.title = category, title
        turn.basis = begin_step(held, level=Level.COMMUNITY, at=turn.at)
        clock.cap_the_beginning(held, turn.at)
        if came_from < Level.COMMUNITY:
            held.sent_from = came_from
            turn.tell(old_seat, "已由社区组织调解")
        turn.note, turn.public_text = note, "由社区组织双方调解"
        turn.tell_reporters("您反映的问题由社区组织双方调解")
    bundling.leave(case, "转为调解", at=at, by=by)


def merge(
    case: Case, into: Case, *, note: str = "", seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """并案: the case ends in another open one of the same community; its reporters confirm and rate through that one."""
    at = at or timezone.now()
    with _both_locked(case, into) as target:
        with acting(case, Action.MERGE, by=by, seen=seen, at=at) as turn:
            if target.pk == turn.case.pk or target.status not in OPEN:
                raise DomainError("只能并入另一件正在办理的事项。")
            if target.community != turn.case.community:
                raise DomainError("只能并入同一社区的事项。")
            if target.about_id or turn.case.about_id:
                raise DomainError("反映工作人员的事项不能并案。")
            turn.case.merged_into, turn.note = target, note
            clock.close(turn.case, turn.at)
            Case.objects.filter(merged_into=turn.case).update(merged_into=target)
            turn.tell_reporters("您反映的问题已与同一问题合并办理")
            with acting(target, Action.JOIN, by=by, at=turn.at) as joined:
                joined.note = f"并入{turn.case.number}"
                _take_over(joined.case, turn.case, turn.at)
                joined.tell(seat_of(joined.case), "有同一问题并入")
        bundling.leave(case, f"已并入{into.number}", at=at, by=by)


@contextmanager
def _both_locked(case: Case, into: Case) -> Iterator[Case]:
    """Lock two cases in one order, whoever merges which into which; yields the second."""
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk, into.pk]).order_by("pk")
        yield next(row for row in locked if row.pk == into.pk)


def _take_over(target: Case, merged: Case, at: datetime) -> None:
    """What bound the merged case binds the one that carries on: urgency, and the hotline's deadline."""
    target.urgent = target.urgent or merged.urgent
    if merged.external_due_at:
        target.external_due_at = min(target.external_due_at or merged.external_due_at, merged.external_due_at)
        clock.cap(target, at)


def collect(case: Case, note: str = "", *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """研判通过: 区委组织部 accepts what climbed and passes it to 区委办 for handing out."""
    with acting(case, Action.COLLECT, by=by, seen=seen, at=at) as turn:
        if turn.case.level != Level.DISTRICT or turn.case.handling_unit_id:
            raise DomainError("这件事项不在区委组织部待研判。")
        counting.signed(turn.case, turn.at)
        turn.basis = begin_step(turn.case, level=Level.DISTRICT, unit=unit_of(OFFICE_UNIT), at=turn.at)
        turn.note = note
        turn.tell(seat_of(turn.case), "区委组织部研判通过，请交办")
        turn.tell(seat_at(turn.case, Level.STREET), "区委组织部已研判通过")


@transaction.atomic
def hand_out(
    case: Case,
    unit: Organization,
    instruction: str,
    *,
    helpers: Iterable[Organization] = (),
    helpers_do: str = "",
    due_at: datetime | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """交办: 区委办 gives the case to one unit, by the unit's usual limit or until `due_at`, and co-handling to `helpers`.

    A co-handler is asked for `helpers_do`, else for the same as the unit, by the same time; a unit that helped so far
    and now holds the case owes nothing beside that.
    """
    if not instruction.strip():
        raise DomainError("请写明要求承办单位做什么。")
    at = at or timezone.now()
    with acting(case, Action.HAND_OUT, by=by, seen=seen, at=at) as turn:
        held = turn.case
        if held.handling_unit is None or held.handling_unit.code != OFFICE_UNIT:
            raise DomainError("这件事项还没有转到区委办，不能交办。")
        if not unit.takes_cases or not unit.active:
            raise DomainError(f"{unit.name}现在不承办交办事项，请另选单位。")
        if due_at is not None and due_at <= turn.at:
            raise DomainError("办理期限要晚于现在。")
        counting.signed(held, turn.at)
        turn.basis = begin_step(held, level=Level.DISTRICT, unit=unit, due_at=due_at, at=turn.at)
        clock.cap_the_beginning(held, turn.at)
        if not Event.objects.filter(case=held, action=Action.HAND_OUT, unit=unit).exists():
            held.returned_levels &= ~bit(0)  # another unit may return once as well
        turn.note, turn.public_text = instruction, f"已交{unit.name}办理"
        turn.tell(seat_of(held), "区委办交办，请签收")
        turn.tell_reporters(f"您反映的问题已交{unit.name}办理")
    for row in assigning.co_handling(case).filter(unit=unit):
        assigning.end(row, "改为主办单位", at=at, by=by)
    task = (helpers_do.strip() or instruction)[:MAX_TASK]
    for helper in helpers:
        assigning.assign(
            case,
            task,
            kind=Kind.CO_HANDLE,
            giver=f"unit:{unit_of(OFFICE_UNIT).pk}",
            unit=helper,
            due_at=case.due_at,
            at=at,
            by=by,
        )
    case.refresh_from_db()


def send_down(
    case: Case, instruction: str, due_at: datetime, *, seen: int | None = None, at: datetime | None = None, by: User
) -> None:
    """退回街道办理: 区委组织部 gives a case back to its street with what to do and a deadline of its own.

    Unlike `send_back` it is a new holding: the street signs again, and the case climbs again where the time runs out.
    """
    if not instruction.strip():
        raise DomainError("请写明要求街道做什么。")
    with acting(case, Action.SEND_DOWN, by=by, seen=seen, at=at) as turn:
        held = turn.case
        if held.level != Level.DISTRICT or held.handling_unit_id:
            raise DomainError("这件事项不在区委组织部待研判。")
        if held.about_id:
            raise DomainError("反映工作人员的事项不能退到下级。")
        if due_at <= turn.at:
            raise DomainError("办理期限要晚于现在。")
        counting.signed(held, turn.at)
        turn.basis = begin_step(held, level=Level.STREET, due_at=due_at, dated="退回街道时指定的期限", at=turn.at)
        clock.cap_the_beginning(held, turn.at)
        # What the street sends back goes down as before, never up again without a reason.
        held.sent_from = Level.COMMUNITY
        turn.note, turn.public_text = instruction, "区里研究后，由街道继续办理"
        turn.tell(seat_of(held), "区委组织部退回街道办理，请签收")
        turn.tell_reporters("您反映的问题经区里研究，由街道继续办理")
