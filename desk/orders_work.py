"""What waits for 区委办 among supervision orders: proposals of the portal, and answers to accept."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from grids.permissions import Ability, abilities_of
from supervision.models import Order

ROWS = 7
PROPOSED, ANSWERED = "proposed_orders", "answered_orders"


@dataclass(frozen=True)
class Waiting:
    """The most pressing of both lists, and how many there are (up to 101)."""

    proposed: list[Order] = field(default_factory=list)
    answered: list[Order] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self.proposed or self.answered)


def selections(user) -> dict[str, QuerySet]:
    """Both lists, for whoever may decide on orders; nothing for others."""
    if Ability.HAND_OUT not in abilities_of(user):
        return {}
    seen = Order.objects.visible_to(user)
    return {PROPOSED: seen.proposed(), ANSWERED: seen.answered()}


def waiting(counts: dict[str, int]) -> int:
    """How many of both there are, from counts by the names of `selections`."""
    return counts.get(PROPOSED, 0) + counts.get(ANSWERED, 0)


def rows(chosen: dict[str, QuerySet], counts: dict[str, int]) -> Waiting:
    """The rows of the lists that have any, oldest first; a query for each."""
    found = {}
    for name, column in ((PROPOSED, "proposed_at"), (ANSWERED, "assignment__reported_at")):
        some = counts.get(name) and chosen[name].for_list().order_by(column, "pk")[:ROWS]
        found[name] = list(some) if some else []
    return Waiting(
        found[PROPOSED], found[ANSWERED], {"proposed": counts.get(PROPOSED, 0), "answered": counts.get(ANSWERED, 0)}
    )
