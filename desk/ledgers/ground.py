"""Ledgers of places and organizations."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from common.ledgers import Column
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import beneath, narrowed
from grids.models import Building, Compound, Door, Entrance, Organization, OwnersBody, Partnership

_AREA = Column("所属区域", 26)
_WORDS = {"q": "name__icontains"}


def _count(rows: QuerySet, column: str) -> Coalesce:
    """How many of `rows` name the outer row in `column`: counted one by one, joined counts would multiply."""
    counted = rows.filter(**{column: OuterRef("pk")}).order_by().values(column).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def _compounds(user, query: QueryDict) -> QuerySet:
    equal = {"kind": "kind", "setting": "setting", "management": "management", **_WORDS}
    rows = narrowed(Compound.objects.visible_to(user).in_use(), query, equal=equal)
    if query.get("old"):
        rows = rows.filter(is_old=True)
    if query.get("body") == "none":
        rows = rows.exclude(owners_bodies__in=OwnersBody.objects.filter(ended_date__isnull=True))
    return (
        rows.select_related("area", "property_company")
        .annotate(
            buildings_in_use=_count(Building.objects.filter(valid_to__isnull=True), "compound"),
            doors_known=_count(Door.objects.all(), "compound"),
        )
        .order_by("area", "name", "pk")
    )


def _compound_line(row: Compound) -> list:
    return [
        row.area.full_name,
        row.name,
        row.aliases,
        row.get_kind_display(),
        row.get_setting_display(),
        row.address,
        row.year_built,
        row.is_old,
        row.get_management_display(),
        row.property_company.name if row.property_company else "",
        row.buildings_in_use,
        row.doors_known,
    ]


def _buildings(user, query: QueryDict) -> QuerySet:
    visible = Compound.objects.visible_to(user).in_use()
    rows = Building.objects.filter(valid_to__isnull=True, compound__in=visible.values("pk"))
    rows = narrowed(rows, query, equal={"compound": "compound_id", "kind": "compound__kind"})
    return (
        rows.select_related("area", "compound")
        .annotate(
            entrances_in_use=_count(Entrance.objects.filter(valid_to__isnull=True), "building"),
            doors_known=_count(Door.objects.all(), "building"),
        )
        .order_by("area", "compound", "number", "pk")
    )


def _building_line(row: Building) -> list:
    return [
        row.area.full_name,
        row.compound.name,
        str(row),
        row.floors,
        row.has_lift,
        row.entrances_in_use,
        row.doors_known,
    ]


def _organizations(user, query: QueryDict) -> QuerySet:
    """Bodies of the user's ground, and those of the whole district."""
    ours = Q(area__isnull=True) | beneath(user, "area")
    rows = Organization.objects.filter(ours, active=not query.get("out"))
    rows = narrowed(rows, query, equal={"kind": "kind", **_WORDS})
    return rows.select_related("area", "parent").order_by("kind", "area", "order", "code")


def _organization_line(row: Organization) -> list:
    return [
        row.get_kind_display(),
        row.name,
        row.area.full_name if row.area else "全区",
        row.parent.name if row.parent else "",
        row.secretary,
        row.phone,
        row.address,
    ]


def _partnerships(user, query: QueryDict) -> QuerySet:
    rows = Partnership.objects.current().filter(beneath(user, "area"))
    rows = narrowed(rows, query, equal={"compound": "compound_id", "unit": "unit_id", "kind": "kind"})
    return rows.select_related("unit", "area", "compound").order_by("unit__order", "unit", "area", "compound", "pk")


def _partnership_line(row: Partnership) -> list:
    return [
        row.unit.name,
        row.get_kind_display(),
        row.area.full_name,
        row.compound.name if row.compound else "",
        row.contact,
        row.contact_phone,
        row.offers,
        row.valid_from,
        row.valid_to,
    ]


LEDGERS = (
    Ledger(
        "compounds",
        "小区楼院",
        "处",
        (
            _AREA, Column("名称", 22), Column("别名", 16), Column("类型", 9, "center"), Column("城市或涉农", 11, "center"),
            Column("地址", 22), Column("建成年份", 9, "center"), Column("老旧小区", 9, "center"), Column("管理方式", 10, "center"),
            Column("物业公司", 18), Column("楼栋数", 8, "right"), Column("门户数", 8, "right"),
        ),
        _compounds,
        _compound_line,
        area="area",
    ),
    Ledger(
        "buildings",
        "楼栋",
        "栋",
        (
            _AREA, Column("小区", 22), Column("楼栋", 10), Column("层数", 7, "right"), Column("有电梯", 8, "center"),
            Column("单元数", 8, "right"), Column("门户数", 8, "right"),
        ),
        _buildings,
        _building_line,
        area="area",
    ),
    Ledger(
        "organizations",
        "组织单位",
        "个",
        (
            Column("类别", 12, "center"), Column("名称", 28), Column("所在区域", 26), Column("上级组织", 24),
            Column("书记或负责人", 13), Column("办公电话", 15), Column("地址", 26),
        ),
        _organizations,
        _organization_line,
    ),
    Ledger(
        "partnerships",
        "单位分包结对",
        "项",
        (
            Column("单位", 20), Column("方式", 7, "center"), Column("社区或网格", 26), Column("小区", 20), Column("联系人", 10),
            Column("办公电话", 15), Column("能帮什么", 30), Column("开始日期", 12, "center"), Column("结束日期", 12, "center"),
        ),
        _partnerships,
        _partnership_line,
        area="area",
    ),
)  # fmt: skip
