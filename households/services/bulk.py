"""Many households at once: from a sheet, or invented for a demonstration. In chunks, with flat memory, one transaction."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from grids.models import Building, Door, Entrance
from households import terms
from households.models import CareTag, Household, Membership, Resident, TagKind
from households.services import rows as columns
from households.services.matching import Ground, HouseholdRow, Match, PersonRow, match

__all__ = ["HouseholdRow", "PersonRow", "Written", "compare", "write"]
CHUNK = 1000
_REASON = "表格导入"


@dataclass
class Written:
    """How many households were new, changed, and the same already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, outcomes: Iterable[str]) -> None:
        """Add these outcomes (Match.outcome)."""
        for outcome in outcomes:
            setattr(self, outcome, getattr(self, outcome) + 1)


def compare(rows: Iterable[HouseholdRow]) -> Iterator[Match]:
    """Every row beside what is registered; writes nothing. Two rows of one door are both compared with what is there."""
    ground = Ground()
    for chunk in _chunks(rows):
        yield from match(chunk, ground)


@transaction.atomic
def write(
    rows: Iterable[HouseholdRow],
    *,
    at: datetime | None = None,
    demonstration: bool = False,
    progress: Callable[[int], None] | None = None,
    check: Callable[[Match], Any] | None = None,
    source: str = "rows",
    by,
) -> Written:
    """Register and update households with their people; all or nothing, and the same rows again change nothing.

    Natural keys, and what an empty value means: `households.services.matching`. Buildings, entrances and doors that
    are missing are made. One HouseholdEvent `imported` for each household new or changed, one audit entry in all,
    under `source` (the job's id). `progress(done)` is called after each chunk. `check(match)` looks at every row before
    it is written and raises to stop it all. LookupError for an unknown compound.
    """
    writer, written, done = _Writer(at or timezone.now(), demonstration, check, by), Written(), 0
    for chunk in _chunks(rows):
        written.count(writer.take(chunk))
        done += len(chunk)
        if progress:
            progress(done)
    record(
        "households.import",
        subject=("households", source),
        by=by,
        new=written.new,
        changed=written.changed,
        unchanged=written.unchanged,
    )
    return written


def _chunks(rows: Iterable[HouseholdRow]) -> Iterator[list[HouseholdRow]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


class _Writer:
    """One run: what was learnt of the ground, and who writes when."""

    def __init__(self, at: datetime, demonstration: bool, check: Callable[[Match], Any] | None, by):
        self.at, self.today, self.demonstration, self.by = at, timezone.localdate(at), demonstration, by
        self.check = check
        self.ground = Ground()
        self.kinds = {kind.code: kind for kind in TagKind.objects.all()}

    def take(self, rows: Sequence[HouseholdRow]) -> list[str]:
        """Write one chunk; returns the outcome of each row."""
        matches = match(rows, self.ground)
        if self.check:
            for found in matches:
                self.check(found)
        outcomes = [found.outcome for found in matches]
        new = [found for found in matches if found.outcome == "new"]
        changed = [found for found in matches if found.outcome == "changed"]
        self._build(new)
        self._register(new)
        for found in changed:
            self._update(found)
        joining = [(found.household_id, person) for found in new + changed for person in found.joining]
        columns.residents(joining, self.today)
        self._tag(new + changed)
        told = [(found.household_id, {"people": len(found.row.people)}) for found in new]
        self._tell(told + [(found.household_id, {"fields": found.fields()}) for found in changed])
        return outcomes

    def _build(self, matches: list[Match]) -> None:
        """Buildings, entrances and doors that are missing, in the grid of the first household that names them."""
        self._build_buildings(matches)
        ground = self.ground
        entrances: dict[tuple[int, int], Entrance] = {}
        for found in matches:
            row = found.row
            if row.building_no is None or row.unit_no is None:
                continue
            key = (ground.buildings[row.compound_id, row.building_no], row.unit_no)
            if key not in ground.entrances:
                entrances.setdefault(key, Entrance(building_id=key[0], number=key[1]))
        Entrance.objects.bulk_create(entrances.values())
        ground.entrances |= {key: entrance.pk for key, entrance in entrances.items()}
        self._hang_doors([found for found in matches if found.door is None])

    def _build_buildings(self, matches: list[Match]) -> None:
        ground = self.ground
        buildings: dict[tuple[int, int], Building] = {}
        for found in matches:
            number = found.row.building_no
            if number is not None and (key := (found.row.compound_id, number)) not in ground.buildings:
                buildings.setdefault(key, Building(compound_id=key[0], number=number, area_id=found.area))
        Building.objects.bulk_create(buildings.values())
        ground.buildings |= {key: building.pk for key, building in buildings.items()}
        ground.grids |= {key: building.area_id for key, building in buildings.items()}

    def _hang_doors(self, matches: list[Match]) -> None:
        places = [(self.ground.place(found.row), found.area) for found in matches]
        for found, pk in zip(matches, columns.doors(places, self.at), strict=True):
            found.door = pk

    def _register(self, matches: list[Match]) -> None:
        ids = columns.households(matches, self.at, self.demonstration)
        for found, pk in zip(matches, ids, strict=True):
            found.household_id = pk
        columns.memberships([(found.household_id, found.area) for found in matches], self.today, _REASON)

    def _update(self, found: Match) -> None:
        """Everything a row changes about a household that is there. The demoted head goes first: there is one at most."""
        household, changes = found.household, dict(found.changes)
        if found.demoted:
            Resident.objects.filter(pk__in=[resident.pk for resident in found.demoted]).update(relation="other")
        # Whoever stops being head before whoever becomes it.
        for resident, altered in sorted(found.altered, key=lambda pair: pair[1].get("relation") == "head"):
            resident.save(update_fields=_assign(resident, altered))
        if area := changes.pop("area", None):
            self._move(household, area)
        _assign(household, changes)
        _refresh(found)
        household.updated_at = self.at
        household.save()

    def _move(self, household: Household, area: str) -> None:
        """Into another grid from today; a membership that began today is put right instead."""
        open_ones = Membership.objects.filter(household=household, valid_to__isnull=True)
        if not open_ones.filter(valid_from=self.today).update(area_id=area):
            open_ones.update(valid_to=self.today)
            Membership.objects.create(household=household, area_id=area, valid_from=self.today, reason=_REASON)
        household.area_id = area
        Door.objects.filter(pk=household.door_id).update(area_id=area)

    def _tag(self, matches: list[Match]) -> None:
        tagged = [found for found in matches if found.tags]
        if not tagged:
            return
        households = [found.household_id for found in tagged]
        living = Resident.objects.filter(household__in=households, left_date__isnull=True)
        people = {(r.household_id, r.name.plain): r.pk for r in living.only("household_id", "name")}
        current = CareTag.objects.current().filter(household__in=households)
        there = {(tag.household_id, tag.resident_id, tag.kind_id): tag.pk for tag in current}
        fresh = []
        for found in tagged:
            for name, code, reason in found.tags:
                person = people[found.household_id, name] if name else None
                key = (found.household_id, person, self.kinds[code].pk)
                if key in there:
                    CareTag.objects.filter(pk=there[key]).update(reason=reason)
                else:
                    fresh.append(self._care_tag(key, self.kinds[code], reason))
        CareTag.objects.bulk_create(fresh, batch_size=CHUNK)

    def _care_tag(self, key: tuple[int, int | None, int], kind: TagKind, reason: str) -> CareTag:
        return CareTag(
            household_id=key[0],
            resident_id=key[1],
            kind=kind,
            reason=reason,
            set_at=self.at,
            set_by=self.by,
            review_date=self.today + timedelta(days=kind.review_days),
        )

    def _tell(self, told: list[tuple[int, dict[str, Any]]]) -> None:
        by = self.by.pk if self.by else None
        columns.events([(pk, "imported", json.dumps(details)) for pk, details in told], self.at, by)


def _assign(row: Household | Resident, changes: dict[str, Any]) -> list[str]:
    """Write `changes` to the attributes of `row`, a sealed value with its index; returns the columns to save."""
    written = []
    for name, value in changes.items():
        setattr(row, name, value)
        written.append(name)
        if index_of := columns.INDEXED.get(name):
            setattr(row, f"{name}_index", index_of(value))
            written.append(f"{name}_index")
    return written


def _refresh(found: Match) -> None:
    """The columns a household copies from its people."""
    household, residents = found.household, [r for r in found.residents if r not in found.demoted]
    names = [resident.name.plain for resident in found.residents] + [person.name for person in found.joining]
    heads = [person.name for person in found.row.people if person.relation == "head"]
    heads += [resident.name.plain for resident in residents if resident.relation == "head"]
    household.head_name = heads[0] if heads else ""
    contact = household.contact_name.plain if household.contact_name else ""
    spoken_of = [*names, contact] if contact and contact not in names else names
    household.search = terms.search_text(spoken_of, household.address.plain)
    if "size" not in found.changes:
        household.size = max(household.size, len(names))
