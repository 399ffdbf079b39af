"""What follows the answer: acceptance, confirmation, dispute and its review, call-backs; and what reporters say."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cases.ladder import FOLLOW_UP_AFTER, MAX_DISPUTES, MAX_REOPENINGS, ONE_WORKDAY, next_level
from cases.models import CallBack, Case, Report
from cases.services import bundling, call_list, counting
from cases.services.acting import COLLECTING_UNIT, OFFICE_UNIT, acting, begin_step, seat_at, seat_of, unit_of
from cases.states import ENDED, Action, Alarm, Outcome, Satisfaction, Status
from common.errors import DomainError
from grids.levels import Level
from grids.models import Organization
from workdays import calendar


def above(case: Case) -> tuple[Level, Organization | None]:
    """Who stands above the present holder: the next level; for a unit and for 区委办 the district's own bodies."""
    if case.handling_unit_id:
        code = COLLECTING_UNIT if case.handling_unit.code == OFFICE_UNIT else OFFICE_UNIT
        return Level.DISTRICT, unit_of(code) if code == OFFICE_UNIT else None
    return next_level(case.level, urgent=case.urgent) or Level.DISTRICT, None


def seat_above(case: Case) -> str:
    """The seat of `above`."""
    level, unit = above(case)
    return f"unit:{unit.pk}" if unit else seat_at(case, level)


def accept(case: Case, note: str = "", *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """社区验收 of what a unit did; closes the case where its reporter has already confirmed."""
    with acting(case, Action.ACCEPT, by=by, seen=seen, at=at) as turn:
        if not turn.case.handling_unit_id:
            raise DomainError("只有交办给单位的事项需要社区验收。")
        if turn.case.accepted_at:
            raise DomainError("社区已经验收过。")
        turn.case.accepted_at, turn.case.accepted_by, turn.note = turn.at, by, note
        turn.public_text = "社区已到现场验收"
        if turn.case.outcome in (Outcome.SOLVED, Outcome.PARTLY) and not turn.case.review_by:
            _close(turn)
        turn.tell(seat_of(turn.case), "社区已验收")


def _close(turn) -> None:
    turn.to = Status.CLOSED
    turn.case.closed_at = turn.at
    counting.closed(turn.case, turn.at)
    turn.case.review_by = turn.case.follow_up_by = None
    if turn.case.satisfaction == Satisfaction.DISSATISFIED:
        # Stays on the list of calls to make until somebody has called.
        due = turn.case.follow_up_by = calendar.current().add(turn.at, ONE_WORKDAY)
        seat = seat_of(turn.case)
        call_list.list_call(turn.case, CallBack.Why.UNHAPPY, seat=seat, at=turn.at, report=turn.report, due=due)


def confirm(
    case: Case,
    outcome: str,
    satisfaction: str = "",
    *,
    comment: str = "",
    report: Report | None = None,
    again: bool = False,
    seen: int | None = None,
    at: datetime | None = None,
    by: User | None = None,
) -> None:
    """The reporter's answer (or what staff heard on the phone): 已解决 or 部分解决 closes, 未解决 goes to the level above.

    不满意 alone leads to a follow-up call. A case a unit answered closes only after the community has accepted it.
    `again`: the portal asked, so who has answered before answers anew.
    """
    target = case.live
    if outcome == Outcome.UNSOLVED:
        dispute(target, comment, satisfaction=satisfaction, report=report, again=again, seen=seen, at=at, by=by)
        return
    with acting(target, Action.CONFIRM, by=by, seen=seen, at=at, report=report) as turn:
        _answer(turn, outcome, satisfaction, comment, again)
        if turn.case.status == Status.CONFIRMING:
            turn.case.outcome, turn.case.satisfaction = outcome, satisfaction or turn.case.satisfaction
            if turn.case.review_by:
                raise DomainError("居民的意见正在由上一级复核，请等复核结果。")
            if turn.case.handling_unit_id and not turn.case.accepted_at and not turn.case.about_id:
                turn.to = None
                turn.tell(seat_at(turn.case, Level.COMMUNITY), "居民已确认，请社区验收")
            else:
                _close(turn)


def _answer(turn, outcome: str, satisfaction: str, comment: str, again: bool) -> None:
    """Write down one reporter's answer; a reporter answers once for each answer of ours, and when asked `again`."""
    turn.note = comment if turn.by else ""
    if turn.by:
        call_list.settle(turn.case, outcome=outcome, satisfaction=satisfaction, note=comment, at=turn.at, by=turn.by)
    else:
        CallBack.objects.call_off(turn.case, "反映人已自己评价", turn.at)
    if satisfaction == Satisfaction.DISSATISFIED:
        turn.tell(seat_of(turn.case), "居民不满意，请电话回访")
    if turn.report is None:
        return
    # Read again under lock: a second tap finds the first one's answer.
    report = Report.objects.select_for_update(of=("self",)).get(pk=turn.report.pk)
    answered_before = report.answered_at and turn.case.resolved_at and report.answered_at >= turn.case.resolved_at
    if answered_before and not again:
        raise DomainError("您已经评价过这次答复，谢谢。")
    if report.withdrawn_at:
        raise DomainError("您已经撤回了这件事项。")
    report.outcome, report.satisfaction, report.comment = outcome, satisfaction, comment
    report.answered_at = turn.at
    report.save(update_fields=["outcome", "satisfaction", "comment", "answered_at"])


def dispute(
    case: Case,
    comment: str,
    *,
    satisfaction: str = "",
    report: Report | None = None,
    again: bool = False,
    seen: int | None = None,
    at: datetime | None = None,
    by: User | None = None,
) -> None:
    """未解决: the level above looks at it within one working day, at most twice a case."""
    with acting(case, Action.DISPUTE, by=by, seen=seen, at=at, report=report) as turn:
        under_review = bool(turn.case.review_by)
        if turn.case.disputes >= MAX_DISPUTES and not under_review:
            raise DomainError("已经复核过两次。如仍有意见，可以拨打12345，或到社区当面反映。")
        _answer(turn, Outcome.UNSOLVED, satisfaction, comment, again)
        turn.to = Status.CONFIRMING
        turn.case.outcome, turn.case.satisfaction = Outcome.UNSOLVED, satisfaction or turn.case.satisfaction
        turn.case.closed_at = turn.case.follow_up_by = None
        if not under_review:
            # The review is a step of its own: its alarms may fire although those of the answer have. A second
            # reporter who disputes the same answer joins the review under way.
            turn.case.disputes, turn.case.step = turn.case.disputes + 1, turn.case.step + 1
            turn.case.review_by = calendar.current().add(turn.at, ONE_WORKDAY)
        turn.tell(seat_above(turn.case), "居民反映没有解决，请在1个工作日内复核")
        turn.tell(seat_of(turn.case), "居民反映没有解决，由上一级复核")


def explain(case: Case, public_text: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """复核说明: the level above answers instead of reopening; after the second dispute this closes the case."""
    if not public_text.strip():
        raise DomainError("请写明复核结果，居民会看到。")
    with acting(case, Action.EXPLAIN, by=by, seen=seen, at=at) as turn:
        if not turn.case.review_by:
            raise DomainError("这件事项现在不需要复核。")
        turn.public_text = public_text
        turn.case.review_by = None
        turn.case.resolved_at = turn.at
        turn.case.follow_up_by = calendar.current().add(turn.at, FOLLOW_UP_AFTER)
        if turn.case.disputes >= MAX_DISPUTES:
            _close(turn)
        turn.tell_reporters("您反映的问题已由上一级复核，请查看说明")


def reopen(case: Case, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """重新办理 by the level above, at its own level and with a fresh deadline; at most twice a case."""
    if not reason.strip():
        raise DomainError("请写明重新办理的理由。")
    with acting(case, Action.REOPEN, by=by, seen=seen, at=at) as turn:
        turn.note = reason
        _reopen(turn)
        counting.signed(turn.case, turn.at)
        turn.case.assignee = by


def reject(case: Case, reason: str, *, seen: int | None = None, at: datetime | None = None, by: User) -> None:
    """验收不通过: the community did not find it done; the unit gets it back with a fresh deadline."""
    if not reason.strip():
        raise DomainError("请写明哪里没有办好。")
    with acting(case, Action.REJECT, by=by, seen=seen, at=at) as turn:
        held = turn.case
        if not held.handling_unit_id or held.accepted_at:
            raise DomainError("只有承办单位答复、社区还没有验收的事项可以退回。")
        turn.basis = begin_step(held, level=Level.DISTRICT, unit=held.handling_unit, at=turn.at)
        held.resolved_at = held.closed_level = None
        counting.unanswered(held)
        held.outcome = ""
        turn.note, turn.public_text = reason, "社区验收没有通过，承办单位继续办理"
        turn.tell(seat_of(held), "社区验收没有通过，请继续办理")
        turn.tell(f"unit:{unit_of(OFFICE_UNIT).pk}", "社区验收没有通过")
        turn.tell_reporters("社区验收没有通过，承办单位继续办理您反映的问题")


def review_lapsed(case: Case, *, at: datetime) -> None:
    """The portal's own turn: nobody looked at a dispute in time, so the case reopens at the level above."""
    with acting(case, Alarm.REVIEW, by=None, at=at) as turn:
        turn.to = Status.RECEIVED
        _reopen(turn)


def _reopen(turn) -> None:
    case = turn.case
    if case.reopenings >= MAX_REOPENINGS:
        raise DomainError("已经重新办理过两次，请用复核说明答复居民。")
    level, unit = above(case)
    came_from = case.level
    turn.basis = begin_step(case, level=level, unit=unit, at=turn.at)
    case.sent_from = came_from if came_from < level else case.sent_from
    case.reopenings += 1
    case.resolved_at = case.accepted_at = case.accepted_by = case.closed_at = case.closed_level = None
    counting.unanswered(case)
    case.refusal_reason = ""
    turn.tell(seat_of(case), "居民反映没有解决，重新办理")
    turn.tell_reporters("您反映的问题重新办理")


@transaction.atomic
def follow_up(
    case: Case,
    note: str,
    *,
    outcome: str = "",
    satisfaction: str = "",
    report: Report | None = None,
    again: bool = False,
    at: datetime | None = None,
    by: User | None,
) -> None:
    """回访: a call or a visit after the answer; with an outcome it counts as the reporter's own answer.

    While the level above looks at a dispute, a call only adds to what is known. A call-back that waits is made with it.
    """
    with acting(case, Action.FOLLOW_UP, by=by, at=at) as turn:
        turn.note = note
        turn.case.follow_up_by = None
        call_list.settle(case, outcome=outcome, satisfaction=satisfaction, note=note, at=turn.at, by=by)
    counts = case.status == Status.CONFIRMING or (case.status == Status.CLOSED and outcome == Outcome.UNSOLVED)
    if outcome and counts and not case.review_by:
        confirm(case, outcome, satisfaction, comment=note, report=report, again=again, at=at, by=by)


@transaction.atomic
def withdraw(report: Report, *, at: datetime | None = None, by: User | None = None) -> None:
    """撤回 by a reporter: ends the case where nobody else reported it, else only this person's part in it."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=report.case.live.pk)
    report.refresh_from_db(fields=["withdrawn_at"], from_queryset=Report.objects.select_for_update(of=("self",)))
    if report.withdrawn_at:
        raise DomainError("您已经撤回了这件事项。")
    if case.status in ENDED:
        raise DomainError(f"这件事项{case.get_status_display()}，不用再撤回。")
    everybody = Report.objects.standing().filter(Q(case=case) | Q(case__merged_into=case))
    if everybody.exclude(pk=report.pk).exists():
        with acting(case, Action.ADD, by=by, at=at, report=report) as turn:
            turn.note = "一位反映人撤回，其他反映人继续"
            _withdrawn(report, turn.at)
        return
    with acting(case, Action.WITHDRAW, by=by, at=at, report=report) as turn:
        _withdrawn(report, turn.at)
        turn.tell(seat_of(turn.case), "反映人已撤回")
    bundling.leave(case, "反映人已撤回", at=at, by=by)


def _withdrawn(report: Report, at: datetime) -> None:
    report.withdrawn_at, report.wants_sms = at, False
    report.save(update_fields=["withdrawn_at", "wants_sms"])


def add(
    report: Report, text: str, *, photos: list | None = None, at: datetime | None = None, by: User | None = None
) -> None:
    """补充情况: the reporter says more; staff and this reporter see it, nobody else."""
    with acting(report.case.live, Action.ADD, by=by, at=at, report=report) as turn:
        turn.note, turn.photos = text, photos or []
        turn.tell(seat_of(turn.case), "反映人补充了情况")
