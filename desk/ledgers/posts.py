"""Ledgers of posts: who holds them, which are vacant, what passes from hand to hand, who is being chosen."""

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import area_of, beneath, narrowed
from grids.levels import Level
from grids.models import Handover, Post, Posting, Selection
from grids.permissions import Ability
from grids.scope import scope_of
from grids.vacancies import Seat, seats

_AREAS = ("area", "compound__area")
_PLACE = ("user", "post", "area", "unit", "compound__area", "building", "entrance", "stand_in")


def _postings(user, query: QueryDict) -> QuerySet:
    """Postings beneath the user's ground; those of units for their own people and for the district."""
    scope = scope_of(user, granting=Ability.EXPORT)
    units = Q(unit__isnull=False) if scope.at(Level.DISTRICT) else Q(unit__in=scope.units)
    rows = Posting.objects.current().filter(beneath(user, *_AREAS) | units)
    equal = {"post": "post__code", "family": "post__family", "compound": "compound_id"}
    rows = narrowed(rows, query, area=_AREAS, equal=equal)
    return rows.select_related(*_PLACE).order_by(
        "post__family",
        "post__order",
        "area",
        "compound__area",
        "compound",
        "building__number",
        "entrance__number",
        "pk",
    )


def area_name(posting: Posting) -> str:
    """The area a posting sits in or its compound lies in; empty for units."""
    area = posting.area or (posting.compound.area if posting.compound else None)
    return area.full_name if area else ""


def _posting_line(row: Posting) -> list:
    away = row.on_leave()
    return [
        row.post.get_family_display(),
        row.post.name,
        area_name(row),
        row.place_name if row.compound or not row.area else "",
        row.user.full_name,
        row.office_phone,
        row.hours,
        row.valid_from,
        f"{row.leave_from:%m-%d}至{row.leave_to:%m-%d}" if away else "",
        row.stand_in.full_name if away and row.stand_in else "",
    ]


def _handovers(user, query: QueryDict) -> QuerySet:
    ours = beneath(user, "posting__area", "posting__compound__area")
    rows = narrowed(Handover.objects.filter(ours), query, area=("posting__area", "posting__compound__area"))
    holder = [f"posting__{name}" for name in _PLACE]
    return rows.select_related("successor", "ordered_by", *holder).order_by("-ordered_at", "-pk")


def _handover_line(row: Handover) -> list:
    state = "已确认" if row.confirmed_at else "已撤销" if row.cancelled_at else "已代管" if row.fell_at else "待确认"
    return [
        row.posting.post.name,
        area_name(row.posting),
        row.posting.place_name,
        row.posting.user.full_name,
        row.successor.full_name,
        row.last_date,
        row.reason,
        state,
        row.ordered_by.full_name,
        row.ordered_at,
        row.confirmed_at,
    ]


def _selections(user, query: QueryDict) -> QuerySet:
    rows = narrowed(Selection.objects.filter(beneath(user, "area")), query, equal={"step": "step"})
    return (
        rows.select_related("area", "post", "opened_by")
        .annotate(put_forward=Count("nominees"), chosen=Count("nominees", filter=Q(nominees__result="chosen")))
        .order_by("-opened_at", "-pk")
    )


def _selection_line(row: Selection) -> list:
    return [
        row.area.full_name,
        row.post.name,
        row.get_step_display(),
        row.put_forward,
        row.chosen,
        row.published_from,
        row.published_to,
        row.filed_number,
        row.filed_date,
        row.opened_by.full_name,
    ]


def _vacancies(user, query: QueryDict) -> list[Seat]:
    """Places with a fixed number of people that serve fewer, in walking order."""
    own = scope_of(user, granting=Ability.EXPORT).areas
    asked = area_of(query)
    # A part of the own ground, or all of it; what lies outside gives nothing.
    codes = {code for code in own if code.startswith(asked)} | {asked for code in own if asked.startswith(code)}
    posts = Post.objects.filter(establishment__gt=0).exclude(seat=Post.Seat.UNIT)
    for name, column in (("post", "code"), ("family", "family")):
        if query.get(name):
            posts = posts.filter(**{column: query[name]})
    inner = {code for code in codes if not any(code != other and code.startswith(other) for other in codes)}
    return [seat for code in sorted(inner) for seat in seats(code, posts) if seat.vacant]


def _vacancy_line(seat: Seat) -> list:
    area = seat.area or seat.compound.area
    return [
        seat.post.get_family_display(),
        seat.post.name,
        area.full_name,
        f"{seat.compound}{seat.where if seat.building else ''}" if seat.compound else "",
        seat.post.establishment,
        len(seat.postings),
        seat.last.valid_to if seat.last else "",
    ]


_POST, _AREA, _DATE = Column("岗位", 16), Column("所在区域", 26), 12
LEDGERS = (
    Ledger(
        "posts",
        "岗位任职",
        "人",
        (
            Column("系列", 14, "center"), _POST, _AREA, Column("小区楼栋或单位", 28), Column("姓名", 10),
            Column("办公电话", 15), Column("在岗时间", 16), Column("任职日期", _DATE, "center"),
            Column("请假", 15, "center"), Column("替岗人", 10),
        ),
        _postings,
        _posting_line,
    ),
    Ledger(
        "vacancies",
        "岗位空缺",
        "处",
        (
            Column("系列", 14, "center"), _POST, _AREA, Column("小区楼栋", 28), Column("应有", 7, "right"),
            Column("在任", 7, "right"), Column("空缺自", _DATE, "center"),
        ),
        _vacancies,
        _vacancy_line,
    ),
    Ledger(
        "handovers",
        "岗位交接",
        "件",
        (
            _POST, _AREA, Column("岗位所在", 26), Column("交出人", 10), Column("接任人", 10), Column("最后一天", _DATE, "center"),
            Column("原因", 18), Column("进展", 9, "center"), Column("提出人", 10), Column("提出时间", 16, "center"),
            Column("确认时间", 16, "center"),
        ),
        _handovers,
        _handover_line,
    ),
    Ledger(
        "selections",
        "选任",
        "件",
        (
            _AREA, _POST, Column("进展", 8, "center"), Column("推荐人数", 9, "right"), Column("任用人数", 9, "right"),
            Column("公示开始", _DATE, "center"), Column("公示结束", _DATE, "center"), Column("备案文号", 18),
            Column("备案日期", _DATE, "center"), Column("经办人", 10),
        ),
        _selections,
        _selection_line,
        area="area",
    ),
)  # fmt: skip
