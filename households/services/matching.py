"""What rows of households mean against what is registered: which are new, which differ and in what, which are the same.

Natural keys: a household by compound, building, entrance and room (the one living there), a person by name within the
household. An empty value in a row says nothing and changes nothing; people a row does not name stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from grids.models import Building, Compound, Door, Entrance
from households import terms
from households.models import CareTag, Household, Resident

Place = tuple[int, int | None, int | None, str]


@dataclass(slots=True)
class PersonRow:
    """One person of a household as a sheet gives it. `relation` is a Resident.Relation, `sex` GB/T 2261.1."""

    name: str
    called: str = ""
    relation: str = "other"
    sex: int = 0
    birth_year: int | None = None
    phone: str = ""
    id_number: str = ""
    note: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class HouseholdRow:
    """One household as a sheet gives it; `area` is a grid's code, empty where nobody said. `size` 0 counts the people.

    `tags` are (code of a TagKind, reason) for the whole household; those of one person stand with the person.
    """

    compound_id: int
    building_no: int | None
    unit_no: int | None
    room: str
    area: str = ""
    kind: str = "resident"
    state: str = "living"
    size: int = 0
    people: list[PersonRow] = field(default_factory=list)
    contact_name: str = ""
    contact_phone: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Match:
    """A row beside the household it is about, and everything in which they differ."""

    row: HouseholdRow
    compound: Compound
    area: str
    door: int | None = None
    household: Household | None = None
    household_id: int = 0
    residents: list[Resident] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    joining: list[PersonRow] = field(default_factory=list)
    altered: list[tuple[Resident, dict[str, Any]]] = field(default_factory=list)
    demoted: list[Resident] = field(default_factory=list)
    tags: list[tuple[str, str, str]] = field(default_factory=list)  # name or "", code, reason

    @property
    def outcome(self) -> str:
        """new, changed or unchanged."""
        if self.household is None:
            return "new"
        differs = self.changes or self.joining or self.altered or self.demoted or self.tags
        return "changed" if differs else "unchanged"

    def fields(self) -> list[str]:
        """Names of what changes, for the record: columns, never values."""
        names = set(self.changes) | {name for _, changes in self.altered for name in changes}
        names |= {"people"} if self.joining else set()
        names |= {"relation"} if self.demoted else set()
        return sorted(names | ({"care_tags"} if self.tags else set()))


class Ground:
    """Compounds, buildings and entrances that were asked for, by natural key; doors are not kept."""

    def __init__(self) -> None:
        self.compounds: dict[int, Compound] = {}
        self.buildings: dict[tuple[int, int], int] = {}
        self.grids: dict[tuple[int, int], str] = {}  # of buildings
        self.given_up: set[tuple[int, int]] = set()  # buildings
        self.entrances: dict[tuple[int, int], int] = {}

    def learn(self, rows: Sequence[HouseholdRow]) -> None:
        """Load what stands in the compounds of these rows. LookupError for a compound that is not there."""
        asked = {row.compound_id for row in rows} - self.compounds.keys()
        if not asked:
            return
        self.compounds |= Compound.objects.in_bulk(asked)
        if missing := asked - self.compounds.keys():
            raise LookupError(f"no such compounds: {sorted(missing)}")
        for pk, compound, number, area, ended in Building.objects.filter(compound__in=asked).values_list(
            "pk", "compound_id", "number", "area_id", "valid_to"
        ):
            self.buildings[compound, number], self.grids[compound, number] = pk, area
            if ended:
                self.given_up.add((compound, number))
        for pk, building, number in Entrance.objects.filter(building__compound__in=asked).values_list(
            "pk", "building_id", "number"
        ):
            self.entrances[building, number] = pk

    def place(self, row: HouseholdRow) -> Place | None:
        """The door's key by ids, None while its building or entrance is not there."""
        building = entrance = None
        if row.building_no is not None:
            building = self.buildings.get((row.compound_id, row.building_no))
            if building is None:
                return None
            if row.unit_no is not None:
                entrance = self.entrances.get((building, row.unit_no))
                if entrance is None:
                    return None
        return row.compound_id, building, entrance, row.room

    def area_of(self, row: HouseholdRow) -> str:
        """The grid the row names, else the building's, else the compound's."""
        built = self.grids.get((row.compound_id, row.building_no)) if row.building_no is not None else None
        return row.area or built or self.compounds[row.compound_id].area_id


def match(rows: Sequence[HouseholdRow], ground: Ground) -> list[Match]:
    """Every row beside its household, in a fixed number of queries for any number of rows."""
    ground.learn(rows)
    matches = [Match(row, ground.compounds[row.compound_id], ground.area_of(row)) for row in rows]
    doors = _doors([ground.place(row) for row in rows])
    for found, row in zip(matches, rows, strict=True):
        found.door, there = doors.get(ground.place(row), (None, ""))
        found.area = row.area or there or found.area
    households = _households([found.door for found in matches if found.door])
    known = [household.pk for household in households.values()]
    residents, tags = _residents(known), _tags(known)
    for found in matches:
        found.household = households.get(found.door)
        if found.household is not None:
            found.household_id = found.household.pk
            found.residents = residents.get(found.household.pk, [])
        _compare(found, tags.get(found.household.pk, {}) if found.household else {})
    return matches


def _doors(places: Iterable[Place | None]) -> dict[Place | None, tuple[int, str]]:
    """Id and grid of the doors at these places."""
    wanted = {place for place in places if place is not None}
    if not wanted:
        return {}
    found = Door.objects.filter(
        compound__in={place[0] for place in wanted}, room__in={place[3] for place in wanted}
    ).values_list("pk", "area_id", "compound_id", "building_id", "entrance_id", "room")
    return {(c, b, e, room): (pk, area) for pk, area, c, b, e, room in found if (c, b, e, room) in wanted}


def _households(doors: Sequence[int]) -> dict[int | None, Household]:
    if not doors:
        return {}
    return {household.door_id: household for household in Household.objects.living().filter(door__in=doors)}


def _residents(households: Sequence[int]) -> dict[int, list[Resident]]:
    grouped: dict[int, list[Resident]] = {}
    if households:
        for resident in Resident.objects.filter(household__in=households, left_date__isnull=True).order_by("pk"):
            grouped.setdefault(resident.household_id, []).append(resident)
    return grouped


def _tags(households: Sequence[int]) -> dict[int, dict[tuple[str, str], str]]:
    """Reasons by household and (name of the person or "", code)."""
    grouped: dict[int, dict[tuple[str, str], str]] = {}
    if households:
        current = CareTag.objects.current().filter(household__in=households).select_related("kind", "resident")
        for tag in current:
            name = tag.resident.name.plain if tag.resident else ""
            grouped.setdefault(tag.household_id, {})[name, tag.kind.code] = tag.reason
    return grouped


def _compare(found: Match, tags: dict[tuple[str, str], str]) -> None:
    row, household = found.row, found.household
    asked = [("", code, reason) for code, reason in row.tags]
    asked += [(person.name, code, reason) for person in row.people for code, reason in person.tags]
    found.tags = [tag for tag in asked if tags.get(tag[:2]) is None or (tag[2] and tags[tag[:2]] != tag[2])]
    if household is None:
        found.joining = list(row.people)
        return
    found.changes = _household_changes(found, household)
    by_name = {resident.name.plain: resident for resident in found.residents}
    for person in row.people:
        resident = by_name.get(person.name)
        if resident is None:
            found.joining.append(person)
        elif changes := _person_changes(person, resident):
            found.altered.append((resident, changes))
    head = next((person.name for person in row.people if person.relation == "head"), "")
    # Whose relation the row changes is among the altered.
    said = {person.name for person in row.people if person.relation}
    found.demoted = [
        r for r in found.residents if head and r.relation == "head" and r.name.plain not in (said | {head})
    ]


def _household_changes(found: Match, household: Household) -> dict[str, Any]:
    row = found.row
    changes: dict[str, Any] = {
        name: value
        for name, value in (("kind", row.kind), ("state", row.state), ("size", row.size))
        if value and getattr(household, name) != value
    }
    if row.contact_name and household.contact_name.plain != row.contact_name:
        changes["contact_name"] = row.contact_name
    if row.contact_phone and bytes(household.contact_phone_index or b"") != terms.phone_index(row.contact_phone):
        changes["contact_phone"] = row.contact_phone
    if found.area != household.area_id:
        changes["area"] = found.area
    return changes


def _person_changes(person: PersonRow, resident: Resident) -> dict[str, Any]:
    changes: dict[str, Any] = {
        name: value
        for name in ("called", "relation", "sex", "birth_year", "note")
        if (value := getattr(person, name)) and getattr(resident, name) != value
    }
    if person.phone and bytes(resident.phone_index or b"") != terms.phone_index(person.phone):
        changes["phone"] = person.phone
    if person.id_number and bytes(resident.id_number_index or b"") != terms.id_number_index(person.id_number):
        changes["id_number"] = person.id_number
    return changes
