"""A deadline in words: colour, and what is left or over. Reads the working calendar, no rows."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone

from cases.assignments import OPEN_STATES, State
from cases.states import Status
from workdays import calendar
from workdays.calendar import WorkCalendar

DUE_OK, DUE_SOON, DUE_OVER, DUE_DONE = "ok", "soon", "over", "done"


def due_state(case, at: datetime | None = None) -> tuple[str, str]:
    """(state, words) of a case's deadline: ("soon", "今天 18:00"), ("over", "超期2天"), ("done", "待确认")."""
    at = at or timezone.now()
    if not case.is_open:
        return DUE_DONE, _at_rest(case)
    if case.due_at <= at:
        return DUE_OVER, f"超期{elapsed(at - case.due_at)}"
    soon = case.warn_at is not None and case.warn_at <= at
    return (DUE_SOON if soon else DUE_OK), remaining(case.due_at, at)


def owed_state(assignment, at: datetime | None = None) -> tuple[str, str]:
    """(state, words) of what a unit owes: like a case's deadline while it is open; late where the answer came too late."""
    at = at or timezone.now()
    if assignment.state not in OPEN_STATES or assignment.state == State.ARRIVED:
        words = State(assignment.state).label
        return (DUE_OVER, f"{words}，迟了") if assignment.came_late else (DUE_DONE, words)
    if assignment.due_at <= at:
        return DUE_OVER, f"超期{elapsed(at - assignment.due_at)}"
    return (DUE_SOON if assignment.warn_at <= at else DUE_OK), remaining(assignment.due_at, at)


def _at_rest(case) -> str:
    if case.status == Status.SUSPENDED and case.review_at:
        day = timezone.localtime(case.review_at)
        return f"{day.month}月{day.day}日复核"
    return case.get_status_display()


def elapsed(over: timedelta) -> str:
    """How long something is over: 2天, 4小时, 10分钟."""
    if over >= timedelta(days=1):
        return f"{over.days}天"
    hours = int(over.total_seconds() // 3600)
    return f"{hours}小时" if hours else f"{max(1, int(over.total_seconds() // 60))}分钟"


def remaining(due_at: datetime, at: datetime) -> str:
    """What is left until `due_at`: the time where it is today, else the number of working days."""
    today, due = timezone.localtime(at), timezone.localtime(due_at)
    if due.date() == today.date():
        return f"今天 {due:%H:%M}"
    count = _workdays(calendar.current(), today.date(), due.date())
    return f"剩{count}天" if count else f"{due.month}月{due.day}日 {due:%H:%M}"


@lru_cache(maxsize=1024)
def _workdays(current: WorkCalendar, after: date, until: date) -> int:
    """Working days later than `after`, `until` included; a list asks the same again and again."""
    days = (until - after).days
    return sum(current.is_workday(after + timedelta(days=offset)) for offset in range(1, days + 1))


def working_time(start: datetime, end: datetime) -> str:
    """How long something took in words: 不到1个工作日, or the working days after the first."""
    first, last = timezone.localdate(start), timezone.localdate(end)
    count = _workdays(calendar.current(), first, last)
    return f"{count}个工作日" if count else "不到1个工作日"
