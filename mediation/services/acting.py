"""The one way a dispute changes: lock it, look up the rule, change, append event and audit entry; and what its case is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import services as cases
from cases.models import Case
from cases.services import clock
from cases.services.acting import acting as acting_on_case
from cases.states import ANSWERED, ClosingLevel
from cases.states import Action as CaseAction
from cases.states import Status as CaseStatus
from cases.states import rule_of as case_rule
from common.errors import DomainError, StalePage
from mediation.models import Dispute, DisputeEvent
from mediation.states import Action, Status, rule_of
from notifications.services import notify_many

# What the case says where others still owed something on it.
SETTLED = "纠纷已有结果"


@dataclass
class Turn:
    """One action under way: the locked dispute and the words of its event, which name no party."""

    dispute: Dispute
    action: Action
    by: User
    at: datetime
    to: Status | None
    note: str = ""

    @property
    def today(self) -> date:
        """The day of the action."""
        return timezone.localdate(self.at)


@contextmanager
def acting(
    dispute: Dispute, action: Action, *, by: User, seen: int | None = None, at: datetime | None = None
) -> Iterator[Turn]:
    """Carry out one action on `dispute` in one transaction.

    1. lock the row; 2. StalePage where the page the person saw (`seen` = its event count) is no longer true, DomainError
    where the state table has no such pair; 3. let the caller change `turn.dispute`; 4. save, append event and audit
    entry; 5. refresh the caller's `dispute`.
    """
    with transaction.atomic():
        rows = Dispute.objects.select_for_update(of=("self",)).select_related("case")
        locked = rows.get(pk=dispute.pk)
        before = locked.status
        turn = Turn(locked, action, by, at or timezone.now(), _destination(locked, action, seen))
        yield turn
        if turn.to is not None:
            locked.status = turn.to
        locked.event_count += 1
        locked.save()
        append(turn, before)
    dispute.refresh_from_db()


def append(turn: Turn, before: str) -> DisputeEvent:
    """The event of an action, and its entry in the audit log."""
    held = turn.dispute
    event = DisputeEvent.objects.create(
        dispute=held,
        number=held.event_count,
        at=turn.at,
        action=turn.action,
        by=turn.by,
        from_status=before,
        to_status=held.status,
        note=turn.note[:200],
    )
    record(f"dispute.{turn.action}", subject=("dispute", held.pk), by=turn.by, event=event.number)
    return event


def _destination(dispute: Dispute, action: Action, seen: int | None) -> Status | None:
    if seen is not None and seen != dispute.event_count:
        raise StalePage(stale_words(dispute))
    rule = rule_of(dispute.status, action)
    if rule is None:
        raise DomainError(f"这件纠纷现在是“{dispute.status_label}”，不能{Action(action).label}。")
    return rule.to


def stale_words(dispute: Dispute) -> str:
    """What happened to the dispute after the page the person has open was drawn."""
    last = DisputeEvent.objects.newest_first().filter(dispute=dispute).first()
    if last is None:
        return "这件纠纷有了变化。您填写的内容还在，请看过最新情况后再办。"
    moment = timezone.localtime(last.at)
    what = f"{last.by.called}在{moment.month}月{moment.day}日 {moment:%H:%M}做了“{last.get_action_display()}”"
    return f"您打开本页以后，{what}。您填写的内容还在，请看过最新情况后再办。"


def on(day: date) -> str:
    """2026年11月25日."""
    return f"{day.year}年{day.month}月{day.day}日"


def words(text: str, refusal: str) -> str:
    """The text without surrounding blanks. DomainError(`refusal`) where nothing is left."""
    if not text.strip():
        raise DomainError(refusal)
    return text.strip()


def conclude(turn: Turn, *, success: bool, resolution: str) -> None:
    """A result stands: whether the dispute was resolved, how, and since when."""
    held = turn.dispute
    held.is_success, held.resolution = success, resolution
    held.concluded_at = held.concluded_at or turn.at


def tell(turn: Turn, seats: list[str], title: str) -> None:
    """Notice to seats; it names the case's number, never a party."""
    held = turn.dispute
    cause = f"dispute:{held.pk}:{held.event_count + 1}"
    notify_many(seats, cause=cause, title=f"{title}（{held.case.number}）", target=held.get_absolute_url(), at=turn.at)


# --- the case


def sign_case(turn: Turn) -> None:
    """Taking the dispute on signs its case."""
    if turn.dispute.case.status == CaseStatus.RECEIVED:
        cases.sign(turn.dispute.case, at=turn.at, by=turn.by)


def case_until(turn: Turn, action: CaseAction, said: str) -> None:
    """The case's clock ends when mediation has to: at the end of the limit date. Lengthening begins a step of its own."""
    case = turn.dispute.case
    if not case.is_open:
        return
    with acting_on_case(case, action, by=turn.by, at=turn.at) as step:
        held = step.case
        if action == CaseAction.EXTEND:
            held.step += 1
            held.extensions += 1
            held.warned_at = held.proposed_at = held.exhausted_at = None
        ends = timezone.make_aware(datetime.combine(turn.dispute.limit_date, time(17)))
        clock.run_until(held, max(ends, turn.at), at=turn.at, proposes=True)
        held.basis = clock.with_coverage(said, held.received_at, held.due_at)
        step.note = step.basis = said


def end_case(turn: Turn, public_text: str) -> None:
    """Answer the case where it is still open, at the community or below; else only note it."""
    case = turn.dispute.case
    if case.is_open:
        level = min(case.level, ClosingLevel.COMMUNITY)
        cases.resolve(case, level, public_text, unfinished=SETTLED, at=turn.at, by=turn.by)
    else:
        note_case(turn, public_text)


def note_case(turn: Turn, said: str) -> None:
    """What staff read on the case's page."""
    case = turn.dispute.case
    if case_rule(case.status, CaseAction.NOTE):
        cases.note(case, said, at=turn.at, by=turn.by)


def follow_case(turn: Turn, said: str, outcome: str) -> None:
    """回访 of the case, where it was answered; with an outcome it counts as what the parties say."""
    case: Case = turn.dispute.case
    if case.status in ANSWERED:
        cases.follow_up(case, said, outcome=outcome, at=turn.at, by=turn.by)
