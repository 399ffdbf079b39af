"""Finding the door people name, or writing it down with its building and entrance where nobody did before."""

from dataclasses import dataclass

from common.errors import DomainError
from grids.levels import Level, level_of
from grids.models import Area, Building, Compound, Door, Entrance


@dataclass(frozen=True)
class DoorNumber:
    """A door as people say it: 3号楼2单元501. A door on a courtyard has a room only."""

    building_no: int | None
    unit_no: int | None
    room: str


def door_at(compound: Compound, number: DoorNumber, *, area: str = "") -> Door:
    """The door of this number, created with building and entrance as needed. Runs inside the caller's transaction.

    `area` is the code of its grid; left empty, the door lies in the grid of its building or of its compound. Refused
    where several grids share the compound and nobody said which one.
    """
    if number.unit_no is not None and number.building_no is None:
        raise DomainError("有单元号就要有楼号。")
    known = Door.objects.filter(
        compound=compound,
        building__number=number.building_no,
        entrance__number=number.unit_no,
        room=number.room,
    )
    if found := known.select_related("building", "entrance", "compound").first():
        require_standing(found)
        return found
    building = _building(compound, number.building_no, area) if number.building_no is not None else None
    entrance = None
    if building and number.unit_no is not None:
        entrance, _ = Entrance.objects.get_or_create(building=building, number=number.unit_no)
    code = _grid(compound, building, area)
    door, _ = Door.objects.get_or_create(
        compound=compound, building=building, entrance=entrance, room=number.room, defaults={"area_id": code}
    )
    require_standing(door)
    return door


def require_standing(door: Door) -> None:
    """Refused where compound, building or entrance was given up: nobody moves in there."""
    if door.compound.valid_to:
        raise DomainError("这个小区已经停用，请选择现在的小区。")
    for part in (door.building, door.entrance):
        if part and part.valid_to:
            raise DomainError(f"{part}已经停用，请核对门牌，或者先恢复这栋楼。")


def _building(compound: Compound, number: int, area: str) -> Building:
    building, _ = Building.objects.get_or_create(
        compound=compound, number=number, defaults={"area_id": area or compound.area_id}
    )
    return building


def _grid(compound: Compound, building: Building | None, area: str) -> str:
    """The code of the grid: the one given, the building's, the compound's."""
    for code in (area, building.area_id if building else "", compound.area_id):
        if code and level_of(code) == Level.GRID:
            if not code.startswith(compound.community) or not Area.objects.in_service().filter(pk=code).exists():
                raise DomainError("所选网格不在这个小区所属的社区里，请重新选择。")
            return code
    raise DomainError("这个小区由几个网格共管，请选择住户所在的网格。")
