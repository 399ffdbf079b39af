"""The one way a case changes: lock it, look up the rule, change it, write the event, the audit entry and the notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import limits, wording
from cases.assignments import State
from cases.ladder import Deadlines, deadlines
from cases.models import Assignment, CallBack, Case, CasePhoto, Event, Publication, Report
from cases.models.publication import listed_under
from cases.services import clock
from cases.states import ANSWERED, ENDED, Action, Alarm, Mark, Status, rule_of
from common.errors import DomainError, StalePage
from grids.levels import Level, code_at
from grids.models import Organization
from notifications.services import notify_many
from workdays import calendar

# Codes of the two district bodies of the account: one collects, one hands out and supervises.
COLLECTING_UNIT = "zuzhibu"
OFFICE_UNIT = "quweiban"


def unit_of(code: str) -> Organization:
    """One of the two district bodies."""
    return Organization.objects.get(code=code)


def seat_of(case: Case) -> str:
    """The seat whose turn it is."""
    if case.handling_unit_id:
        return f"unit:{case.handling_unit_id}"
    return seat_at(case, case.level)


def seat_at(case: Case, level: int) -> str:
    """The seat of a level on this case's path; the district's is 区委组织部."""
    if level == Level.DISTRICT:
        return f"unit:{unit_of(COLLECTING_UNIT).pk}"
    return f"area:{code_at(case.area_id, level)}"


@dataclass
class Turn:
    """One action under way: the locked case, the texts of its event, and whom to tell."""

    case: Case
    action: str
    by: User | None
    at: datetime
    to: Status | None
    report: Report | None = None
    alarm: str = ""
    note: str = ""
    public_text: str = ""
    basis: str = ""
    unit: Organization | None = None
    assignment: Assignment | None = None
    photos: list = field(default_factory=list)
    photos_public: bool = True
    notices: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, seat: str, title: str) -> None:
        """Notice to a seat once this action is written."""
        self.notices.append((seat, title))

    def tell_reporters(self, title: str) -> None:
        """Short message to every standing reporter who wants one, of this case and of those merged into it."""
        reports = Report.objects.standing().filter(wants_sms=True)
        ids = reports.filter(case=self.case) | reports.filter(case__merged_into=self.case)
        self.notices += [(f"report:{pk}", title) for pk in ids.values_list("pk", flat=True)]


@contextmanager
def acting(
    case: Case,
    action: Action | Alarm | Mark,
    *,
    by: User | None,
    seen: int | None = None,
    at: datetime | None = None,
    report: Report | None = None,
    alarm_to: Status | None = None,
) -> Iterator[Turn]:
    """Carry out one action on `case` in one transaction.

    1. lock the row; 2. refuse with StalePage where the page the person saw (`seen` = its event count) is no longer
    true, with DomainError where the state table has no such pair; 3. let the caller change `turn.case`; 4. save, append
    the event and the audit entry, write the notices; 5. bring the caller's `case` up to date.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).select_related("category", "area").get(pk=case.pk)
        before = (locked.status, locked.level, locked.step)
        listed = listed_under(locked)
        turn = Turn(locked, action, by, at or timezone.now(), alarm_to, report)
        if isinstance(action, Alarm):
            turn.alarm = action
        elif not isinstance(action, Mark):
            turn.to = _destination(locked, action, seen)
        yield turn
        if turn.to is not None:
            locked.status = turn.to
        locked.event_count += 1
        locked.save()
        ended = locked.status in ENDED and before[0] not in ENDED
        if ended:
            _let_go(locked)
        if ended or listed_under(locked) != listed:
            Publication.objects.follow(locked, turn.at)
        if before[0] in ANSWERED and locked.status not in ANSWERED:
            CallBack.objects.call_off(locked, "重新办理，不用再问", turn.at)
        event = _append(turn, before)
        _tell(turn, event)
    case.refresh_from_db()


def _destination(case: Case, action: Action, seen: int | None) -> Status | None:
    rule = rule_of(case.status, action)
    if seen is not None and seen != case.event_count and action != Action.NOTE:
        raise StalePage(stale_words(case))
    if rule is None:
        raise DomainError(f"这件事项现在是“{case.get_status_display()}”，不能{Action(action).label}。")
    return rule.to


def stale_words(case: Case) -> str:
    """What a person with an old page is told: who did what meanwhile."""
    return f"您打开本页以后，{_meanwhile(case)}。您填写的内容还在，请看过最新情况后再办。"


def _meanwhile(case: Case) -> str:
    last = Event.objects.newest_first().filter(case=case).first()
    if last is None:
        return "这件事项有了变化"
    moment = timezone.localtime(last.at)
    who = last.by.called if last.by else "系统"
    return f"{who}在{moment.month}月{moment.day}日 {moment:%H:%M}做了“{last.get_action_display()}”"


def _let_go(case: Case) -> None:
    """Whatever others still owed on a case ends with it."""
    Assignment.objects.open().filter(case=case).update(state=State.ENDED, ended_reason="事项已结束")


def _append(turn: Turn, before: tuple[str, int, int]) -> Event:
    case = turn.case
    event = Event.objects.create(
        case=case,
        number=case.event_count,
        at=turn.at,
        action=turn.action,
        alarm=turn.alarm,
        # An alarm belongs to the step whose time ran out: UNIQUE(case, step, alarm) then refuses a second one.
        step=before[2] if turn.alarm else case.step,
        by=turn.by,
        report=turn.report,
        from_status=before[0],
        to_status=case.status,
        from_level=before[1],
        to_level=case.level,
        unit=turn.unit or case.handling_unit,
        assignment=turn.assignment,
        due_at=case.due_at,
        basis=turn.basis,
        note=turn.note,
        public_text=turn.public_text,
    )
    CasePhoto.objects.bulk_create(
        CasePhoto(case=case, photo=photo, event=event, report=turn.report, public=turn.photos_public)
        for photo in turn.photos
    )
    kind = "resident" if turn.report and not turn.by else None
    record(f"case.{turn.action}", subject=("case", case.pk), by=turn.by, actor_kind=kind, event=event.number)
    return event


def _tell(turn: Turn, event: Event) -> None:
    """One notice a seat: what an action has to say to the same seat twice becomes one title."""
    case = turn.case
    by_seat: dict[str, list[str]] = {}
    for seat, title in turn.notices:
        by_seat.setdefault(seat, []).append(title)
    for seat, titles in by_seat.items():
        to_reporter = seat.startswith("report:")
        notify_many(
            [seat],
            cause=f"case:{case.pk}:{event.number}:{seat}"[:80],
            title=_headed("；".join(titles), case, seat)[:200],
            target=reverse("public:track") if to_reporter else case.get_absolute_url(),
            # Who is complained about is no reporter: reporters always hear of their own case.
            hidden_from=None if to_reporter else case.about_id,
            at=turn.at,
        )


def _headed(title: str, case: Case, seat: str) -> str:
    """The notice's title. A reporter reads no number: the case's own is the first reporter's receipt."""
    if seat.startswith("report:"):
        return f"{title}：{case.title or case.category.name}"
    return f"{title}：{wording.label(case)}"


def times_for(case: Case, level: int, *, at: datetime, to_unit: bool = False) -> tuple[Deadlines, str]:
    """The deadlines a step of this case would get at `level` from `at` on, and the rule in words."""
    bound = wording.limit_level(level, to_unit=to_unit)
    allowance = limits.current().allowance(case.category_id, bound, urgent=case.urgent)
    return deadlines(allowance, at, calendar.current()), allowance.basis


def begin_step(
    case: Case,
    *,
    level: int,
    at: datetime,
    unit: Organization | None = None,
    due_at: datetime | None = None,
    dated: str = "交办时指定的期限",
    bound_as_unit: bool | None = None,
) -> str:
    """Give the case to a new holder with fresh deadlines (or `due_at`, set by hand, `dated` so); returns the rule in words.

    Says in the rule when the deadline lies beyond the loaded holidays.
    """
    to_unit = bool(unit) and unit.takes_cases if bound_as_unit is None else bound_as_unit
    times, basis = times_for(case, level, at=at, to_unit=to_unit)
    current = calendar.current()
    if due_at is not None:
        times = Deadlines(
            sign_by=min(times.sign_by, due_at),
            warn_at=current.at_fraction(at, due_at, 0.75),
            due_at=due_at,
            climb_at=due_at,
        )
        basis = dated
    if case.pk:
        clock.close(case, at)
    else:
        case.first_sign_by = times.sign_by
    case.step += 1
    case.level, case.handling_unit, case.assignee = level, unit, None
    case.received_at, case.basis = at, clock.with_coverage(basis, at, times.due_at)
    case.sign_by, case.warn_at, case.due_at, case.climb_at = times.sign_by, times.warn_at, times.due_at, times.climb_at
    clear_alarms(case)
    return case.basis


def clear_alarms(case: Case) -> None:
    """A new holding starts with no alarm fired and nothing signed."""
    case.signed_at = case.sign_alarm_at = case.warned_at = case.proposed_at = case.exhausted_at = None
    case.review_by = case.follow_up_by = case.review_at = case.remaining = None
