"""What the page of a compound shows, put together from a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Count, Model, Q

from accounts.models import User
from grids.models import Amendment, Building, Compound, Entrance, OwnersBody, Partnership, Posting
from grids.services.nearby import LADDER, step_after
from households.models import Household

HISTORY = 30
YES_NO = {"True": "是", "False": "否"}


def living_in(compound: Compound) -> int:
    """How many households live in a compound now."""
    return Household.objects.living().filter(compound=compound).count()


@dataclass
class Seat:
    """A building or entrance with who serves there and how many households it has."""

    place: Building | Entrance
    holders: list[Posting]
    households: int
    entrances: list["Seat"] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """One column that changed, in words."""

    at: Any
    who: str
    what: str
    before: str
    after: str


class CompoundPage:
    """The parts of the page of one compound; each is read once."""

    def __init__(self, compound: Compound):
        self.compound = compound

    @cached_property
    def postings(self) -> list[Posting]:
        """Current postings on the compound, its buildings and entrances."""
        rows = Posting.objects.current().filter(compound=self.compound)
        return list(rows.select_related("user", "post", "building", "entrance").order_by("post__order", "pk"))

    @property
    def leaders(self) -> list[Posting]:
        """Those of the whole compound."""
        return [posting for posting in self.postings if posting.building_id is None]

    @cached_property
    def counts(self) -> dict[tuple[int | None, int | None], int]:
        """Households by building and entrance number; nobody is named."""
        rows = Household.objects.living().filter(compound=self.compound).order_by()
        rows = rows.values_list("building_no", "unit_no").annotate(n=Count("pk"))
        return {(building, unit): count for building, unit, count in rows}

    @property
    def households(self) -> int:
        """Households of the compound."""
        return sum(self.counts.values())

    @cached_property
    def buildings(self) -> list[Seat]:
        """Buildings in use with their entrances, by number."""
        holders = defaultdict(list)
        for posting in self.postings:
            holders[(posting.building_id, posting.entrance_id)].append(posting)
        rows = self.compound.buildings.filter(valid_to__isnull=True).order_by("number").prefetch_related("entrances")
        return [self._building(row, holders) for row in rows]

    def _building(self, row: Building, holders: dict) -> Seat:
        entrances = [
            Seat(entrance, holders[(row.pk, entrance.pk)], self.counts.get((row.number, entrance.number), 0))
            for entrance in sorted(row.entrances.all(), key=lambda entrance: entrance.number)
            if entrance.valid_to is None
        ]
        households = sum(count for (building, _), count in self.counts.items() if building == row.number)
        return Seat(row, holders[(row.pk, None)], households, entrances)

    @property
    def entrance_count(self) -> int:
        """Entrances of all buildings."""
        return sum(len(building.entrances) for building in self.buildings)

    @cached_property
    def bodies(self) -> list[OwnersBody]:
        """Owners' bodies, the current one first, with their steps."""
        rows = self.compound.owners_bodies.prefetch_related("steps").order_by("-pk")
        return sorted(rows, key=lambda body: body.ended_date is not None)

    @property
    def body(self) -> OwnersBody | None:
        """The current one."""
        return next((body for body in self.bodies if body.ended_date is None), None)

    @property
    def following(self) -> OwnersBody.Step | None:
        """The step the current body takes next."""
        return step_after(self.body.step) if self.body else None

    @property
    def rungs(self) -> list[dict]:
        """The ladder of the current body: 筹备 to 换届 with the day of each step."""
        taken = {step.step: step.happened_date for step in self.body.steps.all()}
        now = LADDER.index(OwnersBody.Step(self.body.step))
        return [
            {"name": step.label, "day": taken.get(step.value), "state": _state(place, now, step.value in taken)}
            for place, step in enumerate(LADDER)
        ]

    @cached_property
    def partnerships(self) -> list[Partnership]:
        """Units that stand by this compound, those that ended last."""
        rows = Partnership.objects.filter(compound=self.compound).select_related("unit")
        return sorted(rows, key=lambda row: (row.valid_to is not None, -row.valid_from.toordinal()))

    @cached_property
    def history(self) -> list[Change]:
        """What was changed about the compound and its buildings, newest first."""
        numbers = {str(pk): f"{number}号楼" for pk, number in self.compound.buildings.values_list("pk", "number")}
        own = Q(subject_kind="compound", subject_id=str(self.compound.pk))
        rows = Amendment.objects.filter(own | Q(subject_kind="building", subject_id__in=numbers))
        rows = list(rows.order_by("-at", "-pk")[:HISTORY])
        people = {user.pk: user.called for user in User.objects.filter(pk__in={row.by_id for row in rows})}
        return [_change(row, people, numbers) for row in rows]


def _state(place: int, now: int, taken: bool) -> str:
    if place == now:
        return "now"
    return "passed" if place < now and taken else ""


def _change(row: Amendment, people: dict[int, str], numbers: dict[str, str]) -> Change:
    model: type[Model] = Compound if row.subject_kind == "compound" else Building
    column = model._meta.get_field(row.field)
    where = numbers.get(row.subject_id, "") if model is Building else ""
    return Change(
        row.at,
        people.get(row.by_id, "系统"),
        f"{where}{column.verbose_name}",
        _words(column, row.before),
        _words(column, row.after),
    )


def _words(column: Any, value: str) -> str:
    if column.name == "boundary":
        return "有" if value else ""
    return dict(column.flatchoices).get(value) or YES_NO.get(value, value)
