"""延期, 挂账, 不予受理 and a unit's 退回: one person asks, another decides; the clock waits a day at most."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from cases import limits
from cases.ladder import ONE_WORKDAY
from cases.models import Approval, Case, Event
from cases.services import clock
from cases.services.acting import OFFICE_UNIT, Turn, acting, begin_step, seat_of
from cases.services.moving import go_back
from cases.services.residents import seat_above
from cases.states import Action
from cases.wording import limit_level
from common.errors import DomainError
from files.models import Photo
from workdays import calendar
from workdays.calendar import Span

_ASK: dict[str, Action] = {
    Approval.Kind.EXTEND: Action.ASK_EXTENSION,
    Approval.Kind.SUSPEND: Action.ASK_SUSPENSION,
    Approval.Kind.REFUSE: Action.ASK_REFUSAL,
    Approval.Kind.RETURN: Action.ASK_RETURN,
}
_GRANT: dict[str, Action] = {
    Approval.Kind.EXTEND: Action.EXTEND,
    Approval.Kind.SUSPEND: Action.SUSPEND,
    Approval.Kind.REFUSE: Action.REFUSE,
    Approval.Kind.RETURN: Action.RETURN,
}


def ask_extension(
    case: Case, days: int, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User
) -> Approval:
    """申请延期 by `days` working days; before the deadline, once per step, never past the hotline's own deadline."""
    at = at or timezone.now()
    if case.due_at <= at:
        raise DomainError("已经到期，不能再申请延期。")
    allowed = extension_days(case)
    if not 1 <= days <= allowed:
        raise DomainError(f"本级最多延期{allowed}个工作日。" if allowed else "本级不能延期，办不了请上报。")
    # Counted from when this level got the case: an extension begins a step of its own.
    if case.approvals.filter(kind=Approval.Kind.EXTEND, agreed=True, asked_at__gte=case.received_at).exists():
        raise DomainError("本级已经延期过一次。")
    _refuse_past_external(case, days)
    return _ask(case, Approval(kind=Approval.Kind.EXTEND, days=days, reason=reason), seen=seen, at=at, by=by)


def extension_days(case: Case) -> int:
    """Working days the present holder may ask for at most."""
    bound = limit_level(case.level, to_unit=_is_unit(case))
    return limits.current().allowance(case.category_id, bound, urgent=case.urgent).extension_days


def _is_unit(case: Case) -> bool:
    return bool(case.handling_unit_id) and case.handling_unit.takes_cases


def _refuse_past_external(case: Case, days: int) -> None:
    extended = calendar.current().add(case.due_at, Span(days, "workday"))
    if case.external_due_at and extended > case.external_due_at:
        limit = timezone.localtime(case.external_due_at)
        raise DomainError(f"12345要求{limit.month}月{limit.day}日 {limit:%H:%M}前办结，延期不能超过这个时间。")


def ask_suspension(
    case: Case,
    reason_class: str,
    review_date: date,
    reason: str,
    *,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Approval:
    """申请挂账: cannot be solved now, for a class of reasons, to be looked at again on `review_date`."""
    at = at or timezone.now()
    if review_date <= timezone.localdate(at):
        raise DomainError("复核日期要晚于今天。")
    if review_date > timezone.localdate(at) + timedelta(days=365):
        raise DomainError("复核日期最晚在一年以内。")
    approval = Approval(kind=Approval.Kind.SUSPEND, reason_class=reason_class, review_date=review_date, reason=reason)
    return _ask(case, approval, seen=seen, at=at, by=by)


def ask_refusal(case: Case, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> Approval:
    """申请不予受理: the reason is shown to the reporter once agreed."""
    return _ask(case, Approval(kind=Approval.Kind.REFUSE, reason=reason), seen=seen, at=at, by=by)


def ask_return(
    case: Case,
    reason: str,
    *,
    photos: list[Photo] | None = None,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Approval:
    """申请退回 by a unit, once, with reason and evidence; 区委办, which handed it out, decides."""
    if case.handling_unit is None or case.handling_unit.code == OFFICE_UNIT:
        raise DomainError("只有承办单位申请退回；网格、街道直接退回。")
    if _asked_before(case):
        raise DomainError("本单位已经申请退回过一次，请办理。")
    approval = Approval(kind=Approval.Kind.RETURN, reason=reason)
    return _ask(case, approval, photos=photos, seen=seen, at=at, by=by)


def _asked_before(case: Case) -> bool:
    """True where the unit that holds the case asked to return it and was answered, however long ago."""
    asked = Event.objects.filter(case=case, action=Action.ASK_RETURN, unit=case.handling_unit)
    answered = case.approvals.filter(kind=Approval.Kind.RETURN, decided_at__isnull=False)
    return answered.filter(asked_at__in=asked.values("at")).exists()


def _ask(
    case: Case,
    approval: Approval,
    *,
    photos: list[Photo] | None = None,
    seen: int | None,
    at: datetime | None,
    by: User,
) -> Approval:
    if not approval.reason.strip():
        raise DomainError("请写明理由。")
    try:
        with acting(case, _ASK[approval.kind], by=by, seen=seen, at=at) as turn:
            held = turn.case
            approval.case, approval.step, approval.level = held, held.step, held.level
            approval.asked_by, approval.asked_at = by, turn.at
            with transaction.atomic():
                approval.save()
            clock.stop(held, turn.at, f"等待审批：{approval.get_kind_display()}")
            turn.note, turn.photos, turn.photos_public = approval.reason, photos or [], False
            _tell_who_decides(turn, approval)
    except IntegrityError as error:
        raise DomainError("这件事项已有一个申请在等审批。") from error
    return approval


def _tell_who_decides(turn: Turn, approval: Approval) -> None:
    """A unit's own head has no say in whether the unit must do it."""
    if approval.kind == Approval.Kind.RETURN:
        turn.tell(seat_above(turn.case), f"{turn.case.handling_unit.name}申请退回，请决定")
        return
    turn.tell(seat_of(turn.case), f"待审批：{approval.get_kind_display()}")
    turn.tell(seat_above(turn.case), f"待审批：{approval.get_kind_display()}")


def decide(
    approval: Approval,
    *,
    agreed: bool,
    note: str = "",
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> None:
    """同意 or 退回 a request. Who asked cannot decide; a request of a step that is over has lapsed."""
    action = _GRANT[approval.kind] if agreed else Action.DECLINE
    if approval.asked_by_id == by.pk:
        raise DomainError("自己提出的申请要由负责人或上一级审批。")
    if not agreed and not note.strip():
        raise DomainError("请写明不同意的理由。")
    with acting(approval.case, action, by=by, seen=seen, at=at) as turn:
        if approval.step != turn.case.step:
            raise DomainError("事项已经转到别处办理，这个申请随之失效。")
        claimed = Approval.objects.filter(pk=approval.pk, decided_at__isnull=True).update(
            decided_at=turn.at, decided_by=by, agreed=agreed, decision_note=note
        )
        if not claimed:
            raise DomainError("这个申请刚刚已由别人审批。")
        clock.start(turn.case, turn.at)
        turn.note = note or approval.reason
        if agreed:
            _APPLY[approval.kind](turn, approval)
        turn.tell(f"user:{approval.asked_by_id}", f"{'已同意' if agreed else '未同意'}{approval.get_kind_display()}")
    approval.refresh_from_db()


def _extend(turn, approval: Approval) -> None:
    """The new end opens a step of its own: what was warned of or marked may be warned of and marked again."""
    case = turn.case
    _refuse_past_external(case, approval.days)
    proposes = case.climb_at > case.due_at
    due_at = calendar.current().add(case.due_at, Span(approval.days, "workday"))
    case.step += 1
    case.extensions += 1
    case.warned_at = case.proposed_at = case.exhausted_at = None
    clock.run_until(case, due_at, at=turn.at, proposes=proposes)
    case.basis = clock.with_coverage(case.basis, case.received_at, case.due_at)
    turn.basis = f"延期{approval.days}个工作日"
    turn.public_text = f"经批准延期{approval.days}个工作日"
    turn.tell_reporters("您反映的问题经批准延期办理")


def _suspend(turn, approval: Approval) -> None:
    case, current = turn.case, calendar.current()
    case.remaining = clock.left(case, turn.at)
    # The morning of the review day: the clock is running again when people come in.
    case.review_at = current.add(
        timezone.make_aware(datetime.combine(approval.review_date, time.min)), Span(0, "workday")
    )
    reason = approval.get_reason_class_display()
    turn.public_text = f"因{reason}，暂时不能解决，{approval.review_date.month}月{approval.review_date.day}日再次研究"
    turn.tell_reporters("您反映的问题暂时不能解决，已列入计划定期复核")


def _refuse(turn, approval: Approval) -> None:
    turn.case.refusal_reason, turn.case.closed_at = approval.reason, None
    turn.public_text = approval.reason
    turn.tell_reporters("您反映的问题不予受理，理由见查询页")


def _return(turn, approval: Approval) -> None:
    go_back(turn)


_APPLY: dict[str, Callable] = {
    Approval.Kind.EXTEND: _extend,
    Approval.Kind.SUSPEND: _suspend,
    Approval.Kind.REFUSE: _refuse,
    Approval.Kind.RETURN: _return,
}


def resume(case: Case, note: str, *, seen: int | None = None, at: datetime | None = None, by: User | None) -> None:
    """恢复办理 of a suspended case: what was left of its time, one working day at least."""
    with acting(case, Action.RESUME, by=by, seen=seen, at=at) as turn:
        turn.note = note
        restart(turn.case, turn.at)
        turn.tell(seat_of(turn.case), "挂账事项恢复办理")
        turn.tell_reporters("您反映的问题恢复办理")


def restart(case: Case, at: datetime) -> None:
    """Put a suspended case back on the clock as a new step at the same holder: what was left, one working day at least."""
    remaining, unit = case.remaining, case.handling_unit
    begin_step(case, level=case.level, unit=unit, at=at)
    current = calendar.current()
    if remaining is not None:
        due_at = max(current.shift(at, max(remaining, timedelta())), current.add(at, ONE_WORKDAY))
        clock.run_until(case, due_at, at=at)
        case.basis = clock.with_coverage(case.basis, at, case.due_at)
    case.signed_at = at
