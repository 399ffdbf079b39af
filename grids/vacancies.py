"""How many posts there ought to be, how many are served, which stand vacant.

应有 = places that count × people a place ought to have; 在任 = people serving those places, never more than a place
ought to have; 空缺 = the difference. Set-based: the number of queries does not grow with the ground.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from grids.levels import Level, code_at
from grids.models import Area, Building, Compound, Entrance, Handover, Post, Posting

FIVE_AND_THREE = (Post.Family.URBAN, Post.Family.RURAL)
TEAM = (Post.Family.GRID, Post.Family.LEGAL, Post.Family.OFFICE)


@dataclass
class Line:
    """Figures of one post kind within one area."""

    post: Post
    ought: int = 0
    serving: int = 0
    standing_in: int = 0
    uncovered: int = 0

    @property
    def vacant(self) -> int:
        """Places nobody serves."""
        return self.ought - self.serving

    @property
    def share(self) -> str:
        """Served part in percent, as the bar is drawn."""
        return f"{100 * self.serving / self.ought:.1f}" if self.ought else "0"

    def __add__(self, other: "Line") -> "Line":
        added = (getattr(self, n) + getattr(other, n) for n in ("ought", "serving", "standing_in", "uncovered"))
        return Line(self.post, *added)


# A posting that is away with nobody named, and one somebody else does meanwhile.
def _leave(at: datetime) -> tuple[Q, Q]:
    day = timezone.localdate(at)
    away = Q(leave_from__lte=day, leave_to__gte=day)
    return away & Q(stand_in__isnull=False), away & Q(stand_in__isnull=True)


def counts_at(post: Post, *, setting: str, kind: str = "") -> bool:
    """Whether a place of this setting (and compound kind) is one the post belongs on. No setting means urban."""
    if post.setting and post.setting != (setting or Compound.Setting.URBAN):
        return False
    return not post.compound_kinds or kind in post.compound_kinds


def figures(code: str, *, by: Level, at: datetime | None = None) -> dict[str, dict[int, Line]]:
    """Area code on level `by` → post id → figures, for everything beneath `code`. Six queries, whatever the ground."""
    at = at or timezone.now()
    posts = {post.pk: post for post in Post.objects.filter(establishment__gt=0).exclude(seat=Post.Seat.UNIT)}
    found: dict[str, dict[int, Line]] = defaultdict(dict)
    for seat, group, setting, kind, level, number in _places(code, by):
        for post in posts.values():
            if post.seat == seat and post.level == level and counts_at(post, setting=setting, kind=kind):
                line = found[group].setdefault(post.pk, Line(post))
                line.ought += number * post.establishment
    _count_serving(found, posts, code, by, at)
    return found


def _places(code: str, by: Level) -> Iterator[tuple[str, str, str, str, int | None, int]]:
    """(seat, group, setting, compound kind, level, how many) of all places in use beneath `code`."""
    kinds = dict(Area.objects.in_service().beneath(code[:12]).on(Level.COMMUNITY).values_list("code", "kind"))
    areas = Area.objects.in_service().beneath(code).order_by().values_list("code", "level")
    counted: dict[tuple, int] = defaultdict(int)
    for area, level in areas:
        if level <= by:
            counted["area", code_at(area, by), kinds.get(area[:12], ""), "", level] += 1
    for place, number in counted.items():
        yield *place, number
    for seat, rows, to in (
        ("compound", Compound.objects.in_use(), ""),
        ("building", Building.objects.filter(valid_to=None, compound__valid_to=None), "compound__"),
        (
            "entrance",
            Entrance.objects.filter(valid_to=None, building__valid_to=None, building__compound__valid_to=None),
            "building__compound__",
        ),
    ):
        yield from _grouped(seat, rows, to, code, by)


def _grouped(seat: str, rows: QuerySet, to: str, code: str, by: Level) -> Iterator[tuple]:
    group = f"{to}{'street' if by == Level.STREET else 'community' if by == Level.COMMUNITY else 'area_id'}"
    rows = rows.filter(**{f"{to}area__code__startswith": code}).order_by()
    for *place, number in rows.values_list(group, f"{to}setting", f"{to}kind").annotate(n=Count("pk")):
        yield seat, code_at(place[0], by), place[1], place[2], None, number


def _count_serving(found: dict, posts: dict[int, Post], code: str, by: Level, at: datetime) -> None:
    """Add who serves: people per place, capped at what the place ought to have, on places that count."""
    covered, uncovered = _leave(at)
    rows = (
        Posting.objects.current(at)
        .beneath(code)
        .filter(post__in=posts)
        .filter(Q(building=None) | Q(building__valid_to=None), Q(entrance=None) | Q(entrance__valid_to=None))
        .filter(Q(area=None, compound__valid_to=None) | Q(area__valid_to=None, area__in_service=True))
        .order_by()
        .values("post_id", "area_id", "area__kind", "compound_id", "building_id", "entrance_id")
        .annotate(
            at_compound=F("compound__area_id"),
            setting=F("compound__setting"),
            kind=F("compound__kind"),
            people=Count("user", distinct=True),
            standing_in=Count("pk", filter=covered),
            uncovered=Count("pk", filter=uncovered),
        )
    )
    for row in rows:
        post, where = posts[row["post_id"]], row["area_id"] or row["at_compound"]
        line = found.get(code_at(where, by), {}).get(post.pk)
        setting = row["setting"] or row["area__kind"] or ""
        if line is None or not counts_at(post, setting=setting, kind=row["kind"] or ""):
            continue
        line.serving += min(row["people"], post.establishment)
        line.standing_in += row["standing_in"]
        line.uncovered += row["uncovered"]


def totals(figured: Iterable[dict[int, Line]], families: Iterable[str] = ()) -> list[Line]:
    """The lines of several areas added up, by family and order."""
    summed: dict[int, Line] = {}
    for lines in figured:
        for pk, line in lines.items():
            if not families or line.post.family in families:
                summed[pk] = summed[pk] + line if pk in summed else line
    order = {family: place for place, family in enumerate(Post.Family.values)}
    return sorted(summed.values(), key=lambda line: (order[line.post.family], line.post.order, line.post.pk))


@dataclass
class Seat:
    """One place with one post: who serves it, who did before, and what is under way."""

    post: Post
    area: Area | None = None
    compound: Compound | None = None
    building: Building | None = None
    entrance: Entrance | None = None
    postings: list[Posting] = field(default_factory=list)
    last: Posting | None = None
    handover: Handover | None = None

    @property
    def where(self) -> str:
        """The place as its row in the list says it, under the name of its compound: 全院, 3号楼2单元."""
        if self.building:
            return f"{self.building}{self.entrance or ''}"
        return "全院" if self.compound else self.area.name

    @property
    def vacant(self) -> bool:
        """True where fewer serve than ought to."""
        return len(self.postings) < self.post.establishment

    @property
    def key(self) -> tuple:
        """The post and what it sits on, to find its postings by."""
        return self.post.pk, *_ids(self)

    @property
    def place(self) -> str:
        """The place as an address carries it: kind and number."""
        row = self.entrance or self.building or self.compound or self.area
        return f"{row._meta.model_name}-{row.pk}"

    def vacant_days(self, day: date) -> int | None:
        """Days since the last holder left; None where nobody is known to have served."""
        return (day - self.last.valid_to).days if self.last else None


def _ids(row) -> tuple:
    """Area, compound, building and entrance of a seat or a posting."""
    if isinstance(row, Posting):
        return row.area_id, row.compound_id, row.building_id, row.entrance_id
    parts = (row.area, row.compound, row.building, row.entrance)
    return tuple(part.pk if part else None for part in parts)


def seats(code: str, posts: Iterable[Post], *, compound: int | None = None, at: datetime | None = None) -> list[Seat]:
    """Every place beneath `code` that counts, for each of `posts`, in walking order with who serves it. Seven queries."""
    at = at or timezone.now()
    posts = sorted(posts, key=lambda post: (post.family, post.order))
    found = list(_empty_seats(code, posts, compound))
    by_key = {seat.key: seat for seat in found}
    rows = Posting.objects.beneath(code).filter(post__in=posts, valid_from__lte=timezone.localdate(at))
    if compound:
        rows = rows.filter(compound=compound)
    # Only the newest ended posting of a seat is shown; people with a long history are few.
    rows = rows.select_related("user", "stand_in").order_by("valid_from", "pk")
    serving = {posting.pk: _put(by_key, posting, timezone.localdate(at)) for posting in rows}
    ongoing = Handover.objects.filter(posting__in=[pk for pk, seat in serving.items() if seat])
    for handover in ongoing.filter(confirmed_at=None, cancelled_at=None).select_related("successor"):
        serving[handover.posting_id].handover = handover
    return found


def _put(by_key: dict, posting: Posting, day: date) -> Seat | None:
    """Put a posting where it belongs: serving, or last to have served. Rows come oldest first."""
    seat = by_key.get((posting.post_id, *_ids(posting)))
    if seat is None:
        return None
    if posting.valid_to is None or posting.valid_to >= day:
        seat.postings.append(posting)
    elif seat.last is None or posting.valid_to >= seat.last.valid_to:
        seat.last = posting
    return seat


def _empty_seats(code: str, posts: list[Post], compound: int | None) -> Iterator[Seat]:
    if not compound:
        yield from _area_seats(code, [post for post in posts if post.seat == Post.Seat.AREA])
    places = _compound_places(code, {post.seat for post in posts}, compound)
    for held, building, entrance in places:
        seat = "entrance" if entrance else "building" if building else "compound"
        for post in posts:
            if post.seat == seat and counts_at(post, setting=held.setting, kind=held.kind):
                yield Seat(post, None, held, building, entrance)


def _area_seats(code: str, posts: list[Post]) -> Iterator[Seat]:
    if not posts:
        return
    areas = list(Area.objects.in_service().beneath(code).order_by("code"))
    kinds = dict(Area.objects.filter(code__startswith=code[:12], level=Level.COMMUNITY).values_list("code", "kind"))
    for area in areas:
        for post in posts:
            if post.level == area.level and counts_at(post, setting=kinds.get(area.code[:12], "")):
                yield Seat(post, area)


def _compound_places(code: str, wanted: set[str], compound: int | None) -> Iterator[tuple]:
    """(compound, building, entrance) in walking order, each place before what lies in it."""
    held = Compound.objects.in_use().beneath(code).order_by("community", "name", "pk")
    if compound:
        held = held.filter(pk=compound)
    buildings, entrances = Building.objects.filter(valid_to=None), Entrance.objects.filter(valid_to=None)
    below = wanted & {"building", "entrance"}
    of_compound = _by("compound_id", buildings.filter(compound__in=held.order_by())) if below else {}
    inside = entrances.filter(building__valid_to=None, building__compound__in=held.order_by())
    of_building = _by("building_id", inside) if "entrance" in wanted else {}
    for row in held if wanted - {"area"} else ():
        yield row, None, None
        for building in of_compound.get(row.pk, ()):
            yield row, building, None
            for entrance in of_building.get(building.pk, ()):
                yield row, building, entrance


def _by(column: str, rows: QuerySet) -> dict[int, list]:
    """Rows in the order of their numbers, by the id of what they lie in."""
    found: dict[int, list] = defaultdict(list)
    for row in rows.order_by("number", "pk"):
        found[getattr(row, column)].append(row)
    return found
