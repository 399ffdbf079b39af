"""The ledger of disputes (矛盾纠纷调解台账): parties masked, and only of those the person is an insider of. No accounts."""

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import QueryDict

from common.ledgers import Column
from desk.dispute_list import DisputeFilter, chosen, order_of
from desk.ledgers.kinds import Ledger
from mediation.models import Dispute, HandOver, Mediator, Party
from mediation.states import Origin, Receiver, Side


def _disputes(user, query: QueryDict) -> QuerySet:
    asked = DisputeFilter(query, user=user)
    lead = Mediator.objects.filter(dispute=OuterRef("pk"), ended_at__isnull=True, is_lead=True)
    who = Coalesce(NullIf("user__title", Value("")), "user__full_name", output_field=CharField())
    inside = Dispute.objects.open_to(user).filter(pk=OuterRef("pk"))
    names = {f"{side}_name": _first(side) for side in (Side.APPLICANT, Side.RESPONDENT)}
    rows = chosen(user, asked).order_by(*order_of(asked))
    return rows.annotate(
        is_inside=Exists(inside),
        lead_name=Subquery(lead.annotate(who=who).values("who")[:1]),
        receiver=Subquery(HandOver.objects.filter(dispute=OuterRef("pk")).values("receiver")[:1]),
        **names,
    )


def _first(side: str) -> Subquery:
    """The first party on a side; a Sensitive value, so it prints masked."""
    return Subquery(Party.objects.filter(dispute=OuterRef("pk"), side=side).order_by("pk").values("name")[:1])


def _line(row: Dispute) -> list:
    parties = [row.applicant_name, row.respondent_name] if row.is_inside else []
    return [
        row.case.number,
        row.category_words,
        row.scale_words,
        row.people,
        # Masked in words, so that no ledger, whoever asks for it, can open them.
        "、".join(str(name) for name in parties if name),
        row.case.area.full_name,
        Origin(row.origin).label,
        row.happened_date,
        row.created_at,
        row.accepted_at,
        row.limit_date,
        row.status_label,
        row.way_words,
        row.organisation,
        row.lead_name or "",
        {None: "", True: "是", False: "否"}[row.is_success],
        row.concluded_at,
        Receiver(row.receiver).label if row.receiver else "",
    ]


LEDGERS = (
    Ledger(
        "disputes",
        "矛盾纠纷调解",
        "件",
        (
            Column("受理编号", 17, "center"), Column("事件类别", 22), Column("事件规模", 12, "center"), Column("涉及人数", 8, "center"),
            Column("当事人", 14), Column("社区", 20), Column("来源", 11, "center"), Column("发生日期", 12, "center"),
            Column("登记时间", 16, "center"), Column("受理时间", 16, "center"), Column("化解时限", 12, "center"),
            Column("状态", 11, "center"), Column("化解方式", 16), Column("化解组织", 22), Column("化解责任人", 11),
            Column("是否成功", 8, "center"), Column("有结果的时间", 16, "center"), Column("移交给", 12),
        ),
        _disputes,
        _line,
        area="case__area",
    ),
)  # fmt: skip
