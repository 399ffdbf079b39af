"""Loads the district's ground from grids/data: areas, organizations, posts, standards. Idempotent; existing rows stay."""

import json
from pathlib import Path

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left, Length

from grids import defaults
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
    takers = {Organization.Kind.DEPARTMENT, Organization.Kind.UTILITY}
    rows = [
        Organization(
            **{"takes_cases": row["kind"] in takers} | row,
            area_id=district if row["kind"] == Organization.Kind.DISTRICT_OFFICE else None,
        )
        for row in _read("organizations.json")
    ]
    for area in areas:
        if area.in_service and area.level < Level.DISTRICT:
            rows += _bodies_of(area)
    return rows


def _bodies_of(area: Area) -> list[Organization]:
    """Office and party organization of a street or community, party branch of a grid."""
    kind = Organization.Kind
    party, called, office, suffix = {
        Level.STREET: (kind.PARTY_WORK_COMMITTEE, "党工委", kind.STREET_OFFICE, "办事处"),
        Level.COMMUNITY: (kind.PARTY_COMMITTEE, "党委", kind.COMMUNITY_COMMITTEE, "居委会"),
        Level.GRID: (kind.PARTY_BRANCH, "党支部", "", ""),
    }[area.level]
    rows = [
        Organization(
            code=f"party-{area.code}",
            name=f"{area.full_name}{called}",
            kind=party,
            area_id=area.code,
            demonstration=area.demonstration,
        )
    ]
    if office:
        rows.append(Organization(code=area.code, name=f"{area.full_name}{suffix}", kind=office, area_id=area.code))
    return rows


def _link_party_organizations() -> None:
    """Put the one above beside every party organization of ours that has none: the same code, three digits shorter."""
    code = OuterRef("code")
    above = Organization.objects.filter(code=Left(code, Length(code) - 3)).values("pk")
    Organization.objects.filter(code__startswith="party-", parent=None).update(parent=Subquery(above))


@transaction.atomic
def load() -> int:
    """Insert what is missing of areas, organizations, posts and standards; returns the number of areas that stand afterwards."""
    areas = _areas()
    Area.objects.bulk_create(areas, ignore_conflicts=True)
    Organization.objects.bulk_create(_organizations(areas), ignore_conflicts=True)
    _link_party_organizations()
    Post.objects.bulk_create([Post(**row) for row in _read("posts.json")], ignore_conflicts=True)
    defaults.load()
    return Area.objects.count()
