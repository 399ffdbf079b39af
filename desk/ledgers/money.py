"""The ledger of money books: a row for each line, in or out, counted or not.

A contributor who agreed is named, as on the sheet residents read. Of the others only who holds the consultation sees that
there is a name: masked, in full for a reason. Anybody else reads the source alone.
"""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict

from common.ledgers import Column
from common.sensitive import Sensitive
from consultations.models import Consultation, Line
from consultations.services.names import published_name
from consultations.states import LineState, Side, Source
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import narrowed


def _lines(user, query: QueryDict) -> QuerySet:
    rows = Line.objects.filter(book__consultation__in=Consultation.objects.visible_to(user).order_by().values("pk"))
    equal = {"consultation": "book__consultation__number"}
    rows = narrowed(rows, query, area="book__consultation__area", equal=equal)
    held = Consultation.objects.run_by(user).filter(pk=OuterRef("book__consultation"))
    related = ("book__consultation__area", "first_by", "settled_by", "reverses")
    rows = rows.annotate(is_held=Exists(held)).select_related(*related)
    return rows.order_by("-book__consultation__created_at", "-book", "first_at", "pk")


def _name(row: Line) -> str | Sensitive:
    return published_name(row) or (row.name if row.is_held and row.name else "")


def _line(row: Line) -> list:
    held = row.book.consultation
    comes_in = row.side == Side.IN
    return [
        held.number,
        held.title,
        held.area.full_name,
        row.code,
        Side(row.side).label,
        row.on_date,
        row.what,
        Source(row.source).label if row.source else "",
        row.households,
        row.unit,
        _name(row),
        "是" if row.consents else "否" if row.name and row.is_held else "",
        row.amount if comes_in else None,
        None if comes_in else row.amount,
        row.balance,
        LineState(row.state).label,
        row.first_by.called,
        row.settled_by.called if row.settled_by else "",
        row.settled_at,
        row.reverses.code if row.reverses else "",
    ]


LEDGERS = (
    Ledger(
        "money-lines",
        "筹资收支",
        "笔",
        (
            Column("协商编号", 17, "center"), Column("议题", 24), Column("所属区域", 22), Column("号", 7, "center"),
            Column("收支", 6, "center"), Column("日期", 11, "center"), Column("摘要", 24), Column("来源", 12),
            Column("户数", 6, "center"), Column("单位或收款方", 18), Column("出资人", 10), Column("同意公示姓名", 8, "center"),
            Column("收入（元）", 11, "right"), Column("支出（元）", 11, "right"), Column("入账后结余（元）", 12, "right"),
            Column("状态", 12, "center"), Column("经手", 10), Column("第二人", 10), Column("签字时间", 16, "center"),
            Column("冲回哪一笔", 8, "center"),
        ),
        _lines,
        _line,
        area="book__consultation__area",
        personal=True,
    ),
)  # fmt: skip
