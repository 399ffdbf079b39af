"""网格和楼院: from the district down to one compound."""

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.pages import bounded_count, keyset
from desk import ground_figures as figures
from desk.compound_page import CompoundPage, living_in
from desk.forms_ground import AreaForm, BuildingForm, BuildingsForm, CompoundForm
from desk.ground_page import (
    address,
    area_or_404,
    bodies_for,
    form_page,
    found_or_404,
    keeps,
    kept_compound_or_404,
    one_of,
    seen,
    sent,
    told,
)
from grids import geo
from grids.decorators import require
from grids.levels import Level, level_of
from grids.models import (
    Area,
    Building,
    ChatGroup,
    Compound,
    Organization,
    OwnersBody,
    Partnership,
    ServiceCentre,
    ServicePoint,
)
from grids.permissions import READS_GROUND, Ability
from grids.scope import scope_of
from grids.services import places
from grids.services.centres import with_result
from households.models import Household
from households.services.readdressing import readdress

PER_PAGE = 20


@require(*READS_GROUND)
@require_safe
def ground(request: HttpRequest) -> HttpResponse:
    """Where one begins: the own area; a choice where there are several; own compounds for those who serve there only."""
    codes = scope_of(request.user).areas
    tops = [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]
    if len(tops) == 1:
        return redirect("desk:area", tops[0])
    context = {
        "areas": Area.objects.in_service().filter(code__in=tops).order_by("code"),
        "compounds": Compound.objects.visible_to(request.user).in_use().select_related("area").order_by("name")[:50]
        if not tops
        else [],
    }
    return render(request, "desk/ground.html", context)


@require(*READS_GROUND)
@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """An area: the table of what lies beneath a district or street; everything about a community or grid."""
    place = area_or_404(request.user, code)
    context = {
        "area": place,
        "above": _above(place, request.user),
        "may_keep": keeps(request.user, code),
        "outline": geo.outline(place.boundary),
    }
    if place.level >= Level.STREET:
        rows = figures.beneath(place)
        context |= {"rows": rows, "total": figures.total(rows), "below": Level(place.level - 1).label}
        return render(request, "desk/ground_table.html", context)
    context |= {"figures": figures.of(place)} | _compounds(request, place) | _around(place, request.user)
    if place.level == Level.COMMUNITY:
        context["rows"] = figures.beneath(place)
    return render(request, "desk/area.html", context)


def _above(place: Area, user) -> list[Area]:
    """The areas that contain this one and may be opened, highest first."""
    scope = scope_of(user)
    codes = [place.code[:length] for length in (6, 9, 12) if length < len(place.code)]
    return list(Area.objects.filter(code__in=[code for code in codes if scope.covers(code)]).order_by("code"))


def _compounds(request: HttpRequest, place: Area) -> dict:
    """The compounds of a community or grid, filtered by the address, with figures of the rows shown."""
    mine = Compound.objects.visible_to(request.user).in_use()
    shared = Q(area=place.parent_code) if place.level == Level.GRID else Q()
    rows = mine.filter(Q(area__code__startswith=place.code) | shared)
    chosen = {
        "kind": one_of(request.GET, "kind", Compound.Kind),
        "management": one_of(request.GET, "management", Compound.Management),
        "old": one_of(request.GET, "old", ("1",)),
        "body": one_of(request.GET, "body", ("none",)),
        "q": request.GET.get("q", "").strip()[:40],
    }
    rows = _narrowed(rows, chosen)
    page = keyset(
        rows.select_related("area", "property_company"), order=("name", "id"), cursor=request.GET.get("page"),
        size=PER_PAGE,
    )  # fmt: skip
    return {
        "page": page,
        "found": bounded_count(rows, 1000),
        "chosen": chosen,
        "in_use": any(chosen.values()),
        "here": address(request.GET, "page"),
        "kinds": Compound.Kind.choices,
        "managements": Compound.Management.choices,
        "compound_rows": _with_figures(page.rows),
    }


def _narrowed(rows, chosen: dict[str, str]):
    for column in ("kind", "management"):
        if chosen[column]:
            rows = rows.filter(**{column: chosen[column]})
    if chosen["old"]:
        rows = rows.filter(is_old=True)
    if chosen["body"]:
        standing = OwnersBody.objects.filter(
            ended_date__isnull=True, step__in=[OwnersBody.Step.FILED, OwnersBody.Step.RENEWING]
        )
        rows = rows.exclude(kind=Compound.Kind.GROUP).exclude(pk__in=standing.values("compound"))
    if typed := chosen["q"]:
        rows = rows.filter(Q(name__icontains=typed) | Q(aliases__icontains=typed) | Q(address__icontains=typed))
    return rows


def _with_figures(rows: list[Compound]) -> list[dict]:
    """Each compound with its buildings, households and owners' body. Three queries however many rows."""
    ids = [row.pk for row in rows]
    buildings = figures.count_by(Building.objects.filter(compound__in=ids, valid_to__isnull=True), "compound_id")
    households = figures.count_by(Household.objects.living().filter(compound__in=ids), "compound_id")
    bodies = {b.compound_id: b for b in OwnersBody.objects.filter(compound__in=ids, ended_date__isnull=True)}
    return [
        {
            "compound": row,
            "buildings": buildings.get(row.pk, 0),
            "households": households.get(row.pk, 0),
            "body": bodies.get(row.pk),
        }
        for row in rows
    ]


def _around(place: Area, user) -> dict:
    """Organizations, partnerships, groups, centres and points of a community or grid."""
    beneath = {"area__code__startswith": place.code}
    partnerships = Partnership.objects.current().filter(**beneath).select_related("unit", "area", "compound")
    groups = ChatGroup.objects.filter(closed_date__isnull=True, **beneath).select_related("area", "owner_post")
    centres = ServiceCentre.objects.filter(closed_date__isnull=True, **beneath).select_related("standard")
    points = ServicePoint.objects.filter(removed_date__isnull=True, **beneath)
    organizations = Organization.objects.active().filter(bodies_for(user), area=place)
    return {
        "partnerships": seen(partnerships, user).order_by("area", "pk"),
        "groups": seen(groups, user).order_by("area", "name"),
        "centres": with_result(seen(centres, user)).order_by("area", "name"),
        "points": seen(points, user).order_by("kind", "name"),
        "organizations": organizations.order_by("order", "kind", "name"),
    }


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def area_edit(request: HttpRequest, code: str) -> HttpResponse:
    """What is said about an area; whether a community is rural is for street and district to say."""
    place = area_or_404(request.user, code, granting=Ability.KEEP_GROUND)
    above = [c for c in scope_of(request.user, granting=Ability.KEEP_GROUND).areas if level_of(c) >= Level.STREET]
    may = place.level == Level.COMMUNITY and any(code.startswith(c) for c in above)
    form = AreaForm(sent(request), row=place, may_change_kind=may)
    back = reverse("desk:area", args=[code])
    return form_page(
        request, form, lambda typed: places.set_area_facts(place, typed, by=request.user),
        title=f"修改{place.full_name}", button="保存", done="已保存。", back=back,
        crumbs=[(place.full_name, back)], outline=geo.outline(place.boundary),
    )  # fmt: skip


@require(*READS_GROUND)
@require_safe
def compound(request: HttpRequest, pk: int) -> HttpResponse:
    """One compound with its buildings, posts, owners' body, partnerships and history."""
    rows = Compound.objects.visible_to(request.user).select_related("area", "property_company")
    row = found_or_404(rows, pk=pk)
    context = {
        "compound": row,
        "above": _above(row.area, request.user) + ([row.area] if scope_of(request.user).covers(row.area_id) else []),
        "page": CompoundPage(row),
        "may_keep": keeps(request.user, row.area_id) and row.valid_to is None,
        "outline": geo.outline(row.boundary),
    }
    return render(request, "desk/compound.html", context)


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def compound_new(request: HttpRequest) -> HttpResponse:
    """登记小区; `area` of the address is preselected."""
    code = request.GET.get("area", "")
    where = Area.objects.filter(code=code[:12]).first() if keeps(request.user, code or None) else None
    initial = {"area": code, "setting": where.kind or "urban"} if where else {}
    form = CompoundForm(sent(request), user=request.user, initial=initial)

    def act(typed: dict) -> str:
        made = places.open_compound(by=request.user, **typed)
        return reverse("desk:compound", args=[made.pk])

    back = reverse("desk:area", args=[code]) if where else reverse("desk:ground")
    return form_page(request, form, act, title="登记小区", button="登记小区", done="已登记。", back=back,
                     crumbs=[("网格和楼院", reverse("desk:ground"))])  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def compound_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a compound."""
    row = kept_compound_or_404(request.user, pk)
    form = CompoundForm(sent(request), user=request.user, row=row)
    back = reverse("desk:compound", args=[pk])

    def act(typed: dict) -> None:
        with transaction.atomic():
            if "name" in places.change_compound(row, typed, by=request.user):
                readdress(row)

    return form_page(
        request, form, act,
        title=f"修改{row}", button="保存", done="已保存。", back=back, crumbs=[(row.name, back)],
        outline=geo.outline(row.boundary),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def compound_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a compound up."""
    row = kept_compound_or_404(request.user, pk)
    return told(
        request, lambda: places.close_compound(row, living=living_in(row), by=request.user),
        done=f"{row}已停用。", back=reverse("desk:compound", args=[pk]),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def buildings_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add several buildings with their entrances at once."""
    row = kept_compound_or_404(request.user, pk)
    form = BuildingsForm(sent(request), user=request.user, compound=row)
    back = reverse("desk:compound", args=[pk])
    return form_page(
        request, form, lambda typed: places.add_buildings(row, by=request.user, **typed),
        title="加楼栋", button="加楼栋", done="楼栋已加上。", back=back, crumbs=[(row.name, back)],
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def building_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one building and how many entrances it has."""
    row = _building(request.user, pk)
    form = BuildingForm(sent(request), user=request.user, row=row)
    back = reverse("desk:compound", args=[row.compound_id])

    def act(typed: dict) -> None:
        entrances = typed.pop("entrances")
        places.change_building(row, typed, entrances=entrances, by=request.user)

    return form_page(
        request, form, act, title=f"修改{row.number}号楼", button="保存", done="已保存。", back=back,
        crumbs=[(row.compound.name, back)], ending=(reverse("desk:building-close", args=[pk]), "停用这栋楼"),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def building_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a building out of use."""
    row = _building(request.user, pk)
    living = Household.objects.living().filter(door__building=row).count()
    return told(
        request, lambda: places.close_building(row, living=living, by=request.user),
        done=f"{row}已停用。", back=reverse("desk:compound", args=[row.compound_id]),
    )  # fmt: skip


def _building(user, pk: int) -> Building:
    row = Building.objects.filter(pk=pk).select_related("compound__area").first()
    if row is None:
        raise Http404
    kept_compound_or_404(user, row.compound_id)
    return row
