"""Keeping the copies in households true when the ground beneath them gets another name."""

from django.db import transaction

from grids.models import Compound
from households.models import Household
from households.services.writing import rewrite


@transaction.atomic
def readdress(compound: Compound) -> int:
    """Write address and search text of every household of a renamed compound anew; returns how many.

    Nobody's open form becomes stale for it: what people entered has not changed.
    """
    rows = Household.objects.filter(compound=compound).select_for_update(of=("self",)).select_related("door")
    count = 0
    for household in rows:
        household.compound = compound
        rewrite(household, at=household.updated_at)
        count += 1
    return count
