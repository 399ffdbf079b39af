"""The part of the case page that says whistles, site visits and meetings, drafts that wait."""

from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True)
class Spot:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case


def gather(case: Case, user) -> Spot:
    """Load the part for this person in a fixed number of queries."""
    return Spot(case)
