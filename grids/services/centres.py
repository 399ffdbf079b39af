"""Verbs of service centres and their inspections against a standard (一有七中心, 三有五中心)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.levels import Level
from grids.models import Area, Inspection, InspectionMark, ServiceCentre, Standard, StandardItem
from grids.services.amending import amend
from grids.services.places import check_office_phone


@transaction.atomic
def open_centre(
    area: Area, *, name: str, standard: Standard | None = None, by: User | None, **facts: Any
) -> ServiceCentre:
    """A centre of a community or grid; without a standard it gets that of its community's kind."""
    centre = ServiceCentre(area=area, name=name, standard=standard or standard_for(area), **facts)
    _check(centre)
    centre.save()
    record("centre.open", subject=("servicecentre", centre.pk), by=by, area=area.code)
    return centre


@transaction.atomic
def change_centre(centre: ServiceCentre, changes: dict[str, Any], *, by: User | None) -> list[str]:
    """Change columns of a centre."""
    if centre.closed_date:
        raise DomainError(f"{centre}已经停用。")
    wanted = ServiceCentre.objects.get(pk=centre.pk)
    for name, value in changes.items():
        setattr(wanted, name, value)
    _check(wanted)
    return amend(centre, changes, by=by)


@transaction.atomic
def close_centre(centre: ServiceCentre, *, by: User | None) -> None:
    """Put a centre out of use."""
    if centre.closed_date:
        raise DomainError(f"{centre}已经停用。")
    amend(centre, {"closed_date": timezone.localdate()}, by=by)


def items_of(standard: Standard) -> list[StandardItem]:
    """The lines of a checklist as they stand now: first what one has, then the centres."""
    rows = StandardItem.objects.filter(standard=standard, retired_date__isnull=True)
    return sorted(rows, key=lambda item: (item.kind != StandardItem.Kind.HAVING, item.order, item.pk))


@transaction.atomic
def inspect(
    centre: ServiceCentre, marks: Mapping[int, tuple[bool, str]], *, on: date, note: str = "", by: User
) -> Inspection:
    """Look at a centre against its checklist. `marks`: item id → (met, note), one for every line.

    Passed means: every line is met, and there are as many lines of centres and of havings as the standard counts.
    Placeholders count like any line; pages say that they wait to be settled.
    """
    if centre.closed_date:
        raise DomainError(f"{centre}已经停用。")
    if centre.standard is None:
        raise DomainError("先给中心选一个标准，再检查。")
    if on > timezone.localdate():
        raise DomainError("检查日期不能晚于今天。")
    items = items_of(centre.standard)
    if {item.pk for item in items} != set(marks):
        raise DomainError("清单每一条都要勾具备或不具备；清单刚改过的，请按新的清单再勾一遍。")
    inspection = Inspection.objects.create(
        centre=centre, inspected_date=on, note=note, noted_by=by, passed=_passes(centre.standard, items, marks)
    )
    InspectionMark.objects.bulk_create(
        InspectionMark(inspection=inspection, item=item, is_met=marks[item.pk][0], note=marks[item.pk][1])
        for item in items
    )
    record(
        "centre.inspect", subject=("servicecentre", centre.pk), by=by, inspection=inspection.pk,
        passed=inspection.passed,
    )  # fmt: skip
    return inspection


def with_result(rows: "QuerySet[ServiceCentre]") -> "QuerySet[ServiceCentre]":
    """Centres with `passed` and `inspected` of the newest inspection, by its day and then by when it was entered."""
    newest = Inspection.objects.filter(centre=OuterRef("pk")).order_by("-inspected_date", "-pk")
    return rows.annotate(
        passed=Subquery(newest.values("passed")[:1]), inspected=Subquery(newest.values("inspected_date")[:1])
    )


def standard_for(area: Area) -> Standard | None:
    """The standard of the community an area lies in: 三有五中心 where it is rural, else 一有七中心."""
    kinds = Area.objects.filter(code=area.code[:12]).values_list("kind", flat=True)
    return Standard.objects.filter(setting="rural" if "rural" in kinds else "urban").first()


def _passes(standard: Standard, items: list[StandardItem], marks: Mapping[int, tuple[bool, str]]) -> bool:
    centres = sum(item.kind == StandardItem.Kind.CENTRE for item in items)
    whole = centres == standard.centres and len(items) - centres == standard.havings
    return whole and all(met for met, _ in marks.values())


def _check(centre: ServiceCentre) -> None:
    if centre.area.level not in (Level.COMMUNITY, Level.GRID):
        raise DomainError("中心登记到社区或网格。")
    check_office_phone(centre.phone)
    same = ServiceCentre.objects.filter(area=centre.area, name=centre.name, closed_date__isnull=True)
    if same.exclude(pk=centre.pk).exists():
        raise DomainError(f"{centre.area}已经有{centre.name}。")
