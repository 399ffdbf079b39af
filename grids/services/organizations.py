"""Verbs of organizations, and of who stands by whom."""

import secrets
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.levels import Level
from grids.models import Area, Compound, Organization, Partnership, Posting
from grids.services.amending import amend
from grids.services.places import check_office_phone

Kind = Organization.Kind
# The level a body of a kind sits on; the other kinds may sit anywhere, or serve the whole district.
SEATED: dict[str, Level] = {
    Kind.STREET_OFFICE: Level.STREET,
    Kind.PARTY_WORK_COMMITTEE: Level.STREET,
    Kind.COMMUNITY_COMMITTEE: Level.COMMUNITY,
    Kind.PARTY_COMMITTEE: Level.COMMUNITY,
    Kind.PARTY_BRANCH: Level.GRID,
}
# A party organization belongs to the one above it, in the same place.
ABOVE: dict[str, Kind] = {Kind.PARTY_COMMITTEE: Kind.PARTY_WORK_COMMITTEE, Kind.PARTY_BRANCH: Kind.PARTY_COMMITTEE}
PARTNERS = (Kind.DISTRICT_OFFICE, Kind.DEPARTMENT, Kind.UTILITY, Kind.PROPERTY, Kind.SCHOOL, Kind.SOCIAL)
TAKERS = (Kind.DEPARTMENT, Kind.UTILITY)
# Entered by the district alone, wherever they sit.
WHOLE_DISTRICT = (Kind.DISTRICT_OFFICE, *TAKERS)


@transaction.atomic
def add_organization(
    *, name: str, kind: str, area: Area | None = None, code: str = "", by: User | None, **facts: Any
) -> Organization:
    """A new body. Without a `code` it gets one that means nothing; party organizations find the one above themselves."""
    body = Organization(
        name=name, kind=kind, area=area, code=code or f"{kind.replace('_', '-')}-{secrets.token_hex(4)}", **facts
    )
    if body.parent is None and kind in ABOVE and area is not None:
        body.parent = Organization.objects.active().filter(kind=ABOVE[kind], area=area.parent_code).first()
    _check(body)
    body.save()
    record("organization.add", subject=("organization", body.pk), by=by, kind=kind, area=area.code if area else "")
    return body


@transaction.atomic
def change_organization(body: Organization, changes: dict[str, Any], *, by: User | None) -> list[str]:
    """Change columns of a body; its code and kind stay."""
    if {"code", "kind"} & set(changes):
        raise ValueError("code and kind of an organization never change")
    wanted = Organization.objects.get(pk=body.pk)
    for name, value in changes.items():
        setattr(wanted, name, value)
    _check(wanted)
    return amend(body, changes, by=by)


@transaction.atomic
def retire_organization(body: Organization, *, holding: int, by: User | None) -> None:
    """Put a body out of use; its partnerships end today. `holding`: open cases it has, which the caller counted."""
    if not body.active:
        raise DomainError(f"{body}已经停用。")
    if holding:
        raise DomainError(f"{body}还有{holding}件在办事项，先办结或退回再停用。")
    if count := Posting.objects.current().filter(unit=body).count():
        raise DomainError(f"{body}还有{count}个在任岗位，先办卸任再停用。")
    if body.children.active().exists():
        raise DomainError(f"{body}还有下级组织，先给它们换上级再停用。")
    if Compound.objects.in_use().filter(property_company=body).exists():
        raise DomainError(f"{body}还管着小区，先改小区的管理方式再停用。")
    for partnership in body.partnerships.filter(valid_to__isnull=True):
        amend(partnership, {"valid_to": max(timezone.localdate(), partnership.valid_from)}, by=by)
    amend(body, {"active": False}, by=by)


@transaction.atomic
def begin_partnership(
    unit: Organization,
    area: Area,
    *,
    kind: str,
    compound: Compound | None = None,
    on: date | None = None,
    by: User | None,
    **facts: str,
) -> Partnership:
    """A unit stands by a community, a grid or a compound from a day on. `facts`: contact, contact_phone, offers."""
    if not unit.active or unit.kind not in PARTNERS:
        raise DomainError(f"{unit}不能分包或结对，请选在用的单位、企业、学校或社会组织。")
    if area.level not in (Level.COMMUNITY, Level.GRID):
        raise DomainError("分包和结对对应到社区、网格或小区。")
    if compound is not None and (compound.valid_to or not compound.area_id.startswith(area.code)):
        raise DomainError(f"{compound}不在{area}，或者已经停用。")
    check_office_phone(facts.get("contact_phone", ""))
    place = {"unit": unit, "area": area, "compound": compound, "kind": kind}
    if Partnership.objects.filter(valid_to__isnull=True, **place).exists():
        raise DomainError(f"{unit}和{compound or area}已经是{Partnership.Kind(kind).label}关系。")
    partnership = Partnership.objects.create(**place, valid_from=on or timezone.localdate(), **facts)
    record(
        "partnership.begin",
        subject=("partnership", partnership.pk),
        by=by,
        unit=unit.pk,
        area=area.code,
        compound=compound.pk if compound else None,
    )
    return partnership


@transaction.atomic
def end_partnership(partnership: Partnership, *, on: date | None = None, by: User | None) -> None:
    """The last day of a partnership; it stays readable."""
    on = on or timezone.localdate()
    if partnership.valid_to:
        raise DomainError("这个结对已经结束。")
    if on < partnership.valid_from:
        raise DomainError("结束日期不能早于开始日期。")
    amend(partnership, {"valid_to": on}, by=by)


def _check(body: Organization) -> None:
    """What a body must be, said in words."""
    level = SEATED.get(body.kind)
    if level is not None and (body.area is None or body.area.level != level):
        raise DomainError(f"{Kind(body.kind).label}要设在{Level(level).label}。")
    check_office_phone(body.phone)
    if body.takes_cases and body.kind not in TAKERS:
        raise DomainError("只有区直部门和公用企业可以承办交办事项。")
    _check_parent(body)
    same = Organization.objects.active().filter(kind=body.kind, name=body.name, area=body.area)
    if body.active and same.exclude(pk=body.pk).exists():
        raise DomainError(f"已经有{body.name}，请换一个名称，或者直接改原来那一个。")


def _check_parent(body: Organization) -> None:
    parent = body.parent
    if parent is None:
        return
    if parent.pk == body.pk or not parent.active:
        raise DomainError("上级组织要选另一个在用的组织。")
    wanted = ABOVE.get(body.kind)
    if wanted is None:
        raise DomainError("只有社区党委和网格党支部要填上级组织。")
    if parent.kind != wanted or not (body.area_id or "").startswith(parent.area_id or "-"):
        raise DomainError(f"{Kind(body.kind).label}的上级是所在地的{wanted.label}。")
