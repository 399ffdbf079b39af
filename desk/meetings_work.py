"""Meetings as lists: those one plans, those one is asked to, and what of it waits on 工作台."""

from datetime import datetime, time

from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from common.pages import Page, keyset
from desk.meeting_page import meeting_state
from desk.work import SubqueryCount
from supervision.models import AgendaItem, Invitation, Meeting

ROWS = 7


def planned(user, cursor: str | None, at: datetime | None = None) -> Page:
    """All meetings, newest first, with how many items, decisions and replies each has."""
    items = AgendaItem.objects.filter(meeting=OuterRef("pk")).values("pk")
    asked_to = Invitation.objects.filter(meeting=OuterRef("pk")).values("pk")
    rows = Meeting.objects.visible_to(user).annotate(
        items=SubqueryCount(items),
        settled=SubqueryCount(items.exclude(state=AgendaItem.State.OPEN)),
        asked=SubqueryCount(asked_to),
        replied=SubqueryCount(asked_to.exclude(reply=Invitation.Reply.NONE)),
    )
    page = keyset(rows, order=("-held_at", "-id"), cursor=cursor)
    for row in page.rows:
        row.due_state = meeting_state(row, at or timezone.now())
    return page


def asked(user, cursor: str | None, at: datetime | None = None) -> Page:
    """Invitations to the user's own unit or street, the latest meeting first."""
    rows = Invitation.objects.to(user).select_related("meeting", "unit", "area")
    page = keyset(rows, order=("-meeting__held_at", "-id"), cursor=cursor)
    for row in page.rows:
        row.due_state = meeting_state(row.meeting, at or timezone.now())
    return page


def coming(user, at: datetime | None = None) -> QuerySet:
    """Invitations to meetings held today or later: what 工作台 shows."""
    day = timezone.localdate(at or timezone.now())
    today = timezone.make_aware(datetime.combine(day, time.min))
    return Invitation.objects.to(user).filter(meeting__held_at__gte=today, meeting__issued_at__isnull=True)


def nearest(user, at: datetime | None = None) -> list[Invitation]:
    """The next of them, soonest first."""
    rows = coming(user, at).select_related("meeting", "unit", "area")
    return list(rows.order_by("meeting__held_at", "pk")[:ROWS])
