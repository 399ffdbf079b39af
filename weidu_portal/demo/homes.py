"""Where people live, invented: compounds in every grid, buildings, entrances, and about 20,000 households behind doors.

Phones are 199000 and five digits, plainly artificial though they pass for numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from grids.levels import Level
from grids.models import Area, Building, Compound, Entrance
from households.services.bulk import HouseholdRow, PersonRow, write
from weidu_portal.demo import names
from weidu_portal.demo.people import BEIDA, XINCUN

HOUSEHOLDS_PER_GRID = 41
SINCE = timedelta(days=200)
# The last community of these streets is shown as a rural one; which ones are is not published.
RURAL = ("411002007", "411002011", "411002013", "411002015")
THIS_YEAR, ELDERLY = 2026, 1951
_KINDS = ("resident", "rented", "vacant", "elsewhere", "business")
_TAGGED = 0.06
_REASONS = {
    "alone": "老伴去世，儿女在外地",
    "disabled": "腿脚不便，出门要人扶",
    "minimum-living": "家中只有一人有收入",
    "child": "父母在外务工，随祖辈生活",
    "veteran": "退役回乡，身体有旧伤",
    "maternity": "预产期在明年春天",
}
# 新村社区: 52 entrances, as many as unit leaders are chosen there. Grid, name, kind, entrances of each building.
IN_XINCUN = (
    ("003", "第一食品厂家属院", "work_unit", (2, 2, 2, 2)),
    ("003", "安装公司家属院", "work_unit", (2, 2, 2)),
    ("003", "市政家属院", "work_unit", (1, 1, 1, 1, 1, 1)),
    ("001", "新村小区", "estate", (2, 2, 2, 2)),
    ("002", "向阳花园", "estate", (2, 2, 2)),
    ("004", "棉麻公司家属院", "work_unit", (2, 2)),
    ("004", "和平小区", "estate", (2, 2)),
    ("005", "春风里小区", "estate", (2, 2, 2)),
    ("006", "供销社家属院", "work_unit", (2, 2)),
    ("006", "新村街12号院", "courtyard", ()),
)
# Compounds the stories of 北大街道 name, in the grid the stories happen in.
_NAMED = {
    f"{BEIDA}001003": (("运输公司家属院", "work_unit"),),
    f"{BEIDA}002003": (("西湖花园", "estate"), ("物资局家属院", "work_unit")),
    f"{BEIDA}004003": (("学院路家属院", "work_unit"), ("师专家属院", "work_unit")),
    f"{BEIDA}005003": (("玉皇阁巷12号院", "work_unit"), ("印刷厂家属院", "work_unit")),
    f"{BEIDA}006003": (("纺织厂家属院", "work_unit"),),
}


@dataclass(frozen=True)
class Plan:
    """A compound to be, with the number of entrances of each of its buildings."""

    compound: Compound
    entrances: tuple[int, ...]


def add(rng: Random, *, thin: int = 1, at: datetime) -> int:
    """Build and settle every grid (one in `thin`), unless it was done before; returns how many households there are new."""
    if Compound.objects.filter(demonstration=True).exists():
        return 0
    _mark_rural()
    plans = list(_plans(rng, thin))
    Compound.objects.bulk_create([plan.compound for plan in plans], batch_size=1000)
    _build(rng, plans)
    return write(_households(rng, plans), at=at - SINCE, demonstration=True, source="demonstration", by=None).new


def _mark_rural() -> None:
    for street in RURAL:
        last = Area.objects.in_service().on(Level.COMMUNITY).beneath(street).order_by("-code").first()
        Area.objects.filter(pk=last.pk).update(kind="rural")


def _plans(rng: Random, thin: int) -> Iterator[Plan]:
    rural = set(Area.objects.on(Level.COMMUNITY).filter(kind="rural").values_list("pk", flat=True))
    codes = list(Area.objects.in_service().on(Level.GRID).order_by("code").values_list("code", flat=True))
    taken: set[tuple[str, str]] = set()
    for code in sorted({*codes[::thin], f"{XINCUN}003", *_NAMED} & set(codes)):
        for name, kind, entrances in _of_grid(rng, code, code[:12] in rural, taken):
            taken.add((code[:12], name))
            yield Plan(_compound(rng, code, name, kind), entrances)


def _of_grid(rng: Random, code: str, rural: bool, taken: set) -> list[tuple[str, str, tuple[int, ...]]]:
    """Name, kind and entrances of the compounds of a grid."""
    if code.startswith(XINCUN):
        return [(name, kind, entrances) for grid, name, kind, entrances in IN_XINCUN if grid == code[12:]]
    if rural:
        first = 2 * int(code[12:]) - 1
        return [(f"第{number}居民组", "group", ()) for number in (first, first + 1)]
    found = [(name, kind, _entrances(rng, kind)) for name, kind in _NAMED.get(code, ())]
    for _ in range(rng.choice((1, 2, 2)) if not found else 1):
        kind = rng.choice(("estate", "estate", "work_unit", "work_unit", "courtyard"))
        name = names.compound(rng, kind)
        while (code[:12], name) in taken or name in {other[0] for other in found}:
            name = names.compound(rng, kind)
        found.append((name, kind, _entrances(rng, kind)))
    return found


def _entrances(rng: Random, kind: str) -> tuple[int, ...]:
    if kind == "courtyard":
        return ()
    return tuple(rng.choice((1, 2, 2)) for _ in range(rng.choice((1, 1, 2, 2, 3))))


def _compound(rng: Random, area: str, name: str, kind: str) -> Compound:
    year = rng.randrange(1998, 2020) if kind == "estate" else rng.randrange(1976, 2000)
    managed = {"estate": ("company", "company", "self"), "work_unit": ("self", "none", "company")}
    return Compound(
        area_id=area,
        name=name,
        kind=kind,
        setting="rural" if kind == "group" else "urban",
        year_built=None if kind == "group" else year,
        is_old=kind != "group" and year < 2001,
        management=rng.choice(managed.get(kind, ("none",))),
        demonstration=True,
    )


def _build(rng: Random, plans: list[Plan]) -> None:
    buildings = [
        (Building(compound=plan.compound, area_id=plan.compound.area_id, number=number, floors=6), units)
        for plan in plans
        for number, units in enumerate(plan.entrances, start=1)
    ]
    Building.objects.bulk_create([building for building, _ in buildings], batch_size=1000)
    Entrance.objects.bulk_create(
        [Entrance(building=building, number=number) for building, units in buildings for number in range(1, units + 1)],
        batch_size=1000,
    )


def _households(rng: Random, plans: list[Plan]) -> Iterator[HouseholdRow]:
    by_grid: dict[str, list[Plan]] = {}
    for plan in plans:
        by_grid.setdefault(plan.compound.area_id, []).append(plan)
    number = 0
    for code, there in by_grid.items():
        doors = [(plan.compound, *door) for plan in there for door in _doors(plan)]
        wanted = min(len(doors), HOUSEHOLDS_PER_GRID + rng.randrange(-4, 5))
        for compound, building, unit, room in sorted(rng.sample(doors, wanted), key=doors.index):
            number += 1
            yield _household(rng, number, HouseholdRow(compound.pk, building, unit, room, code))


def _doors(plan: Plan) -> Iterator[tuple[int | None, int | None, str]]:
    if not plan.entrances:
        yield from ((None, None, f"{number}号") for number in range(1, 25))
    for building, units in enumerate(plan.entrances, start=1):
        for unit in range(1, units + 1):
            yield from ((building, unit, f"{floor}0{side}") for floor in range(1, 7) for side in (1, 2))


def _household(rng: Random, number: int, row: HouseholdRow) -> HouseholdRow:
    """Fill a household: its kind, its people, whom to call, and a care tag for one in sixteen."""
    (row.kind,) = rng.choices(_KINDS, (78, 12, 5, 3, 2))
    if row.kind == "vacant":
        return row
    row.people = _family(rng, number)
    row.state = "not_now" if rng.random() < 0.02 else "living"
    head = row.people[0]
    row.contact_name, row.contact_phone = head.name, f"199000{number % 100000:05d}"
    if rng.random() < _TAGGED:
        code = "alone" if head.birth_year <= ELDERLY else rng.choice(list(_REASONS)[1:])
        if code == "alone":
            row.people = row.people[:1]
        row.tags = [(code, _REASONS[code])]
    return row


def _family(rng: Random, number: int) -> list[PersonRow]:
    sex, born = rng.choice((1, 1, 2)), rng.randrange(1938, 2000)
    name = names.person(rng, sex=sex)
    called = f"{name[0]}{('先生', '女士')[sex - 1] if born > 1960 else ('大爷', '阿姨')[sex - 1]}"
    people = [PersonRow(name, called, "head", sex, born, phone=f"199000{number % 100000:05d}")]
    if rng.random() < 0.75:
        people.append(PersonRow(names.person(rng, sex=3 - sex), "", "spouse", 3 - sex, born + rng.randrange(-4, 5)))
    if rng.random() < 0.6:
        child = rng.choice((1, 2))
        surname = name[0] if sex == 1 else ""
        grown = names.person(rng, sex=child, surname=surname, child=born > 1970)
        people.append(PersonRow(grown, "", "son" if child == 1 else "daughter", child, min(born + 27, THIS_YEAR - 1)))
    return _different(people)


def _different(people: list[PersonRow]) -> list[PersonRow]:
    """A person is known by name within the household."""
    return list({person.name: person for person in reversed(people)}.values())[::-1]
