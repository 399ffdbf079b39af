"""The one way a consultation changes: lock it, look up the rule, change, append event and audit entry, tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError, StalePage
from common.sensitive import mask_numbers
from consultations.models import Consultation, ConsultationEvent
from consultations.states import OVER, Action, rule_of
from notifications.services import notify_many


@dataclass
class Turn:
    """One action under way: the locked consultation, the words of its event, whom to tell."""

    consultation: Consultation
    action: Action
    at: datetime
    note: str = ""
    public_text: str = ""
    details: dict = field(default_factory=dict)
    notices: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, seat: str, title: str) -> None:
        """Notice to a seat once this action is written."""
        self.notices.append((seat, title))


@contextmanager
def acting(
    consultation: Consultation,
    action: Action,
    *,
    by: User | None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Iterator[Turn]:
    """Carry out one action in one transaction.

    1. lock the row; 2. StalePage where the page the person saw (`seen` = its event count) is no longer true,
    DomainError where the state table has no such pair; 3. let the caller change `turn.consultation` and what hangs on
    it; 4. save, append the event and the audit entry, write the notices; 5. refresh the caller's object.
    """
    with transaction.atomic():
        locked = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation.pk)
        rule = rule_of(locked.status, action)
        if rule is None:
            raise DomainError(f"这次协商现在是“{locked.get_status_display()}”，不能{action.label}。")
        if seen is not None and seen != locked.event_count:
            raise StalePage(stale_words(locked))
        turn, before = Turn(locked, action, at or timezone.now()), locked.status
        yield turn
        if rule.to is not None:
            locked.status = rule.to
        if locked.status in OVER and locked.ended_at is None:
            locked.ended_at = turn.at
        locked.event_count += 1
        locked.save()
        append(turn, before, by)
    consultation.refresh_from_db()


def append(turn: Turn, before: str, by: User | None) -> None:
    """Event, audit entry and notices of one action."""
    held = turn.consultation
    ConsultationEvent.objects.create(
        consultation=held,
        number=held.event_count,
        at=turn.at,
        action=turn.action,
        by=by,
        from_status=before,
        to_status=held.status,
        # Appended for good: retention could never reach a number somebody wrote down here.
        note=mask_numbers(turn.note),
        public_text=turn.public_text,
    )
    record(
        f"consultation.{turn.action}",
        subject=("consultation", held.pk),
        by=by,
        actor_kind="resident" if turn.action == Action.OPINE and by is None else None,
        event=held.event_count,
        **turn.details,
    )
    for seat, title in dict(turn.notices).items():
        notify_many(
            [seat],
            cause=f"consultation:{held.pk}:{held.event_count}:{seat}"[:80],
            title=f"{title}：{held.title}"[:200],
            target=held.get_absolute_url(),
            at=turn.at,
        )


def stale_words(consultation: Consultation) -> str:
    """What happened after the page the person has open was drawn."""
    last = ConsultationEvent.objects.filter(consultation=consultation).select_related("by").order_by("-number").first()
    what = "这次协商有了变化"
    if last is not None:
        moment = timezone.localtime(last.at)
        who = last.by.called if last.by else "居民"
        what = f"{who}在{moment.month}月{moment.day}日 {moment:%H:%M}做了“{last.get_action_display()}”"
    return f"您打开本页以后，{what}。您填写的内容还在，请看过最新情况后再办。"
