"""The ledger of visits: what happened at which door in a period. It says who visited, and counts nobody."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import QueryDict

from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import narrowed
from desk.visit_ground import period_of
from grids.permissions import Ability
from visits.models import Line, Visit
from visits.states import Handling, OpinionState, Outcome, Way


def _visits(user, query: QueryDict) -> QuerySet:
    period, _ = period_of(query)
    first, after = period.range
    lines = Line.objects.filter(visit=OuterRef("pk"), dropped_at__isnull=True).order_by("pk")
    rows = Visit.objects.visible_to(user).filter(happened_at__gte=first, happened_at__lt=after)
    rows = narrowed(rows, query, equal={"compound": "compound_id", "outcome": "outcome"})
    rows = rows.select_related("household", "compound", "area", "visitor", "purpose", "campaign")
    return (
        rows.defer("household__contact_phone", "household__search")
        .annotate(
            topics=ArraySubquery(lines.values("topic__name")),
            handlings=ArraySubquery(lines.values("handling")),
            opinions=ArraySubquery(lines.values("opinion_state")),
        )
        .order_by("community", "-happened_at", "-id")
    )


def _line(visit: Visit) -> list:
    return [
        visit.happened_date,
        visit.area.full_name,
        visit.compound.name,
        visit.household.address,
        visit.household.head_name,
        Way(visit.way).label,
        visit.purpose.name if visit.purpose else "",
        Outcome(visit.outcome).label,
        "、".join(visit.topics),
        "、".join(_became(*pair) for pair in zip(visit.handlings, visit.opinions, strict=True)),
        visit.visitor.called,
        visit.campaign.name if visit.campaign else "",
        "是" if visit.written_later else "",
    ]


def _became(handling: str, opinion: str) -> str:
    return OpinionState(opinion).label if opinion else Handling(handling).label


LEDGERS = (
    Ledger(
        "visits",
        "走访",
        "次",
        (
            Column("走访日期", 12, "center"), Column("所属网格", 24), Column("小区", 18), Column("住址", 24),
            Column("户主", 9), Column("方式", 8, "center"), Column("目的", 14), Column("结果", 10, "center"),
            Column("说到的事", 22), Column("怎么处理", 18), Column("走访人", 10), Column("活动", 14),
            Column("补记", 6, "center"),
        ),
        _visits,
        _line,
        area="area",
        needs=Ability.HOUSEHOLDS,
        personal=True,
    ),
)  # fmt: skip
