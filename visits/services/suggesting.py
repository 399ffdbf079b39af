"""Verbs of 意见建议: say something about the portal, and get an answer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from notifications.services import notify
from visits.models import Suggestion

MAX_TEXT = 500


@transaction.atomic
def suggest(text: str, *, at: datetime | None = None, by: User) -> Suggestion:
    """Write it down. DomainError without words; the same words of the same person, not answered yet, stay one."""
    text = text.strip()
    if not text:
        raise DomainError("请写下意见或建议。")
    at = at or timezone.now()
    User.objects.select_for_update().get(pk=by.pk)
    if known := Suggestion.objects.filter(by=by, text=text, answered_at__isnull=True).first():
        return known
    made = Suggestion.objects.create(text=text, created_at=at, by=by)
    record("suggestion.make", subject=("suggestion", made.pk), by=by)
    return made


@transaction.atomic
def answer(suggestion: Suggestion, text: str, *, at: datetime | None = None, by: User) -> Suggestion:
    """Answer once, and tell whoever asked. DomainError without words or where somebody else answered meanwhile."""
    text = text.strip()
    if not text:
        raise DomainError("请写下答复。")
    at = at or timezone.now()
    waiting = Suggestion.objects.filter(pk=suggestion.pk, answered_at__isnull=True)
    if not waiting.update(answer=text, answered_at=at, answered_by=by):
        raise DomainError("这条意见已经有答复了。")
    suggestion.refresh_from_db()
    record("suggestion.answer", subject=("suggestion", suggestion.pk), by=by)
    notify(
        f"user:{suggestion.by_id}",
        cause=f"suggestion:{suggestion.pk}:answered",
        title="您提的意见建议有答复了",
        target="/field/suggestions/",
        at=at,
    )
    return suggestion
