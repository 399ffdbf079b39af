"""Numbers of our own papers: per year, without gaps, whoever asks at the same moment."""

from typing import Any

from django.db.models import Max

from grids.models import Organization


def next_number(model: Any, year: int, *, keeper: str) -> int:
    """The number after the last one of `year`. Holds the row of the body that keeps the numbers until the transaction
    ends, so the next one waits; rolled back, the number is given again.
    """
    Organization.objects.select_for_update(no_key=True).get(code=keeper)
    return (model.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0) + 1
