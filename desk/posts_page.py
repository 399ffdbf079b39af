"""What the posts page shows of one community or grid, or of a street's or the district's communities."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from common.pages import Page, bounded_count, keyset
from desk import handing_over
from desk.arranging import arranges
from grids.levels import Level
from grids.models import Area, Compound, Handover, Post, Posting, Selection
from grids.services.selecting import OPEN, STEPS
from grids.vacancies import FIVE_AND_THREE, TEAM, Line, Seat, figures, seats, totals

SIZE = 20
VIEWS = (
    ("seats", "按楼院"),
    ("vacant", "只看空缺"),
    ("standing", "替岗中"),
    ("team", "网格团队"),
    ("former", "曾任"),
)
COUNTED = {"urban": "五级岗位", "rural": "三级岗位"}


def in_words(post: Post, where: str) -> str:
    """A post with its place in one breath: 3号楼楼栋长, 第三网格网格员."""
    return f"{where}{post.name}"


@dataclass(frozen=True)
class Row:
    """One line of the list: a seat with one person, or vacant."""

    seat: Seat
    posting: Posting | None
    state: str
    mark: str
    also: str = ""
    compound: str = ""
    selection: int | None = None

    @property
    def step(self) -> str:
        """What may be done from here."""
        if self.posting is None:
            return "fill"
        if self.seat.handover and self.seat.handover.posting_id == self.posting.pk:
            return "watch"
        return "return" if self.posting.on_leave() else "hand"


class SeatsPage:
    """One community or grid: figures by level, the list with its views, and what is under way."""

    def __init__(self, area: Area, user, query):
        self.area, self.user, self.query = area, user, query
        self.at = timezone.now()
        self.today = timezone.localdate(self.at)
        self.may_arrange = arranges(user, area.code)
        self.view = query.get("view") if query.get("view") in dict(VIEWS) else VIEWS[0][0]
        self.typed = query.get("q", "").strip()[:20]
        self.compound = int(query["compound"]) if query.get("compound", "").isdecimal() else None
        self.post = query.get("post", "")

    @cached_property
    def lines(self) -> list[Line]:
        """Figures of every post kind with a fixed number."""
        return totals(figures(self.area.code, by=Level(self.area.level), at=self.at).values())

    @property
    def tables(self) -> list[tuple[str, list[Line]]]:
        """The five urban or three rural posts, then the team; those with no place here are left out."""
        by_family = {name: [x for x in self.lines if x.post.family == family] for family, name in COUNTED.items()}
        by_family["网格团队和三官一律"] = [x for x in self.lines if x.post.family in TEAM]
        return [(name, lines) for name, lines in by_family.items() if any(line.ought for line in lines)]

    @property
    def summary(self) -> Line:
        """应有, 在任, 空缺 of the five and the three together."""
        counted = [line for line in self.lines if line.post.family in FIVE_AND_THREE] or self.lines
        return sum(counted[1:], start=counted[0]) if counted else Line(Post())

    @cached_property
    def _all(self) -> list[Seat]:
        posts = Post.objects.exclude(seat=Post.Seat.UNIT).exclude(level__gt=self.area.level)
        found = seats(self.area.code, posts, at=self.at)
        return [seat for seat in found if seat.post.establishment or seat.postings]

    @cached_property
    def _five(self) -> list[Seat]:
        return [seat for seat in self._all if seat.post.family in FIVE_AND_THREE]

    @property
    def selected(self) -> list[Seat]:
        """Seats of the view."""
        if self.view == "team":
            return [seat for seat in self._all if seat.post.family in TEAM]
        if self.view == "vacant":
            return [seat for seat in self._all if seat.vacant]
        if self.view == "standing":
            return [seat for seat in self._all if any(p.stand_in_id and p.on_leave() for p in seat.postings)]
        return self._five

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the view, narrowed by what was typed and chosen."""
        return [row for seat in self.selected if self._kept(seat) for row in self._rows(seat) if self._found(row)]

    def _kept(self, seat: Seat) -> bool:
        if self.compound and (seat.compound is None or seat.compound.pk != self.compound):
            return False
        return not self.post or seat.post.code == self.post

    def _found(self, row: Row) -> bool:
        if not self.typed:
            return True
        names = (row.posting.user.called, row.posting.user.full_name) if row.posting else ()
        return self.typed in row.seat.where or any(name.startswith(self.typed) for name in names)

    def _rows(self, seat: Seat) -> list[Row]:
        compound = str(seat.compound) if seat.compound and not self.compound else ""
        found = [self._served(seat, posting, compound) for posting in seat.postings]
        if seat.vacant and self.view != "standing":
            days = seat.vacant_days(self.today)
            words = f"空缺{days}天" if days else "空缺"
            found.append(Row(seat, None, words, "soon", "", compound, self._nominating.get(seat.post.pk)))
        return found

    def _served(self, seat: Seat, posting: Posting, compound: str) -> Row:
        others = [
            in_words(other.post, other.where) for other in self._by_person.get(posting.user_id, ()) if other is not seat
        ]
        also = f"兼{'、'.join(others[:2])}{'等' if len(others) > 2 else ''}" if others else posting.user.unit_name
        state, mark = state_of(posting, seat.handover)
        return Row(seat, posting, state, mark, also, compound)

    @cached_property
    def _nominating(self) -> dict[int, int]:
        """Post id → the selection people may be put forward in now."""
        rows = Selection.objects.filter(area=self.area.code[:12], step=Selection.Step.NOMINATING)
        return dict(rows.values_list("post_id", "pk"))

    @cached_property
    def _by_person(self) -> dict[int, list[Seat]]:
        found: dict[int, list[Seat]] = {}
        for seat in self._all:
            for posting in seat.postings:
                found.setdefault(posting.user_id, []).append(seat)
        return found

    @cached_property
    def former(self) -> Page:
        """Postings that ended, newest first."""
        return keyset(self._former_rows, order=("-valid_to", "-id"), cursor=self.query.get("page"), size=SIZE)

    @property
    def _former_rows(self):
        rows = Posting.objects.beneath(self.area.code).ended(self.at)
        if self.post:
            rows = rows.filter(post__code=self.post)
        if self.compound:
            rows = rows.filter(compound=self.compound)
        if self.typed:
            rows = rows.filter(Q(user__full_name__startswith=self.typed) | Q(user__title__startswith=self.typed))
        return rows.select_related("user", "post", "area", "compound", "building", "entrance")

    @property
    def number(self) -> int:
        """The page of the list, counted from 1."""
        typed = self.query.get("page", "")
        return min(max(int(typed), 1), self.pages) if typed.isdecimal() and len(typed) < 5 else 1

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-len(self.rows) // SIZE))

    @property
    def shown(self) -> list[Row]:
        """The rows of this page."""
        return self.rows[(self.number - 1) * SIZE : self.number * SIZE]

    @property
    def span(self) -> tuple[int, int]:
        """First and last row shown, counted from 1."""
        return (self.number - 1) * SIZE + 1, (self.number - 1) * SIZE + len(self.shown)

    @property
    def near_pages(self) -> list[int]:
        """Numbers offered in the pager, 0 where some are left out."""
        near = [n for n in range(1, self.pages + 1) if abs(n - self.number) <= 2 or n in (1, self.pages)]
        return [number for n in near for number in ((0, n) if n > 1 and n - 1 not in near else (n,))]

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        """(slug, label, count) of every view."""
        counts = {
            "seats": len(self._five),
            "vacant": sum(seat.vacant for seat in self._all),
            "standing": sum(bool(p.stand_in_id) and p.on_leave(self.at) for s in self._all for p in s.postings),
            "team": sum(len(seat.postings) for seat in self._all if seat.post.family in TEAM),
            "former": bounded_count(Posting.objects.beneath(self.area.code).ended(self.at)),
        }
        return [(slug, label, counts[slug]) for slug, label in VIEWS]

    @cached_property
    def compounds(self) -> list[Compound]:
        """What the list may be narrowed to."""
        return list({seat.compound.pk: seat.compound for seat in self._five if seat.compound}.values())

    @property
    def posts(self) -> list[Post]:
        """Post kinds that occur here."""
        return list({seat.post.pk: seat.post for seat in self._all}.values())

    @property
    def narrowed(self) -> bool:
        """True where the list shows less than its view."""
        return bool(self.typed or self.compound or self.post)

    @cached_property
    def handovers(self) -> list["Passing"]:
        """Hand-overs under way, the earliest last day first; at most five with what is still held."""
        rows = handovers_open(self.area.code)[:5] if self.may_arrange else []
        return [Passing(row, handing_over.holdings(holder_of(row), row.posting, at=self.at)) for row in rows]

    @property
    def leaves(self) -> list[tuple[Posting, str]]:
        """Leave of today and to come with the post in words, by its first day."""
        found = [
            (posting, in_words(seat.post, seat.where if seat.compound else ""))
            for seat in self._all
            for posting in seat.postings
            if posting.leave_to and posting.leave_to >= self.today
        ]
        return sorted(found, key=lambda pair: (pair[0].leave_from, pair[0].pk))[:10]

    @cached_property
    def selections(self) -> list["Choosing"]:
        """Selections under way, with their ladder."""
        rows = Selection.objects.filter(area__code=self.area.code[:12], step__in=OPEN) if self.may_arrange else []
        lines = {line.post.pk: line for line in self.lines}
        found = [] if not rows else rows.select_related("area", "post").order_by("opened_at", "pk")
        return [Choosing(row, lines.get(row.post_id), row.nominees.filter(result="open").count()) for row in found]


@dataclass(frozen=True)
class Passing:
    """A hand-over with what its holder still holds."""

    handover: Handover
    holdings: list[handing_over.Holding]


@dataclass(frozen=True)
class Rung:
    """One step of a selection's ladder."""

    name: str
    words: str
    state: str


@dataclass(frozen=True)
class Choosing:
    """A selection with its figures and number of nominees standing."""

    selection: Selection
    line: Line | None
    standing: int

    @property
    def rungs(self) -> list[Rung]:
        """推荐 → 公示 → 备案 → 任用 with dates."""
        return ladder(self.selection)


def ladder(selection: Selection) -> list[Rung]:
    """The steps of a selection: those passed, the one it is at, those to come."""
    dates = {
        Selection.Step.NOMINATING: _day(timezone.localdate(selection.opened_at)),
        Selection.Step.PUBLISHED: f"到{_day(selection.published_to)}" if selection.published_to else "",
        Selection.Step.FILED: _day(selection.filed_date),
        Selection.Step.APPOINTED: _day(selection.appointed_at and timezone.localdate(selection.appointed_at)),
    }
    done = STEPS.index(selection.step) if selection.step in STEPS else len(STEPS)
    if selection.step == Selection.Step.APPOINTED:
        done = len(STEPS)
    states = ["passed" if place < done else "now" if place == done else "" for place in range(len(STEPS))]
    if selection.step == Selection.Step.STOPPED:
        states = ["passed" if dates[step] else "" for step in STEPS]
    return [Rung(step.label, dates[step], state) for step, state in zip(STEPS, states, strict=True)]


def _day(value: date | None) -> str:
    return f"{value.month}月{value.day}日" if value else ""


def state_of(posting: Posting, handover: Handover | None, at=None) -> tuple[str, str]:
    """How a posting stands now, in words, and the colour of its tag."""
    if handover and handover.posting_id == posting.pk:
        return "交接中，等接任人确认", "soon"
    if posting.valid_from > timezone.localdate(at or timezone.now()):
        return f"{_day(posting.valid_from)}到任", "info"
    if not posting.on_leave(at):
        return (f"任到{_day(posting.valid_to)}", "info") if posting.valid_to else ("在岗", "ok")
    if posting.stand_in_id:
        return f"请假，{posting.stand_in.called}替岗到{_day(posting.leave_to)}", "info"
    return f"请假到{_day(posting.leave_to)}，还没有人替", "soon"


def handovers_open(code: str):
    """Hand-overs not confirmed, beneath an area."""
    inside = Q(posting__area__code__startswith=code) | Q(posting__compound__area__code__startswith=code)
    return (
        Handover.objects.filter(inside, confirmed_at=None, cancelled_at=None)
        .select_related(
            "successor", "ordered_by", "posting__user", "posting__post", "posting__area", "posting__unit",
            "posting__compound", "posting__building", "posting__entrance",
        )
        .order_by("last_date", "pk")
    )  # fmt: skip


def holder_of(handover: Handover):
    """Who holds what is to be passed: the person leaving, or who serves meanwhile."""
    return handover.ordered_by if handover.fell_at else handover.posting.user


@dataclass(frozen=True)
class AreaRow:
    """One area of the table with its figures."""

    area: Area
    lines: dict[str, Line]
    total: Line


class AreasPage:
    """A table of areas: streets of the district, communities of a street, or the areas somebody serves."""

    def __init__(self, title: str, areas: list[Area], code: str):
        self.title, self.code = title, code
        by = Level(areas[0].level) if areas else Level.COMMUNITY
        figured = figures(code, by=by)
        self.columns = totals((figured.get(area.code, {}) for area in areas), FIVE_AND_THREE)
        self.team = totals((figured.get(area.code, {}) for area in areas), TEAM)
        self.rows = [_area_row(area, figured.get(area.code, {}), self.columns) for area in areas]
        counted = self.columns or [Line(Post())]
        self.summary = sum(counted[1:], start=counted[0])


def _area_row(area: Area, lines: dict[int, Line], columns: list[Line]) -> AreaRow:
    own = {column.post.pk: lines.get(column.post.pk, Line(column.post)) for column in columns}
    total = sum(own.values(), start=Line(Post()))
    return AreaRow(area, own, total)
