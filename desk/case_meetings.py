"""The part of the case page about joint meetings: when it was on, what was decided, who does what by when."""

from dataclasses import dataclass

from django.utils import timezone

from cases.models import Case
from desk.meeting_page import Line, lines
from supervision.models import AgendaItem, plans_meetings


@dataclass(frozen=True)
class Meetings:
    """What the part shows; everything is loaded here, the template only reads."""

    lines: list[Line]
    plans: bool


def gather(case: Case, user) -> Meetings:
    """The items of this case, the newest first: two queries. Whoever reads the case reads what was decided on it."""
    rows = AgendaItem.objects.filter(case=case).select_related("meeting")
    found = sorted(lines(rows, timezone.now()), key=lambda line: line.item.pk, reverse=True)
    return Meetings(found, plans_meetings(user))
