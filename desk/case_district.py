"""The part of the case page that says what the district did with it: ledgers, hand-outs, and the way to its review."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse

from cases.models import Case
from cases.services.acting import OFFICE_UNIT
from grids.levels import Level
from grids.permissions import Ability, abilities_of
from supervision.models import HandOutItem, LedgerEntry, LedgerItem


@dataclass(frozen=True)
class District:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case
    items: list[LedgerItem]
    handouts: list[HandOutItem]
    reads_papers: bool
    to_do: tuple[str, str] | None

    @property
    def is_empty(self) -> bool:
        """True where the district has done nothing yet."""
        return not (self.items or self.handouts or self.to_do)


def gather(case: Case, user) -> District:
    """Load the part for this person in a fixed number of queries."""
    abilities = abilities_of(user)
    entries = Prefetch("entries", LedgerEntry.objects.order_by("pk"), to_attr="story")
    items = LedgerItem.objects.filter(case=case).select_related("ledger", "lead").prefetch_related("helpers", entries)
    batches = HandOutItem.objects.filter(case=case).select_related("handout", "lead").prefetch_related("helpers")
    return District(
        case,
        list(items.order_by("pk")),
        list(batches.order_by("pk")),
        bool(abilities & {Ability.COLLECT, Ability.HAND_OUT}),
        _to_do(case, abilities),
    )


def _to_do(case: Case, abilities: frozenset[str]) -> tuple[str, str] | None:
    """Label and address of the page where the person reviews or hands out this case."""
    if not case.is_open or case.level != Level.DISTRICT:
        return None
    if case.handling_unit is None and Ability.COLLECT in abilities:
        return "到研判台账办理", reverse("desk:ledger", query={"view": "review", "case": case.number})
    if case.handling_unit and case.handling_unit.code == OFFICE_UNIT and Ability.HAND_OUT in abilities:
        return "到待交办里办理", reverse("desk:ledger", query={"view": "hand-out", "case": case.number})
    return None
