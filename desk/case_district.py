"""The part of the case page that says what the district did with it: ledgers, orders, meetings."""

from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True)
class District:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case


def gather(case: Case, user) -> District:
    """Load the part for this person in a fixed number of queries."""
    return District(case)
