"""The part of the case page that says whistles, site visits and meetings, drafts that wait."""

from dataclasses import dataclass

from django.utils import timezone

from cases.models import Case, Draft
from cases.services.coordinating import Held
from cases.spot_roles import coordinating_seat, may_whistle
from desk import spot_rows
from desk.spot_rows import Called, Met, Waiting
from grids.permissions import Ability
from grids.scope import scope_of


@dataclass(frozen=True)
class Spot:
    """What the part shows; everything is loaded here, the template only reads."""

    case: Case
    whistles: list[Called]
    visits: list[Met]
    drafts: list[Waiting]
    may_whistle: bool
    may_coordinate: bool

    @property
    def held(self) -> Held:
        """How often people came together: 现场查看3次，会商2次."""
        sites = sum(met.coordination.kind == "site" for met in self.visits)
        return Held(sites, len(self.visits) - sites)

    @property
    def to_release(self) -> bool:
        """Whether a draft waits for this person: it comes before everything else."""
        return any(row.may_release for row in self.drafts)

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to read and nothing to do."""
        return not (self.whistles or self.visits or self.may_whistle or self.may_coordinate)


def gather(case: Case, user) -> Spot:
    """Load the part for this person in a fixed number of queries."""
    at = timezone.now()
    visits = spot_rows.visits(case, user, at)
    found = spot_rows.whistles(case.whistles.order_by("-called_at", "-pk"))
    whistles = []
    for whistle in found:
        whistle.case = case
        whistles.append(spot_rows.called(whistle, user, at))
    under_way = next((row.whistle for row in whistles if row.whistle.is_under_way), None)
    latest = found[0] if found else None
    return Spot(
        case,
        whistles,
        visits,
        waiting_drafts(case, user),
        may_whistle(case, user) and under_way is None,
        bool(coordinating_seat(case, user, latest)),
    )


def waiting_drafts(case: Case, user) -> list[Waiting]:
    """Drafts on this case that wait at the units the user works at; nobody else reads them."""
    units = scope_of(user, granting=Ability.HANDLE).units
    if not units:
        return []
    rows = Draft.objects.filter(case=case).waiting().of_units(units)
    return [spot_rows.waiting(draft, user) for draft in spot_rows.drafts(rows)]
