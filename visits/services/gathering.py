"""合成议题: many opinions heard at doors become one consultation, each of them once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from consultations import services as consultations
from consultations.models import Consultation
from notifications.services import notify
from visits.models import Line
from visits.services.deciding import locked
from visits.states import OpinionState


def gather(
    lines: Iterable[Line],
    into: Consultation | consultations.Topic,
    *,
    at: datetime | None = None,
    by: User,
) -> tuple[Consultation, int]:
    """The consultation, a new one where a topic is given, and how many of `lines` it took; all of it or nothing.

    1. lock each line in the order of its key, so that it is decided once; 2. one that waits is decided, one that was
    left for a consultation joins it, one decided otherwise meanwhile is passed over; 3. the consultation appends how
    many. DomainError where none is left, or where one was said in another community.
    """
    at = at or timezone.now()
    with transaction.atomic():
        held = into if isinstance(into, Consultation) else consultations.open_topic(into, at=at, by=by)
        tried = [_take(line, held, at, by) for line in sorted(lines, key=lambda one: one.pk)]
        taken = [visitor for visitor in tried if visitor is not None]
        if not taken:
            raise DomainError("选中的都已经有人定了，没有合成。")
        consultations.gather(held, len(taken), at=at, by=by)
        _tell(held, taken, at, by)
    return held, len(taken)


def _tell(held: Consultation, visitors: list[int], at: datetime, by: User) -> None:
    """One notice for each visitor, however many of the opinions were heard on the own visits."""
    for visitor, count in Counter(visitors).items():
        if visitor != by.pk:
            notify(
                f"user:{visitor}",
                cause=f"consultation:{held.pk}:{held.event_count}:gathered",
                title=f"您走访听到的{count}条意见合成了议题：{held.title}",
                target=held.get_absolute_url(),
                at=at,
            )


def _take(line: Line, held: Consultation, at: datetime, by: User) -> int | None:
    """Who heard it, once it is taken; None where it was decided otherwise or taken away."""
    try:
        one = locked(line)
    except DomainError:
        return None
    if one.visit.community != held.community:
        raise DomainError("选中的有别的社区听到的，请分开合成。")
    waits = one.opinion_state == OpinionState.WAITING
    if not waits and (one.opinion_state != OpinionState.CONSULTATION or one.consultation_id):
        return None
    one.consultation, one.opinion_state = held, OpinionState.CONSULTATION
    if waits:
        one.decided_at, one.decided_by = at, by
    one.save(update_fields=["consultation", "opinion_state", "decided_at", "decided_by"])
    record("opinion.gather", subject=("line", one.pk), by=by, consultation=held.pk)
    return one.visit.visitor_id
