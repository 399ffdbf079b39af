"""The part of the case page about a dispute: the way to its own page, or to make one of a quarrel; and nobody's name."""

from dataclasses import dataclass

from django.urls import reverse

from cases.models import Case
from cases.roles import may_mediate
from mediation.models import Dispute
from mediation.services.intake import CATEGORY

# 邻里矛盾 and what belongs to it: where the page offers mediation by itself.
NEIGHBOURS = "neighbour"


@dataclass(frozen=True)
class CaseDispute:
    """What the part shows: the dispute of the case, or where to make it one."""

    row: Dispute | None = None
    convert_url: str = ""


def gather(case: Case, user) -> CaseDispute:
    """Load the part for this person: one query for a case of its category, none for others."""
    if case.category.code == CATEGORY:
        return CaseDispute(Dispute.objects.filter(case=case).defer("account", "resolution").first())
    offered = case.category.code.split("-")[0] == NEIGHBOURS and may_mediate(case, user)
    return CaseDispute(None, reverse("desk:dispute-convert", args=[case.number]) if offered else "")
