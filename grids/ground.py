"""Loads the district's ground from grids/data: areas, organizations, posts. Idempotent; existing rows are not changed."""

import json
from pathlib import Path

from django.db import transaction

from grids.levels import Level
from grids.models import Area, Organization, Post

DATA = Path(__file__).parent / "data"
# The district's account: 620 grids became 539. Where their borders run is not published, so they are generated.
GRID_COUNT = 539
NUMERALS = "一二三四五六七八九十"


def _read(name: str):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _street_areas(street: dict, district: str) -> list[Area]:
    own = street["kind"] == "subdistrict"
    rows = [
        Area(code=street["code"], level=Level.STREET, name=street["name"], full_name=street["name"], in_service=own)
    ]
    for community in street["communities"]:
        name = community["short"]
        rows.append(
            Area(
                code=community["code"],
                level=Level.COMMUNITY,
                name=name,
                full_name=f"{street['name']}{name}",
                in_service=own,
                kind="" if own or street["code"][6:] == "570" else "virtual",
            )
        )
    return rows


def _grid_areas(communities: list[Area]) -> list[Area]:
    """Spread GRID_COUNT grids over the communities as evenly as whole numbers allow, in code order."""
    rows = []
    for position, community in enumerate(communities):
        upto, before = (n * GRID_COUNT // len(communities) for n in (position + 1, position))
        for number in range(1, upto - before + 1):
            name = f"第{NUMERALS[number - 1]}网格"
            rows.append(
                Area(
                    code=f"{community.code}{number:03d}",
                    level=Level.GRID,
                    name=name,
                    full_name=f"{community.full_name}{name}",
                    demonstration=True,
                )
            )
    return rows


def _areas() -> list[Area]:
    source = _read("weidu_411002_streets_communities.json")
    district = source["district"]
    rows = [
        Area(code=district["code"], level=Level.DISTRICT, name=district["name"], full_name=district["name"]),
    ]
    for street in source["streets"]:
        rows += _street_areas(street, district["code"])
    communities = [a for a in rows if a.level == Level.COMMUNITY and a.in_service]
    return rows + _grid_areas(sorted(communities, key=lambda a: a.code))


def _organizations(areas: list[Area]) -> list[Organization]:
    district = areas[0].code
    rows = [
        Organization(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            order=row["order"],
            area_id=district if row["kind"] == Organization.Kind.DISTRICT_OFFICE else None,
            takes_cases=row["kind"] in {Organization.Kind.DEPARTMENT, Organization.Kind.UTILITY},
        )
        for row in _read("organizations.json")
    ]
    for area in areas:
        if not area.in_service or area.level not in {Level.STREET, Level.COMMUNITY}:
            continue
        kind, suffix = (
            (Organization.Kind.STREET_OFFICE, "办事处")
            if area.level == Level.STREET
            else (Organization.Kind.COMMUNITY_COMMITTEE, "居委会")
        )
        rows.append(Organization(code=area.code, name=f"{area.full_name}{suffix}", kind=kind, area_id=area.code))
    return rows


@transaction.atomic
def load() -> int:
    """Insert what is missing of areas, organizations and posts; returns the number of areas that stand afterwards."""
    areas = _areas()
    Area.objects.bulk_create(areas, ignore_conflicts=True)
    Organization.objects.bulk_create(_organizations(areas), ignore_conflicts=True)
    Post.objects.bulk_create([Post(**row) for row in _read("posts.json")], ignore_conflicts=True)
    return Area.objects.count()
