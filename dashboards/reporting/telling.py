"""What a report says about one area and period, taken from the board itself: no figure is computed twice."""

from datetime import date

from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from dashboards.board import Board, Line
from dashboards.reporting import story
from dashboards.reporting.story import Rate, Story, Table
from dashboards.services.figures import Figure, digits
from dashboards.services.periods import Period
from grids.levels import Level
from grids.models import Area
from supervision.models import Order

_HEADS = ["收到", "办结", "按期办结率", "解决率", "满意率"]
_GROWING = 10  # the list of all of them is on the board
_TITLES = {"weekly": "运行周报", "monthly": "运行月报"}


def story_of(code: str, first: date, last: date, *, pace: str, by: User) -> Story:
    """The story of an area between two local days. DomainError where the area is not in service."""
    area = Area.objects.in_service().filter(code=code, level__gte=Level.COMMUNITY).first()
    if area is None:
        raise DomainError("这个范围已经停用，请另选。")
    now = timezone.now()
    board = Board(by, area, Period("custom", "", first, last), now)
    called = "全区" if area.level == Level.DISTRICT else area.full_name
    stamp = timezone.localtime(now)
    return Story(
        title=f"魏都区{'' if area.level == Level.DISTRICT else area.full_name}{_TITLES[pace]}",
        area=called,
        period=f"{_day(first)}至{_day(last)}",
        made=f"{_day(stamp.date())} {stamp:%H:%M}",
        by=by.called,
        rates=[_rate(one) for one in [*board.rates, *board.shares]],
        counts=[_rate(one) for one in [*board.headline, *board.counts]],
        times=[_rate(one) for _, median, p90 in board.times for one in (median, p90)],
        tables=_tables(board, code, first, last),
        open_items=digits(board.basis.now.open),
        overdue_items=digits(board.basis.now.overdue),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _rate(one: Figure) -> Rate:
    """A figure in words; halves and narrow spaces as the board writes them."""
    value = f"{one.shown}{one.unit}" if one.shown else "没有数据"
    share = one.denominator is not None
    return Rate(
        one.name,
        value,
        one.top if share else "",
        digits(one.denominator) if share else (digits(one.n) if one.unit == "个工作日" else ""),
        one.definition,
    )


def _tables(board: Board, code: str, first: date, last: date) -> dict[str, Table]:
    by_kind = {slug: _lines(lines) for slug, _, lines in board.kinds}
    levels = [
        story.Line(
            f"{one.name}",
            [f"{one.shown}%" if one.shown else "没有数据", one.top, digits(one.denominator)],
        )
        for one in board.shares
    ]
    growing = [story.Line(name, [digits(one.before), digits(one.now)]) for name, one in board.growing[:_GROWING]]
    waiting = [story.Line(name, [*map(digits, counts), digits(total)]) for name, counts, total in board.waiting]
    order = "按行政区划代码排列，不排名次。"
    return {
        "levels": Table("各层级解决占比", ["层级", "占比", "办结", "全部办结"], levels),
        "areas": Table("各地情况", [board.place_word, *_HEADS, "在办", "超期"], _lines(board.places, now=True), order),
        "waiting": Table("在哪里等", ["类别", *board.level_names, "合计"], waiting, "现在在办的事项，按类别和层级。"),
        "growing": Table(
            "增长的问题",
            ["类别", "前四周", "近四周"],
            growing,
            "近四周收到比前四周多五成以上，且不少于5件；只列增加最多的十类。",
        ),
        "categories": Table("按类别", ["类别", *_HEADS], by_kind.get("category", [])),
        "channels": Table("按来源", ["来源", *_HEADS], by_kind.get("channel", [])),
        "units": Table("按承办单位", ["单位", *_HEADS], by_kind.get("unit", []), "按名称排列，不排名次。"),
        "orders": Table("督办", ["督办", "发出"], _orders(code, first, last)),
    }


def _lines(lines: list[Line], *, now: bool = False) -> list[story.Line]:
    return [
        story.Line(one.name, [*_cells(one), *([digits(one.open), digits(one.overdue)] if now else [])]) for one in lines
    ]


def _cells(line: Line) -> list[str]:
    shares = [f"{percent:.1f}%" if percent is not None else "—" for percent, _, _ in line.rates]
    return [digits(line.sums["received"]), digits(line.sums.closed), *shares]


def _orders(code: str, first: date, last: date) -> list[story.Line]:
    """How many orders of each kind went out in the period, in the order of the ladder of orders."""
    found = Order.objects.filter(
        case__area__code__startswith=code, issued_at__date__gte=first, issued_at__date__lte=last
    ).values_list("kind", flat=True)
    kinds = list(found)
    return [story.Line(label, [digits(kinds.count(kind))]) for kind, label in Order.Kind.choices if kind in kinds]
