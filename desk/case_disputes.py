"""The part of the case page about a dispute: the way to its own page, and nobody's name."""

from cases.models import Case
from mediation.models import Dispute
from mediation.services.intake import CATEGORY


def gather(case: Case) -> Dispute | None:
    """The dispute of this case: one query for a case of its category, none for others."""
    if case.category.code != CATEGORY:
        return None
    return Dispute.objects.filter(case=case).defer("account", "resolution").first()
