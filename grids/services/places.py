"""Verbs of compounds, buildings and entrances, and of what is said about an area.

Households are above this app: whoever closes a place says how many still live there (`living`).
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from common.normalise import clean_digits
from grids import geo
from grids.levels import Level
from grids.models import Area, Building, Compound, Door, Entrance, OwnersBody, Partnership, Posting
from grids.services.amending import amend

FIRST_YEAR = 1900
MAX_NUMBER = 999
MAX_ENTRANCES = 20
AREA_FACTS = {"phone", "hours", "about", "boundary", "kind"}
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")


def check_office_phone(typed: str) -> None:
    """Refuse a private mobile: these numbers are printed and shown to everybody."""
    if _MOBILE.fullmatch(clean_digits(typed)):
        raise DomainError("这里填公开的办公电话，不填个人手机号。")


@transaction.atomic
def set_area_facts(area: Area, changes: dict[str, Any], *, by: User | None) -> list[str]:
    """Change phone, hours, about, boundary (as `geo.checked`) or kind of an area; returns the columns that changed."""
    if unknown := set(changes) - AREA_FACTS:
        raise ValueError(f"not a fact of an area: {sorted(unknown)}")
    if "kind" in changes and area.level != Level.COMMUNITY:
        raise DomainError("只有社区分城市和涉农。")
    if changes.get("kind", "urban") not in Compound.Setting:
        raise DomainError("社区请选城市或涉农。")
    check_office_phone(changes.get("phone", ""))
    if changes.get("boundary"):
        changes = changes | {"boundary": geo.checked(changes["boundary"])}
    return amend(area, changes, by=by)


@transaction.atomic
def open_compound(area: Area, *, name: str, kind: str, by: User | None, **facts: Any) -> Compound:
    """A new compound in a grid, or in a community when several grids share it. `facts`: further columns."""
    compound = Compound(area=area, name=name, kind=kind, **facts)
    _check_compound(compound)
    compound.save()
    record("compound.open", subject=("compound", compound.pk), by=by, area=area.code)
    return compound


@transaction.atomic
def change_compound(compound: Compound, changes: dict[str, Any], *, by: User | None) -> list[str]:
    """Change columns of a compound, its grid included as long as no doors are registered there."""
    _check_in_use(compound)
    wanted = Compound.objects.get(pk=compound.pk)
    moves = "area" in changes and changes["area"] != wanted.area
    if moves and Door.objects.filter(compound=compound).exists():
        raise DomainError("小区里已经登记了门户，换网格要连住户一起办，请走网格调整。")
    for name, value in changes.items():
        setattr(wanted, name, value)
    _check_compound(wanted)
    changed = amend(compound, {name: getattr(wanted, name) for name in changes}, by=by)
    if moves and compound.level == Level.GRID:
        for building in compound.buildings.all():
            amend(building, {"area": compound.area}, by=by)
    compound.refresh_from_db(fields=["street", "community"])
    return changed


@transaction.atomic
def close_compound(compound: Compound, *, living: int, on: date | None = None, by: User | None) -> None:
    """Give a compound up; its owners' body and partnerships end with it. Refused while people live or serve there."""
    _check_in_use(compound)
    if living:
        raise DomainError(f"小区里还有{living}户在住，先登记搬离再停用。")
    if count := Posting.objects.current().filter(compound=compound).count():
        raise DomainError(f"小区里还有{count}个在任岗位，先办卸任再停用。")
    on = on or timezone.localdate()
    _check_day(on, after=compound.valid_from)
    for body in OwnersBody.objects.filter(compound=compound, ended_date__isnull=True):
        amend(body, {"ended_date": on}, by=by)
    for partnership in Partnership.objects.filter(compound=compound, valid_to__isnull=True):
        amend(partnership, {"valid_to": max(on, partnership.valid_from)}, by=by)
    amend(compound, {"valid_to": on}, by=by)


@transaction.atomic
def add_buildings(
    compound: Compound,
    numbers: Iterable[int],
    *,
    entrances: int = 0,
    area: Area | None = None,
    floors: int | None = None,
    has_lift: bool = False,
    by: User | None,
) -> list[Building]:
    """Buildings of a compound, each with entrances 1 to `entrances`. One that was closed comes back.

    `area` is the grid of the buildings, needed where several grids share the compound.
    """
    _check_in_use(compound)
    numbers = sorted(set(numbers))
    area = _grid_of(compound, area)
    _check_building(floors, entrances, numbers)
    known = {building.number: building for building in compound.buildings.filter(number__in=numbers)}
    if standing := [number for number, building in known.items() if building.valid_to is None]:
        raise DomainError("、".join(f"{number}号楼" for number in sorted(standing)) + "已经有了。")
    made = []
    for number in numbers:
        facts = {"area": area, "floors": floors, "has_lift": has_lift}
        if number in known:
            building = known[number]
            amend(building, facts | {"valid_to": None}, by=by)
        else:
            building = Building.objects.create(compound=compound, number=number, **facts)
        _entrances(building, entrances, by=by)
        made.append(building)
    record("compound.buildings", subject=("compound", compound.pk), by=by, numbers=numbers, entrances=entrances)
    return made


@transaction.atomic
def change_building(
    building: Building, changes: dict[str, Any], *, entrances: int | None = None, by: User | None
) -> None:
    """Change name, floors, lift or grid of a building, and how many entrances it has."""
    if building.valid_to:
        raise DomainError(f"{building}已经停用。")
    _check_building(changes.get("floors"), entrances or 0, [building.number])
    if "area" in changes and changes["area"] != building.area:
        changes = changes | {"area": _grid_of(building.compound, changes["area"])}
        if Door.objects.filter(building=building).exists():
            raise DomainError("楼里已经登记了门户，换网格要连住户一起办，请走网格调整。")
    amend(building, changes, by=by)
    if entrances is not None:
        _entrances(building, entrances, by=by)


@transaction.atomic
def close_building(building: Building, *, living: int, on: date | None = None, by: User | None) -> None:
    """A building is torn down or was entered by mistake. Refused while people live or serve there."""
    if building.valid_to:
        raise DomainError(f"{building}已经停用。")
    if living:
        raise DomainError(f"{building}还有{living}户在住，先登记搬离再停用。")
    if Posting.objects.current().filter(building=building).exists():
        raise DomainError(f"{building}还有在任的楼栋长或单元长，先办卸任再停用。")
    on = on or timezone.localdate()
    _check_day(on)
    for entrance in building.entrances.filter(valid_to__isnull=True):
        amend(entrance, {"valid_to": on}, by=by)
    amend(building, {"valid_to": on}, by=by)


def _entrances(building: Building, count: int, *, by: User | None) -> None:
    """Entrances 1 to `count` stand, those above it are closed unless somebody lives or serves behind them."""
    known = {entrance.number: entrance for entrance in building.entrances.all()}
    Entrance.objects.bulk_create(
        Entrance(building=building, number=number) for number in range(1, count + 1) if number not in known
    )
    for number, entrance in sorted(known.items()):
        if number <= count and entrance.valid_to:
            amend(entrance, {"valid_to": None}, by=by)
        elif number > count and not entrance.valid_to:
            _check_empty(entrance)
            amend(entrance, {"valid_to": timezone.localdate()}, by=by)


def _check_empty(entrance: Entrance) -> None:
    if Posting.objects.current().filter(entrance=entrance).exists():
        raise DomainError(f"{entrance.building}{entrance}还有在任的单元长，先办卸任再减单元。")
    if Door.objects.filter(entrance=entrance).exists():
        raise DomainError(f"{entrance.building}{entrance}已经登记了门户，不能减掉。")


def _grid_of(compound: Compound, area: Area | None) -> Area:
    if compound.level == Level.GRID:
        return compound.area
    if area is None or area.level != Level.GRID or area.parent_code != compound.area_id:
        raise DomainError("这个小区由几个网格共管，请选择楼栋属于本社区哪个网格。")
    return area


def check_year(year_built: int | None) -> None:
    """Refuse a year no building here was built in."""
    year = timezone.localdate().year
    if year_built is not None and not FIRST_YEAR <= year_built <= year:
        raise DomainError(f"建成年份填{FIRST_YEAR}到{year}之间的四位数。")


def _check_in_use(compound: Compound) -> None:
    if compound.valid_to:
        raise DomainError(f"{compound}已经停用，不能再改。")


def _check_compound(compound: Compound) -> None:
    """Everything the constraints hold, said in words."""
    if compound.area.level not in (Level.GRID, Level.COMMUNITY):
        raise DomainError("小区要放在网格里；几个网格共管的，放在社区。")
    if not compound.area.in_service or compound.area.valid_to:
        raise DomainError(f"{compound.area}不在用，请换一个网格。")
    check_year(compound.year_built)
    _check_company(compound)
    geo.check_point(compound.longitude, compound.latitude)
    if compound.boundary:
        compound.boundary = geo.checked(compound.boundary)
    same = Compound.objects.in_use().filter(community=compound.area_id[:12], name=compound.name)
    if same.exclude(pk=compound.pk).exists():
        raise DomainError(f"这个社区已经有{compound.name}，请换一个名称，或者直接改原来那一个。")


def _check_company(compound: Compound) -> None:
    company = compound.property_company
    if company is None:
        return
    if compound.management != Compound.Management.COMPANY:
        raise DomainError("只有物业公司管理的小区才填物业公司。")
    if company.kind != company.Kind.PROPERTY or not company.active:
        raise DomainError(f"{company}不是在用的物业公司，请在组织里先登记。")


def _check_building(floors: int | None, entrances: int, numbers: list[int]) -> None:
    if not numbers:
        raise DomainError("请填写楼号，如1–8。")
    if not all(1 <= number <= MAX_NUMBER for number in numbers):
        raise DomainError(f"楼号填1到{MAX_NUMBER}。")
    if not 0 <= entrances <= MAX_ENTRANCES:
        raise DomainError(f"每栋楼最多{MAX_ENTRANCES}个单元。")
    if floors is not None and not 1 <= floors <= 99:
        raise DomainError("层数填1到99。")


def _check_day(on: date, after: date | None = None) -> None:
    if on > timezone.localdate():
        raise DomainError("日期不能晚于今天。")
    if after and on < after:
        raise DomainError(f"日期不能早于启用日期{after:%Y-%m-%d}。")
