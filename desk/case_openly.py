"""The part of the case page that says what of it stands in the public ledger, and call-backs."""

from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True)
class Openly:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case


def gather(case: Case, user) -> Openly:
    """Load the part for this person in a fixed number of queries."""
    return Openly(case)
