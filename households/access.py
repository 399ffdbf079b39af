"""What one person may do with one household: keep its record, see its tags, look at plain values. One query."""

from dataclasses import dataclass

from grids.permissions import Ability
from grids.reach import Scope
from grids.scope import scope_of
from households.models import Household, Pairing


@dataclass(frozen=True)
class Access:
    """A person's rights towards a household that the person may see."""

    keep: bool
    care: bool
    set_care: bool
    reveal: bool
    paired: bool


def access_to(household: Household, user) -> Access:
    """The rights that postings covering the household give, and those of the paired cadre: tags and plain values."""
    paired = Pairing.objects.current().filter(household=household, user=user).exists()
    in_area = scope_of(user, granting=Ability.CARE).covers(household.area_id)
    return Access(
        keep=covers(scope_of(user, granting=Ability.KEEP_HOUSEHOLDS), household),
        care=in_area or paired,
        set_care=in_area,
        reveal=covers(scope_of(user, granting=Ability.REVEAL), household) or paired,
        paired=paired,
    )


def covers(scope: Scope, household: Household) -> bool:
    """Whether an area or a compound-level place of the scope contains the household."""
    door = household.door
    return (
        scope.covers(household.area_id)
        or household.compound_id in scope.compounds
        or door.building_id in scope.buildings
        or door.entrance_id in scope.entrances
    )
