"""The part of the case page that says who else works on it: co-handling units and what each owes."""

from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True)
class Hands:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case


def gather(case: Case, user) -> Hands:
    """Load the part for this person in a fixed number of queries."""
    return Hands(case)
