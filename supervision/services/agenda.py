"""What could go on an agenda: what was left over, what a review sent there, and what the ledgers list."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cases.models import Case
from cases.states import NOT_ENDED
from supervision.models import AgendaItem, LedgerItem, Meeting, Review

# Of each kind; whoever has more at hand looks the case up by its number.
OFFERED = 50


@dataclass(frozen=True)
class Offer:
    """A case with why it is offered, and what was to be decided where somebody said so."""

    case: Case
    why: str
    question: str = ""
    first: bool = False


def offers(meeting: Meeting, user) -> list[Offer]:
    """Cases for the agenda, each once: left over first, then sent by a review, then from ledgers. Four queries at most."""
    rows = [*_left_over(meeting, user), *_sent_by_review(user), *_from_ledgers(user)]
    taken = set(meeting.agenda.values_list("case", flat=True))
    found: dict[int, Offer] = {}
    for offer in rows:
        if offer.case.pk not in taken:
            found.setdefault(offer.case.pk, offer)
    return list(found.values())


def _fit(user):
    """Cases that may be put on an agenda now."""
    waiting = AgendaItem.objects.filter(
        case=OuterRef("pk"), state=AgendaItem.State.OPEN, meeting__issued_at__isnull=True
    )
    fit = Case.objects.visible_to(user).filter(status__in=NOT_ENDED, about__isnull=True)
    return fit.exclude(Exists(waiting))


def _left_over(meeting: Meeting, user) -> list[Offer]:
    """Items left for the next time that are on no later agenda."""
    later = AgendaItem.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    rows = AgendaItem.objects.filter(state=AgendaItem.State.POSTPONED, case__in=_fit(user)).exclude(meeting=meeting)
    rows = rows.exclude(Exists(later)).select_related("meeting", "case__category", "case__area").order_by("pk")
    return [Offer(row.case, f"{row.meeting}留到下次", row.question, first=True) for row in rows[:OFFERED]]


def _sent_by_review(user) -> list[Offer]:
    """Cases a review sent to the meeting that have been on no agenda since."""
    since = AgendaItem.objects.filter(case=OuterRef("case"), added_at__gte=OuterRef("decided_at"))
    rows = Review.objects.filter(decision=Review.Decision.MEETING, decided_at__isnull=False, case__in=_fit(user))
    rows = rows.exclude(Exists(since)).select_related("case__category", "case__area").order_by("decided_at", "pk")
    return [Offer(row.case, "研判提请联席研判", first=True) for row in rows[:OFFERED]]


def _from_ledgers(user) -> list[Offer]:
    """Items of ledgers not struck off; the newest ledger first."""
    rows = LedgerItem.objects.filter(struck_at__isnull=True, case__in=_fit(user))
    rows = rows.select_related("ledger", "case__category", "case__area").order_by("-ledger", "position")
    return [Offer(row.case, f"{row.ledger.called}之{row.position}") for row in rows[:OFFERED]]
