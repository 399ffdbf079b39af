"""阵地: service centres against their standard; service and employment points."""

from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.pages import bounded_count, keyset
from desk.forms_centres import CentreForm, InspectionForm, PointForm
from desk.ground_page import address, form_page, found_or_404, keeps, kept, one_of, seen, sent, told
from grids.decorators import require
from grids.levels import Level
from grids.models import Area, ServiceCentre, ServicePoint
from grids.permissions import READS_GROUND, Ability
from grids.services import centres as services
from grids.services import nearby

RESULTS = {"passed": "达标", "failed": "不达标", "never": "还没检查"}


@require(*READS_GROUND)
@require_safe
def centres(request: HttpRequest) -> HttpResponse:
    """The list with the pass rate by street; the newest inspection of a centre counts."""
    mine = services.with_result(seen(_in_use(), request.user))
    streets = _by_street(mine)
    chosen = {
        "street": one_of(request.GET, "street", {row["area"].code for row in streets}),
        "result": one_of(request.GET, "result", RESULTS),
    }
    rows = mine.filter(area__code__startswith=chosen["street"])
    if chosen["result"]:
        rows = rows.filter(passed={"passed": True, "failed": False, "never": None}[chosen["result"]])
    context = {
        "page": keyset(rows, order=("area_id", "id"), cursor=request.GET.get("page")),
        "found": bounded_count(rows, 1000),
        "streets": streets,
        "total": {name: sum(row[name] for row in streets) for name in ("n", "passed", "never")},
        "chosen": chosen,
        "in_use": any(chosen.values()),
        "results": RESULTS.items(),
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/centres.html", context)


def _in_use():
    return ServiceCentre.objects.filter(closed_date__isnull=True).select_related("area", "standard")


def _by_street(rows) -> list[dict]:
    """Per street: how many centres, how many pass, how many were never looked at. In code order."""
    found: dict[str, dict] = {}
    for code, passed in rows.annotate(of=Left("area_id", 9)).values_list("of", "passed"):
        line = found.setdefault(code, {"n": 0, "passed": 0, "never": 0})
        line["n"] += 1
        line["passed"] += passed is True
        line["never"] += passed is None
    areas = Area.objects.on(Level.STREET).filter(code__in=found).order_by("code")
    return [{"area": area, **found[area.code]} for area in areas]


@require(*READS_GROUND)
@require_safe
def centre(request: HttpRequest, pk: int) -> HttpResponse:
    """One centre: facts, its checklist as last marked, earlier inspections."""
    row = found_or_404(seen(ServiceCentre.objects.select_related("area", "standard"), request.user), pk=pk)
    inspections = list(row.inspections.select_related("noted_by").order_by("-inspected_date", "-pk")[:20])
    marks = {mark.item_id: mark for mark in inspections[0].marks.all()} if inspections else {}
    items = services.items_of(row.standard) if row.standard else []
    context = {
        "centre": row,
        "inspections": inspections,
        "lines": [(item, marks.get(item.pk)) for item in items],
        "placeholders": sum(item.is_placeholder for item in items),
        "may_keep": keeps(request.user, row.area_id) and row.closed_date is None,
    }
    return render(request, "desk/centre.html", context)


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def centre_new(request: HttpRequest) -> HttpResponse:
    """登记中心; `area` of the address is preselected."""
    standing = {"area": request.GET.get("area", "")}
    form = CentreForm(sent(request), request.FILES or None, user=request.user, initial=standing)

    def act(typed: dict) -> str:
        made = services.open_centre(typed.pop("area"), by=request.user, **typed)
        return reverse("desk:centre", args=[made.pk])

    back = reverse("desk:centres")
    return form_page(request, form, act, title="登记中心", button="登记中心", done="已登记。", back=back,
                     crumbs=[("阵地", back)])  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def centre_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a centre."""
    row = _centre(request.user, pk)
    form = CentreForm(sent(request), request.FILES or None, user=request.user, row=row)
    back = reverse("desk:centre", args=[pk])
    return form_page(
        request, form, lambda typed: services.change_centre(row, typed, by=request.user),
        title=f"修改{row}", button="保存", done="已保存。", back=back, crumbs=[(row.name, back)],
        ending=(reverse("desk:centre-close", args=[pk]), "停用这个中心"),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def centre_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a centre out of use."""
    row = _centre(request.user, pk)
    return told(request, lambda: services.close_centre(row, by=request.user), done=f"{row}已停用。",
                back=reverse("desk:centres"))  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a centre line by line."""
    row = _centre(request.user, pk)
    items = services.items_of(row.standard) if row.standard else []
    form = InspectionForm(sent(request), items=items)
    back = reverse("desk:centre", args=[pk])

    def act(typed: dict) -> None:
        services.inspect(row, form.marks(), on=typed["on"], note=typed["note"], by=request.user)

    return form_page(
        request, form, act, title=f"检查{row}", button="保存检查结果", done="检查结果已保存。", back=back,
        crumbs=[(row.name, back)], template="desk/centre_inspect.html", centre=row,
    )  # fmt: skip


def _centre(user, pk: int) -> ServiceCentre:
    rows = ServiceCentre.objects.select_related("area", "standard").filter(closed_date__isnull=True)
    return found_or_404(kept(rows, user), pk=pk)


@require(*READS_GROUND)
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Service and employment points of the own ground."""
    mine = seen(ServicePoint.objects.filter(removed_date__isnull=True).select_related("area"), request.user)
    chosen = {
        "kind": one_of(request.GET, "kind", ServicePoint.Kind),
        "state": one_of(request.GET, "state", ServicePoint.State),
    }
    rows = mine.filter(**{name: value for name, value in chosen.items() if value})
    context = {
        "page": keyset(rows, order=("area_id", "id"), cursor=request.GET.get("page")),
        "found": bounded_count(rows, 1000),
        "chosen": chosen,
        "in_use": any(chosen.values()),
        "kinds": ServicePoint.Kind.choices,
        "states": ServicePoint.State.choices,
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/points.html", context)


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def point_new(request: HttpRequest) -> HttpResponse:
    """登记服务点; `area` of the address is preselected."""
    form = PointForm(sent(request), user=request.user, initial={"area": request.GET.get("area", "")})
    back = reverse("desk:points")
    return form_page(
        request, form, lambda typed: nearby.add_point(typed.pop("area"), by=request.user, **typed),
        title="登记服务点", button="登记服务点", done="已登记，居民在网上看得到。", back=back,
        crumbs=[("服务点和就业点", back)],
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def point_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a point."""
    row = _point(request.user, pk)
    form = PointForm(sent(request), user=request.user, row=row)
    back = reverse("desk:points")
    return form_page(
        request, form, lambda typed: nearby.change_point(row, typed, by=request.user),
        title=f"修改{row}", button="保存", done="已保存。", back=back, crumbs=[("服务点和就业点", back)],
        ending=(reverse("desk:point-remove", args=[pk]), "撤销这个点"),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def point_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The point is no more."""
    row = _point(request.user, pk)
    return told(request, lambda: nearby.remove_point(row, by=request.user), done=f"{row}已撤销。",
                back=reverse("desk:points"))  # fmt: skip


def _point(user, pk: int) -> ServicePoint:
    rows = ServicePoint.objects.select_related("area").filter(removed_date__isnull=True)
    return found_or_404(kept(rows, user), pk=pk)
