"""A household nobody had registered, told in the same record as the visit to it."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from common.errors import DomainError
from grids.levels import Level, level_of
from grids.models import Compound
from grids.permissions import Ability
from grids.scope import scope_of
from households.models import Household
from households.services import keeping

NOT_YOURS = "记录人不能在这个小区登记住户"
OTHERS_THERE = "这个门里登记的是另一户"


@dataclass(frozen=True)
class Newcomer:
    """Who lives behind a door, as the visitor was told; already cleaned."""

    compound: Compound
    building_no: int | None
    unit_no: int | None
    room: str
    name: str
    phone: str = ""
    called: str = ""


def household_of(new: Newcomer, day: date, *, at: datetime, by: User, trusted: bool = False) -> Household:
    """The household behind the door: the one registered meanwhile under the same name, else a new one from `day` on.

    Two records about one new household make one household. DomainError where the visitor may not register there, or
    somebody else lives there. `trusted`: somebody who may decided that it is to be registered.
    """
    there = Household.objects.living().filter(
        compound=new.compound, building_no=new.building_no, unit_no=new.unit_no, room=new.room
    )
    if found := there.first():
        if new.name and found.head_name.plain != new.name:
            raise DomainError(OTHERS_THERE)
        return found
    if not trusted and not _may_register(new.compound, by):
        raise DomainError(NOT_YOURS)
    people = [keeping.Person(new.name, "head", called=new.called, phone=new.phone)] if new.name else []
    return keeping.register(
        new.compound,
        building_no=new.building_no,
        unit_no=new.unit_no,
        room=new.room,
        area=_grid(new.compound, by),
        people=people,
        moved_in_date=day,
        at=at,
        by=by,
    )


def _may_register(compound: Compound, user: User) -> bool:
    scope = scope_of(user, granting=Ability.KEEP_HOUSEHOLDS)
    shared = any(area.startswith(compound.area_id) for area in scope.areas)
    return shared or scope.covers(compound.area_id) or compound.pk in scope.compounds


def _grid(compound: Compound, user: User) -> str:
    """The visitor's grid, where a compound is shared by several and the visitor serves one of them."""
    if level_of(compound.area_id) == Level.GRID:
        return ""
    mine = [code for code in scope_of(user).at(Level.GRID) if code.startswith(compound.area_id)]
    return mine[0] if len(mine) == 1 else ""
