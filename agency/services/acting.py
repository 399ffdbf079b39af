"""The one way an errand changes: lock it, look up the step, change it, append event and audit entry, tell its case."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agency.models import AgencyEvent, AgencyRequest
from agency.rules import secret_in
from agency.states import Action, Step, step_after
from audit.services import record
from cases.states import OPEN
from common.errors import DomainError, StalePage
from common.sensitive import mask_numbers


@dataclass
class Turn:
    """One action under way: the locked errand with its case, and the words of its event."""

    errand: AgencyRequest
    at: datetime
    note: str = ""


@contextmanager
def acting(
    errand: AgencyRequest, action: Action, *, by: User, seen: int | None = None, at: datetime | None = None
) -> Iterator[Turn]:
    """Carry out one action on `errand` in one transaction.

    1. lock the row; 2. StalePage where the page the person saw (`seen` = its event count) is no longer true,
    DomainError where the step or the case does not allow it; 3. let the caller change the errand and act on its case by
    the verbs of `cases`; 4. save, append the event and the audit entry; 5. refresh the caller's `errand`.
    """
    with transaction.atomic():
        locked = AgencyRequest.objects.select_for_update(of=("self",)).select_related("case", "item").get(pk=errand.pk)
        before, to = locked.step, _destination(locked, action, seen)
        turn = Turn(locked, at or timezone.now())
        locked.step = to
        yield turn
        locked.event_count += 1
        locked.save()
        AgencyEvent.objects.create(
            request=locked,
            number=locked.event_count,
            at=turn.at,
            by=by,
            action=action,
            from_step=before,
            to_step=to,
            times=locked.times,
            note=mask_numbers(turn.note)[:200],
        )
        record(f"agency.{action}", subject=("case", locked.case_id), by=by, event=locked.event_count)
    errand.refresh_from_db()


def _destination(errand: AgencyRequest, action: Action, seen: int | None) -> Step:
    if seen is not None and seen != errand.event_count:
        raise StalePage(stale_words(errand))
    to = step_after(errand.step, action)
    if to is None:
        raise DomainError(f"这件代办现在是“{errand.step_label}”，不能{Action(action).label}。")
    if errand.case.status not in OPEN:
        raise DomainError(f"这件事项现在是“{errand.case.status_label}”，不能{Action(action).label}。")
    return to


def stale_words(errand: AgencyRequest) -> str:
    """What a person with an old page is told: who did what meanwhile."""
    last = AgencyEvent.objects.newest_first().filter(request=errand).first()
    what = "这件代办有了变化"
    if last is not None:
        moment = timezone.localtime(last.at)
        who = last.by.called if last.by else "居民"
        what = f"{who}在{moment.month}月{moment.day}日 {moment:%H:%M}做了“{last.get_action_display()}”"
    return f"您打开本页以后，{what}。您填写的内容还在，请看过最新情况后再办。"


def refuse_secrets(*texts: str) -> None:
    """DomainError where a text holds a bank card's number or a password: neither is ever asked for or kept."""
    for text in texts:
        if wrong := secret_in(text):
            raise DomainError(wrong)
