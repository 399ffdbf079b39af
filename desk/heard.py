"""Visits as the desk shows them: where a case or a wish was heard, and the last visits to a household."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from cases.models import Case
from cases.states import Channel
from grids.permissions import Ability, abilities_of
from households.models import Household
from visits.models import Line, Visit
from wishes.models import Wish

VISITS_SHOWN = 5


@dataclass(frozen=True)
class VisitRow:
    """A visit with what was said on it; `url` is empty for who reads visits only here."""

    visit: Visit
    said: list[str]
    url: str


def heard_on(found: Case | Wish, user) -> VisitRow | None:
    """The visit on which a case or a wish was heard, where the user may read it. One query, none for other channels."""
    if found.channel != Channel.VISIT:
        return None
    of = Q(findings__case=found) if isinstance(found, Case) else Q(findings__wish=found)
    visit = Visit.objects.visible_to(user).filter(of).select_related("visitor").first()
    return VisitRow(visit, [], _url(visit, user)) if visit else None


def visits_to(household: Household, user) -> list[VisitRow] | None:
    """The youngest visits the user may read; None for who may read none. Two queries."""
    if Ability.HOUSEHOLDS not in abilities_of(user):
        return None
    lines = Line.objects.filter(dropped_at__isnull=True).select_related("topic").order_by("pk")
    rows = Visit.objects.visible_to(user).filter(household=household).select_related("visitor")
    rows = rows.prefetch_related(Prefetch("lines", queryset=lines)).newest_first()[:VISITS_SHOWN]
    return [VisitRow(row, [one.detail or one.topic.name for one in row.lines.all()], _url(row, user)) for row in rows]


def _url(visit: Visit, user) -> str:
    return visit.get_absolute_url() if Ability.VISIT in abilities_of(user) else ""
