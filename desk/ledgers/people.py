"""Ledgers of households, residents and care tags."""

from django.db.models import F, QuerySet
from django.http import QueryDict

from common.ledgers import Column
from desk import household_list
from desk.ledgers.kinds import Ledger
from desk.ledgers.narrowing import narrowed
from grids.permissions import Ability
from households.models import CareTag, Household, Resident

_BY_DOOR = ("compound_id", "building_no", "unit_no", "room_order", "room", "pk")


def _homes(user, query: QueryDict) -> QuerySet:
    """The households of the list page: its view, its filters; nothing where it was asked for something unknown."""
    rows = household_list.Rows(user)
    views = {view.slug: view for view in household_list.VIEWS if rows.has_care or not view.care}
    asked = household_list.read_filter(rows, query)
    view = views.get(query.get("view", ""), household_list.VIEWS[0])
    if asked.ignored:
        return rows.seen.none()
    # Once more by code, for addresses of other pages that name a street, community or grid.
    return narrowed(household_list.narrow(rows, view.select(rows), asked.chosen), query)


def _households(user, query: QueryDict) -> QuerySet:
    return (
        _homes(user, query)
        .annotate(area_name=F("area__full_name"))
        .only(
            "uuid", "address", "head_name", "size", "kind", "state", "contact_name", "contact_phone", "contact_note",
            "moved_in_date",
        )
        .order_by(*_BY_DOOR)
    )  # fmt: skip


def _household_line(row: Household) -> list:
    return [
        row.area_name,
        row.address,
        row.head_name,
        row.size,
        row.get_kind_display(),
        row.get_state_display(),
        row.contact_name,
        row.contact_phone,
        row.contact_note,
        row.moved_in_date,
    ]


def _residents(user, query: QueryDict) -> QuerySet:
    rows = Resident.objects.filter(left_date__isnull=True, household__in=_homes(user, query).order_by().values("pk"))
    order = (f"household__{name}" for name in _BY_DOOR)
    return (
        rows.annotate(area_name=F("household__area__full_name"), address=F("household__address"))
        .only("uuid", "name", "called", "sex", "birth_year", "relation", "phone", "note")
        .order_by(*order, "pk")
    )


def _resident_line(row: Resident) -> list:
    return [
        row.area_name,
        row.address,
        row.name,
        row.called,
        row.get_sex_display(),
        row.birth_year,
        row.get_relation_display(),
        row.phone,
        row.note,
    ]


def _care_tags(user, query: QueryDict) -> QuerySet:
    equal = {"compound": "household__compound_id", "kind": "kind__code", "tag": "kind__code"}
    rows = narrowed(CareTag.objects.visible_to(user).current(), query, area="household__area", equal=equal)
    return rows.annotate(
        area_name=F("household__area__full_name"), address=F("household__address"), head=F("household__head_name"),
        who=F("resident__name"), tag=F("kind__name"), setter=F("set_by__full_name"),
    ).order_by("household__area", *(f"household__{name}" for name in _BY_DOOR), "kind__order", "pk")  # fmt: skip


def _care_tag_line(row: CareTag) -> list:
    return [row.tag, row.area_name, row.address, row.head, row.who, row.reason, row.set_at, row.setter, row.review_date]


_AREA, _ADDRESS = Column("所属网格", 26), Column("地址", 30)
LEDGERS = (
    Ledger(
        "households",
        "住户",
        "户",
        (
            _AREA, _ADDRESS, Column("户主", 10), Column("人数", 6, "center"), Column("户类型", 9, "center"),
            Column("状态", 8, "center"), Column("联系人", 10), Column("联系电话", 14), Column("联系说明", 18),
            Column("入住日期", 12, "center"),
        ),
        _households,
        _household_line,
        area="area",
        needs=Ability.HOUSEHOLDS,
        personal=True,
    ),
    Ledger(
        "residents",
        "居民",
        "人",
        (
            _AREA, _ADDRESS, Column("姓名", 10), Column("称呼", 10), Column("性别", 6, "center"),
            Column("出生年", 8, "center"), Column("与户主关系", 11, "center"), Column("手机号", 14), Column("说明", 18),
        ),
        _residents,
        _resident_line,
        area="household__area",
        needs=Ability.HOUSEHOLDS,
        personal=True,
    ),
    Ledger(
        "care-tags",
        "关爱标签",
        "条",
        (
            Column("标签", 12), _AREA, _ADDRESS, Column("户主", 10), Column("居民", 10), Column("为什么", 26),
            Column("设置时间", 16, "center"), Column("设置人", 10), Column("复核日期", 12, "center"),
        ),
        _care_tags,
        _care_tag_line,
        area="household__area",
        needs=Ability.CARE,
        personal=True,
    ),
)  # fmt: skip
