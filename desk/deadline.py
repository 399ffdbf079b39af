"""为何是这个时限: the rule, the working time, what was skipped, what moved the deadline."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cases.journey import in_words
from cases.ladder import ONE_WORKDAY
from cases.models import Approval, Case, Limit, Pause
from common.templatetags.weidu import cn_date, cn_time
from workdays import calendar
from workdays.calendar import Span

_DAYS_NAMED = 8


def why(case: Case, approvals: Iterable[Approval], pauses: Iterable[Pause]) -> list[tuple[str, str]]:
    """Rows of (what, words) that explain the deadline under way; one query, for the mark of our own default values."""
    rows = [("依据", _basis(case)), ("本级收到", cn_time(case.received_at))]
    if case.sign_by and not case.signed_at:
        rows.append(("签收期限", cn_time(case.sign_by)))
    rows += [("办理期限", cn_time(case.due_at)), ("工作时间", _hours(case.received_at))]
    if skipped := _days_off(case.received_at, case.due_at):
        rows.append(("跳过", skipped))
    rows += [
        ("延期", _extension(a)) for a in approvals if a.agreed and a.kind == "extend" and a.asked_at >= case.received_at
    ]
    rows += [("停表", _pause(pause)) for pause in pauses if pause.started_at >= case.received_at]
    if case.external_due_at:
        rows.append(("12345期限", f"{cn_time(case.external_due_at)}，延期不能超过"))
    if any(limit.basis in case.basis for limit in Limit.objects.filter(is_default=True).select_related("category")):
        rows.append(("说明", "区里没有公布这一时限，现用本系统默认值"))
    return rows


def paused_until(pause: Pause) -> datetime:
    """How long at most the clock waits for a decision."""
    return calendar.current().add(pause.started_at, ONE_WORKDAY)


def _basis(case: Case) -> str:
    return case.basis or "随上一级退回，期限不重新计算"


def _hours(start: datetime) -> str:
    """Opening and closing of the first working day, and how much of it counts."""
    current, day = calendar.current(), timezone.localdate(start)
    while not current.is_workday(day):
        day += timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    opens, closes = (current.add(midnight, Span(0, "workday")), current.add(midnight, Span(1, "workday")))
    worked = f"{current.between(opens, closes) / timedelta(hours=1):g}"
    return f"工作日{opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}，午休不计，每天{worked}小时"


def _days_off(start: datetime, due: datetime) -> str:
    """The days between that are not worked, named up to a handful."""
    current, day, last = calendar.current(), timezone.localdate(start), timezone.localdate(due)
    off: list[date] = []
    while day < last:
        if not current.is_workday(day):
            off.append(day)
        day += timedelta(days=1)
    if not off:
        return ""
    named = "、".join(cn_date(day) for day in off[:_DAYS_NAMED])
    return f"休息日{named}" if len(off) <= _DAYS_NAMED else f"休息日{named}等{len(off)}天"


def _extension(approval: Approval) -> str:
    who = approval.decided_by.called if approval.decided_by else ""
    return f"{cn_time(approval.decided_at)}　{who}同意延期{approval.days}个工作日"


def _pause(pause: Pause) -> str:
    if pause.ended_at is None:
        return f"{pause.why}，最多停到{cn_time(paused_until(pause))}"
    moved = in_words(pause.moved) if pause.moved else ""
    return f"{pause.why}，{cn_time(pause.started_at)}至{cn_time(pause.ended_at)}" + (f"，顺延{moved}" if moved else "")
