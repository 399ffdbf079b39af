"""The ledger of micro-wishes: the list as its page filters it."""

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import QueryDict

from cases.states import Channel
from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.wish_list import chosen
from grids.permissions import Ability
from wishes.models import Claim, Wish
from wishes.states import ClaimStatus, ForWhom


def _wishes(user, query: QueryDict) -> QuerySet:
    kept = Claim.objects.filter(wish=OuterRef("pk"), status__in=[ClaimStatus.LIVE, ClaimStatus.FULFILLED])
    kept = kept.order_by("-pk")
    who = Coalesce(NullIf("claimer__title", Value("")), "claimer__full_name", output_field=CharField())
    # One row after another is read from the database, so what a row shows of its claim comes along as columns.
    rows = chosen(user, query).prefetch_related(None)
    return (
        rows.defer(None)
        .defer("text", "phone_index")
        .annotate(
            claimer=Subquery(kept.annotate(who=who).values("who")[:1]),
            unit_name=Subquery(kept.values("unit__name")[:1]),
        )
    )


def _line(wish: Wish) -> list:
    took = (wish.fulfilled_at - wish.created_at).days if wish.fulfilled_at else None
    return [
        wish.number,
        wish.kind_label,
        wish.called,
        ForWhom(wish.for_whom).label,
        # Of a child nobody is named.
        "" if wish.is_childs else wish.name,
        wish.phone,
        wish.place,
        wish.area.full_name,
        Channel(wish.channel).label,
        wish.status_label,
        wish.created_at,
        wish.published_at,
        wish.claimer or "",
        wish.unit_name or "",
        wish.fulfilled_at,
        took,
        wish.thanks,
    ]


LEDGERS = (
    Ledger(
        "wishes",
        "微心愿",
        "个",
        (
            Column("受理编号", 17, "center"), Column("类型", 7, "center"), Column("心愿", 26), Column("谁的心愿", 9, "center"),
            Column("称呼", 10), Column("手机号", 14), Column("住址", 24), Column("所属区域", 24), Column("来源", 8, "center"),
            Column("状态", 9, "center"), Column("提出时间", 16, "center"), Column("上墙时间", 16, "center"),
            Column("认领人", 10), Column("认领单位", 14), Column("实现时间", 16, "center"),
            Column("用时（天）", 9, "center"), Column("感谢的话", 20),
        ),
        _wishes,
        _line,
        area="area",
        needs=Ability.HANDLE,
        personal=True,
    ),
)  # fmt: skip
