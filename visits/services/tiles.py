"""How the doors of a building or a courtyard stand today, and which comes next: the coverage map, without names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from cases.states import NOT_ENDED
from grids.models import Building, Compound, Door
from households.models import Household
from visits.models import Standing, Visit
from visits.services.choosing import WISHES_UNDER_WAY
from visits.services.due import due_on
from visits.services.floors import walk_key
from visits.states import Outcome, part_of
from wishes.models import Wish


class State(StrEnum):
    """What a tile says, in the order of the legend."""

    DUE = "todo"
    DONE = "done"
    AWAY = "away"
    FLAG = "flag"
    LATER = "later"
    VOID = "void"

    @property
    def label(self) -> str:
        """In words."""
        return {
            "todo": "待访",
            "done": "今天已访",
            "away": "家中无人",
            "flag": "有事项",
            "later": "近期不用访",
            "void": "空置",
        }[self.value]


@dataclass(frozen=True)
class Tile:
    """One door today. `household` is None where nobody is registered; `has_open` that something is under way for
    it, `comes_again` that nobody was in today and the part of the day of the next try has begun.
    """

    door: int
    unit_no: int | None
    room: str
    household: int | None = None
    state: State = State.VOID
    is_due: bool = False
    has_open: bool = False
    tried_today: bool = False
    comes_again: bool = False

    @property
    def label(self) -> str:
        """The door within its building: 2单元501."""
        return f"{self.unit_no}单元{self.room}" if self.unit_no is not None else self.room

    @property
    def waits(self) -> bool:
        """Due, and not tried today, or to be tried again now."""
        return self.is_due and (not self.tried_today or self.comes_again)

    @property
    def words(self) -> str:
        """Everything the tile says, for those who do not see it."""
        if self.household is None:
            return "没有登记住户"
        said = [self.state.label]
        if self.has_open and self.state != State.FLAG:
            said.append(State.FLAG.label)
        if self.waits and self.state != State.DUE:
            said.append(State.DUE.label)
        return "，".join(said)


def judge(*, vacant: bool, outcome: str, tried_today: bool, is_due: bool, has_open: bool) -> State:
    """The one state a tile shows. Today's visit goes before everything, then nobody in, then what is under way."""
    if tried_today and outcome != Outcome.ABSENT:
        return State.DONE
    if vacant:
        return State.VOID
    if outcome == Outcome.ABSENT:
        return State.AWAY
    if has_open:
        return State.FLAG
    return State.DUE if is_due else State.LATER


@dataclass(frozen=True)
class Board:
    """The doors of one place as one walks. `asked` households are to be visited at all, `covered` of them were reached
    this quarter.
    """

    tiles: list[Tile]
    covered: int
    asked: int

    @property
    def done(self) -> int:
        """Visited today."""
        return sum(tile.state == State.DONE for tile in self.tiles)

    @property
    def waiting(self) -> int:
        """Still to visit."""
        return sum(tile.waits for tile in self.tiles)

    @property
    def percent(self) -> int | None:
        """Share of the households that were reached this quarter; None where there are none to reach."""
        return self.covered * 100 // self.asked if self.asked else None

    def after(self, household: int | None) -> Tile | None:
        """The next door to visit behind the one of `household`, from the start again after the last."""
        places = [tile.household for tile in self.tiles]
        start = places.index(household) + 1 if household in places and household is not None else 0
        turned = self.tiles[start:] + self.tiles[:start]
        return next((tile for tile in turned if tile.waits and tile.household != household), None)


def quarter_start(day: date) -> date:
    """The first day of the quarter `day` lies in."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def board(doors: QuerySet[Door], user: User, at: datetime) -> Board:
    """The board of `doors` (already those the user reaches), in a fixed number of queries."""
    day = timezone.localdate(at)
    rows = list(doors.select_related("entrance"))
    homes = {home.door_id: home for home in _homes(user, rows).select_related("standing")}
    ids = [home.pk for home in homes.values()]
    due = set(due_on(Household.objects.filter(pk__in=ids), day).order_by().values_list("pk", flat=True))
    flagged = _with_something_open(ids, user)
    tiles = [_tile(door, homes.get(door.pk), due, flagged, at) for door in rows]
    asked = [home for home in homes.values() if home.kind != Household.Kind.VACANT]
    since = quarter_start(day)
    covered = sum(reached is not None and reached >= since for reached in map(_reached, asked))
    return Board(sorted(tiles, key=walk_key), covered, len(asked))


def _homes(user: User, doors: list[Door]) -> QuerySet[Household]:
    return Household.objects.visible_to(user).living().filter(door__in=[door.pk for door in doors])


def _standing(home: Household) -> Standing:
    return getattr(home, "standing", None) or Standing(household=home)


def _reached(home: Household) -> date | None:
    return _standing(home).reached_date


def _tile(door: Door, home: Household | None, due: set[int], flagged: set[int], at: datetime) -> Tile:
    unit_no = door.entrance.number if door.entrance else None
    if home is None:
        return Tile(door.pk, unit_no, door.room)
    standing, day = _standing(home), timezone.localdate(at)
    tried_today = standing.tried_at is not None and timezone.localdate(standing.tried_at) == day
    told = {"is_due": home.pk in due, "has_open": home.pk in flagged, "tried_today": tried_today}
    state = judge(vacant=home.kind == Household.Kind.VACANT, outcome=standing.outcome, **told)
    again = standing.next_date == day and standing.next_part == part_of(timezone.localtime(at).time())
    return Tile(door.pk, unit_no, door.room, home.pk, state, **told, comes_again=again)


def _with_something_open(ids: list[int], user: User) -> set[int]:
    """Households with a case or a wish under way that the user may see."""
    found = Case.objects.visible_to(user).filter(status__in=NOT_ENDED, visit_finding__visit__household__in=ids)
    wished = Wish.objects.visible_to(user).filter(status__in=WISHES_UNDER_WAY, household__in=ids)
    cases = set(found.order_by().values_list("visit_finding__visit__household", flat=True))
    return cases | set(wished.order_by().values_list("household", flat=True))


def current_in(building: Building, user: User, day: date) -> int | None:
    """The household the user visited last today in the building: where one stands."""
    mine = Visit.objects.filter(visitor=user, happened_date=day, household__door__building=building)
    return mine.order_by("-received_at", "-pk").values_list("household", flat=True).first()


def next_elsewhere(building: Building, user: User, at: datetime) -> Household | None:
    """The next door to visit in the other buildings of the compound, those with higher numbers first."""
    rows = Household.objects.visible_to(user).filter(compound=building.compound_id, door__building__isnull=False)
    rows = rows.exclude(door__building=building)
    rows = due_on(rows, timezone.localdate(at)).filter(_to_try(at))
    found = list(rows.order_by("building_no", "unit_no", "room_order", "room", "pk")[:500])
    ahead = [home for home in found if (home.building_no or 0) > building.number]
    return next(iter(ahead or found), None)


def _to_try(at: datetime) -> Q:
    """Households nobody was at today, and those to be tried again in this part of the day."""
    day = timezone.localdate(at)
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    untried = Q(standing__tried_at__isnull=True) | Q(standing__tried_at__lt=midnight)
    part = part_of(timezone.localtime(at).time())
    return untried | Q(standing__next_date=day, standing__next_part=part)


@dataclass(frozen=True)
class Place:
    """A building, or the doors of a compound that stand in none: how many households, how many still to visit."""

    compound: int
    building: int | None
    name: str
    homes: int
    covered: int
    waiting: int


@dataclass(frozen=True)
class Ground:
    """A compound with its places."""

    pk: int
    name: str
    places: list[Place]


def grounds(user: User, at: datetime) -> list[Ground]:
    """Compounds with doors in the user's reach, each with its buildings by number and its doors outside buildings last."""
    asked = ~Q(households__state=Household.State.MOVED) & ~Q(households__kind=Household.Kind.VACANT)
    asked &= Q(households__isnull=False)
    reached = asked & Q(households__standing__reached_date__gte=quarter_start(timezone.localdate(at)))
    rows = (
        Door.objects.visible_to(user)
        .filter(compound__valid_to__isnull=True)
        .values("compound_id", "compound__name", "building_id", "building__number", "building__name")
        .annotate(
            homes=Count("households", filter=asked, distinct=True),
            covered=Count("households", filter=reached, distinct=True),
        )
        .order_by("compound__name", "compound_id", "building__number")
    )
    waiting = _waiting(user, at)
    found: dict[int, Ground] = {}
    for row in rows:
        ground = found.setdefault(row["compound_id"], Ground(row["compound_id"], row["compound__name"], []))
        key = (row["compound_id"], row["building_id"])
        ground.places.append(Place(*key, _called(row), row["homes"], row["covered"], waiting.get(key, 0)))
    return list(found.values())


def _called(row: dict) -> str:
    if row["building_id"] is None:
        return "不在楼里的住户"
    return row["building__name"] or f"{row['building__number']}号楼"


def _waiting(user: User, at: datetime) -> dict[tuple[int, int | None], int]:
    """Households still to visit by compound and building."""
    due = due_on(Household.objects.visible_to(user), timezone.localdate(at)).filter(_to_try(at))
    rows = Household.objects.filter(pk__in=due.order_by().values("pk")).order_by()
    counted = rows.values("compound_id", "door__building_id").annotate(n=Count("pk"))
    return {(row["compound_id"], row["door__building_id"]): row["n"] for row in counted}


def siblings(building: Building, user: User) -> Iterable[Building]:
    """Buildings of the same compound with doors in the user's reach, by number."""
    doors = Door.objects.visible_to(user).filter(compound=building.compound_id, building__isnull=False)
    return Building.objects.filter(pk__in=doors.values("building")).order_by("number")


def loose_doors(compound: Compound, user: User) -> QuerySet[Door]:
    """Doors of a compound that stand in no building."""
    return Door.objects.visible_to(user).filter(compound=compound, building__isnull=True)
