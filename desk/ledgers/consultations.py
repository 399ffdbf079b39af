"""The ledger of consultations: the list as its page filters it."""

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from common.ledgers import Column
from consultations.models import Consultation
from desk.consultation_list import chosen
from desk.ledgers.kinds import Ledger


def _consultations(user, query: QueryDict) -> QuerySet:
    return chosen(user, query).annotate(
        opinions_n=Count("opinions", distinct=True),
        content=Count("reviews", distinct=True, filter=Q(reviews__satisfied=True)),
        reviewed=Count("reviews", distinct=True),
        sheets=Count("book__sheets", distinct=True),
    )


def _line(held: Consultation) -> list:
    book = held.book
    money = (
        [book.needed, book.received, book.spent, book.received - book.spent]
        if book.turns or book.needed
        else [None] * 4
    )
    return [
        held.number,
        held.title,
        held.spot,
        held.area.full_name,
        held.convener.called,
        held.created_at,
        held.opinions_n,
        held.held_at,
        held.households,
        held.present,
        held.get_voting_display(),
        held.get_status_display(),
        held.decision,
        held.published_at,
        *money,
        held.sheets,
        f"{held.content} / {held.reviewed}" if held.reviewed else "",
        held.ended_at,
        held.outcome,
    ]


LEDGERS = (
    Ledger(
        "consultations",
        "协商议事",
        "次",
        (
            Column("编号", 17, "center"), Column("议题", 26), Column("在哪里", 18), Column("所属区域", 24),
            Column("召集人", 10), Column("提出时间", 16, "center"), Column("合成意见", 8, "center"),
            Column("召开时间", 16, "center"), Column("应到户数", 8, "center"), Column("到会户数", 8, "center"),
            Column("表决", 9, "center"), Column("状态", 10, "center"), Column("议定", 36), Column("公示时间", 16, "center"),
            Column("需要（元）", 11), Column("已筹（元）", 11), Column("支出（元）", 11), Column("结余（元）", 11),
            Column("收支公示", 8, "center"), Column("满意", 9, "center"), Column("结束时间", 16, "center"), Column("结果", 30),
        ),
        _consultations,
        _line,
        area="area",
    ),
)  # fmt: skip
