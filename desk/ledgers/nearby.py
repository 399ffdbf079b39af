"""Ledgers of what stands in a neighbourhood: owners' bodies, chat groups, service centres and points."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict

from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import beneath, narrowed
from grids.models import ChatGroup, Compound, Inspection, OwnersBody, ServiceCentre, ServicePoint

_AREA = Column("所属区域", 26)
_WORDS = {"q": "name__icontains"}


def _owners_bodies(user, query: QueryDict) -> QuerySet:
    visible = Compound.objects.visible_to(user).in_use()
    rows = OwnersBody.objects.filter(ended_date__isnull=True, compound__in=visible.values("pk"))
    equal = {"compound": "compound_id", "kind": "kind", "step": "step"}
    rows = narrowed(rows, query, area="compound__area", equal=equal)
    return rows.select_related("compound__area").order_by("compound__area", "compound__name", "pk")


def _owners_body_line(row: OwnersBody) -> list:
    return [
        row.compound.area.full_name,
        row.compound.name,
        row.get_kind_display(),
        row.get_step_display(),
        row.members,
        row.term_from,
        row.term_to,
    ]


def _chat_groups(user, query: QueryDict) -> QuerySet:
    rows = ChatGroup.objects.filter(beneath(user, "area"), closed_date__isnull=True)
    return narrowed(rows, query).select_related("area", "owner_post").order_by("area", "name", "pk")


def _chat_group_line(row: ChatGroup) -> list:
    return [row.area.full_name, row.name, row.owner_post.name, row.households, row.counted_date]


def _centres(user, query: QueryDict) -> QuerySet:
    rows = ServiceCentre.objects.filter(beneath(user, "area"), closed_date__isnull=True)
    return (
        narrowed(rows, query)
        .select_related("area", "standard")
        .annotate(inspected=_newest("inspected_date"), passed=_newest("passed"))
        .order_by("area", "name", "pk")
    )


def _newest(column: str) -> Subquery:
    """A column of a centre's newest inspection."""
    rows = Inspection.objects.filter(centre=OuterRef("pk")).order_by("-inspected_date", "-pk")
    return Subquery(rows.values(column)[:1])


def _centre_line(row: ServiceCentre) -> list:
    return [
        row.area.full_name,
        row.name,
        row.address,
        row.hours,
        row.phone,
        row.size_m2,
        row.standard.name if row.standard else "",
        row.inspected,
        {None: "未检查", True: "达标", False: "未达标"}[row.passed],
    ]


def _points(user, query: QueryDict) -> QuerySet:
    rows = ServicePoint.objects.filter(beneath(user, "area"), removed_date__isnull=True)
    rows = narrowed(rows, query, equal={"kind": "kind", "state": "state", **_WORDS})
    return rows.select_related("area").order_by("area", "kind", "name", "pk")


def _point_line(row: ServicePoint) -> list:
    return [
        row.area.full_name,
        row.get_kind_display(),
        row.name,
        row.offers,
        row.address,
        row.hours,
        row.contact,
        row.phone,
        row.openings,
        row.get_state_display(),
    ]


LEDGERS = (
    Ledger(
        "owners-bodies",
        "业委会物管会",
        "个",
        (
            _AREA, Column("小区", 22), Column("类别", 16, "center"), Column("进展", 8, "center"),
            Column("委员人数", 9, "right"), Column("任期开始", 12, "center"), Column("任期结束", 12, "center"),
        ),
        _owners_bodies,
        _owners_body_line,
        area="compound__area",
    ),
    Ledger(
        "chat-groups",
        "居民微信群",
        "个",
        (
            _AREA, Column("群名", 24), Column("群主岗位", 14, "center"), Column("覆盖户数", 9, "right"),
            Column("统计日期", 12, "center"),
        ),
        _chat_groups,
        _chat_group_line,
        area="area",
    ),
    Ledger(
        "centres",
        "党群服务中心",
        "个",
        (
            _AREA, Column("名称", 26), Column("地址", 24), Column("开放时间", 18), Column("电话", 15),
            Column("面积（平方米）", 13, "right"), Column("标准", 12, "center"), Column("最近检查", 12, "center"),
            Column("是否达标", 9, "center"),
        ),
        _centres,
        _centre_line,
        area="area",
    ),
    Ledger(
        "points",
        "服务点和就业点",
        "个",
        (
            _AREA, Column("类别", 11, "center"), Column("名称", 22), Column("提供什么", 32), Column("地址", 22),
            Column("时间", 18), Column("联系人", 10), Column("电话", 15), Column("招几人", 8, "right"),
            Column("状态", 7, "center"),
        ),
        _points,
        _point_line,
        area="area",
    ),
)  # fmt: skip
