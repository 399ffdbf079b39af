"""Telling mediators that a limit date comes near, and that it is over. Nobody else: the notice says that there is a dispute."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from grids.models import Posting
from mediation.models import Dispute, Mediator
from mediation.services.acting import on
from notifications.services import notify_many
from workdays import calendar
from workdays.rules import Span


def remind(*, at: datetime | None = None) -> int:
    """Tell who mediates: one working day before the limit date, and once it is over; how many disputes are either.

    A mediator is told once of each, however often this runs; a longer time agreed to is a new limit.
    """
    at = at or timezone.now()
    today, told = timezone.localdate(at), 0
    due = Dispute.objects.open().filter(limit_date__lte=_next_workday(today))
    for dispute, seats in _with_mediators(due, at):
        late = dispute.limit_date < today
        words = "化解时限已过，请写明结果或者与双方商量延长" if late else f"化解时限到{on(dispute.limit_date)}"
        notify_many(
            seats,
            cause=f"dispute:{dispute.pk}:{'over' if late else 'soon'}:{dispute.limit_date}",
            title=f"{words}（{dispute.case.number}）",
            target=dispute.get_absolute_url(),
            at=at,
        )
        told += 1
    return told


def _with_mediators(rows, at: datetime) -> Iterator[tuple[Dispute, list[str]]]:
    """Each dispute with the seats of who mediates it and still works in its street. Three queries."""
    disputes = list(rows.select_related("case").only("limit_date", "case__number", "case__street").order_by("pk"))
    handling: dict[int, list[int]] = {}
    live = Mediator.objects.filter(dispute__in=disputes, ended_at__isnull=True).order_by("-is_lead", "pk")
    for dispute_id, user_id in live.values_list("dispute_id", "user_id"):
        handling.setdefault(dispute_id, []).append(user_id)
    people = {user_id for users in handling.values() for user_id in users}
    posted = Posting.objects.current(at).filter(user__in=people, area__isnull=False).values_list("user_id", "area_id")
    streets = {(user_id, area[:9]) for user_id, area in posted}
    for dispute in disputes:
        users = [user for user in handling.get(dispute.pk, []) if (user, dispute.case.street) in streets]
        yield dispute, [f"user:{user}" for user in users]


def _next_workday(day: date) -> date:
    """The first working day after `day`: what ends by then ends one working day from now at the latest."""
    tomorrow = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return calendar.current().add(tomorrow, Span(1, "workday")).date()
