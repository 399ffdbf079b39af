"""Who is to be called back: listing a question to a reporter once, telling the reporter, and ending what was asked."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from cases.ladder import ONE_WORKDAY
from cases.models import CallBack, Case, Report
from cases.states import Outcome, UnsolvedReason
from notifications.services import notify_many
from workdays import calendar

_ASKED = "请您评价反映问题的办理结果"


def due_by(at: datetime) -> datetime:
    """Until when somebody listed at `at` is to be called: one working day."""
    return calendar.current().add(at, ONE_WORKDAY)


def list_call(
    case: Case, why: str, *, seat: str, at: datetime, report: Report | None = None, due: datetime | None = None
) -> CallBack | None:
    """List one call-back and tell the reporter; None where one is waiting already."""
    asked = report or first_report(case)
    row = CallBack(case=case, report=asked, why=why, seat=seat, asked_for_at=at, due_by=due or due_by(at))
    found = list_calls([row], at=at)
    return found[0] if found else None


def list_calls(rows: Iterable[CallBack], *, at: datetime) -> list[CallBack]:
    """List these where nothing waits and nothing was drawn for the day; those that are new, with messages on their way."""
    rows = list(rows)
    CallBack.objects.bulk_create(rows, ignore_conflicts=True)
    tokens = [row.token for row in rows]
    new = list(CallBack.objects.filter(token__in=tokens).select_related("case__category", "report").order_by("pk"))
    _send_links([row for row in new if _wants_link(row)], at)
    return new


def _wants_link(row: CallBack) -> bool:
    """True for who wants messages. Who has just said 不满意 is not sent the same question: somebody is to call."""
    asked = row.report
    return bool(asked and asked.wants_sms and not asked.withdrawn_at) and row.why != CallBack.Why.UNHAPPY


def _send_links(rows: list[CallBack], at: datetime) -> None:
    """A message with the link to who wants messages; the text names no number and nothing private."""
    for row in rows:
        notify_many(
            [f"report:{row.report_id}"],
            cause=f"callback:{row.pk}",
            title=f"{_ASKED}：{row.case.title or row.case.category.name}",
            target=reverse("public:call", args=[row.token]),
            at=at,
        )
    CallBack.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=at)


def first_report(case: Case) -> Report | None:
    """Whom to ask: the first who still stands and can be reached, else the first who stands."""
    rows = Report.objects.standing().filter(Q(case=case) | Q(case__merged_into=case)).order_by("-is_first", "pk")
    found = list(rows)
    return next((report for report in found if report.phone), found[0] if found else None)


def settle(case: Case, *, outcome: str, satisfaction: str, note: str, at: datetime, by: User | None) -> None:
    """Whom staff asked from the case's own page is not asked again: the waiting call-back is made with it."""
    CallBack.objects.waiting().filter(case=case).update(
        done_at=at,
        done_by=by,
        way=CallBack.Way.PHONE,
        reached=True,
        outcome=outcome,
        satisfaction=satisfaction,
        unsolved_reason=UnsolvedReason.OTHER if outcome == Outcome.UNSOLVED else "",
        note=note[:500],
    )
