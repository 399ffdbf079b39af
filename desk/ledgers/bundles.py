"""The ledger of alike cases (类案): a row for each case of a bundle, with what the bundle is called."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from cases.models import BundledCase, Case, Report
from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import narrowed
from grids.permissions import Ability


def _bundled(user, query: QueryDict) -> QuerySet:
    """Cases that stand in a bundle and that the user sees: a bundle reaches over grids, its ledger does not."""
    told = Report.objects.standing().filter(case=OuterRef("case")).order_by().values("case").annotate(n=Count("pk"))
    rows = BundledCase.objects.standing().filter(case__in=Case.objects.visible_to(user).order_by().values("pk"))
    rows = narrowed(rows, query, area="case__area", equal={"bundle": "bundle"})
    rows = rows.annotate(told=Subquery(told.values("n"), output_field=IntegerField()))
    related = ("bundle__opened_by", "added_by", "case__category", "case__area", "case__assignee", "case__handling_unit")
    return rows.select_related(*related).order_by("-bundle__opened_at", "-bundle", "case__created_at", "case")


def _line(row: BundledCase) -> list:
    case, bundle = row.case, row.bundle
    return [
        bundle.title,
        bundle.opened_at,
        bundle.opened_by.called,
        case.number,
        case.category.name,
        case.headline,
        case.area.full_name,
        case.channel_label,
        row.told or 0,
        case.created_at,
        case.due_at,
        case.status_label,
        case.handling_unit.name if case.handling_unit else "",
        case.assignee.called if case.assignee else "",
        case.resolved_at,
        case.closed_at,
        row.added_at,
        row.added_by.called,
    ]


LEDGERS = (
    Ledger(
        "bundles",
        "类案",
        "件",
        (
            Column("类案", 24), Column("归类时间", 16, "center"), Column("归类人", 10), Column("受理编号", 17, "center"),
            Column("类别", 14), Column("事项", 30), Column("所属区域", 24), Column("来源", 8, "center"),
            Column("反映人数", 8, "center"), Column("登记时间", 16, "center"), Column("办理期限", 16, "center"),
            Column("状态", 9, "center"), Column("承办单位", 14), Column("经办", 10), Column("答复时间", 16, "center"),
            Column("办结时间", 16, "center"), Column("归入时间", 16, "center"), Column("归入人", 10),
        ),
        _bundled,
        _line,
        area="case__area",
        needs=Ability.HANDLE,
    ),
)  # fmt: skip
