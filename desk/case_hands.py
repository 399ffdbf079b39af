"""The part of the case page that says who else works on it: co-handling units and what each owes."""

from dataclasses import dataclass

from cases.assignment_roles import sides_of
from cases.assignments import Kind, Side
from cases.models import Assignment, Case
from grids.permissions import Ability, abilities_of


@dataclass(frozen=True)
class Hands:
    """What the part shows; everything is loaded here, the template only reads.

    `helping`: every unit that was asked to help, the latest first. `own`: what the person's own seats owe or decide.
    """

    case: Case
    helping: list[Assignment]
    own: list[Assignment]
    opens: bool


def gather(case: Case, user) -> Hands:
    """Load the part for this person in one query."""
    rows = list(Assignment.objects.filter(case=case).select_related("unit", "area", "signed_by").order_by("-pk"))
    for row in rows:
        row.case = case
    return Hands(
        case,
        [row for row in rows if row.kind == Kind.CO_HANDLE],
        [row for row in rows if row.is_open and Side.OWES in sides_of(row, user)],
        Ability.HANDLE in abilities_of(user),
    )
