"""组织和单位: who there is, and whom they stand by."""

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import Case
from common.pages import bounded_count, keyset
from desk.forms_ground import OrganizationForm
from desk.ground_page import address, bodies_for, form_page, found_or_404, keeps, one_of, seen, sent, told
from grids.decorators import require
from grids.levels import Level
from grids.models import Area, Organization, Partnership
from grids.permissions import READS_GROUND, Ability
from grids.scope import scope_of
from grids.services import organizations as services


@require(*READS_GROUND)
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """The list: the whole district's bodies and those of the own ground, by kind and street."""
    streets = list(_streets(request.user))
    chosen = {
        "kind": one_of(request.GET, "kind", Organization.Kind),
        "street": one_of(request.GET, "street", {area.code for area in streets}),
        "out": one_of(request.GET, "out", ("1",)),
        "q": request.GET.get("q", "").strip()[:40],
    }
    rows = _narrowed(Organization.objects.filter(bodies_for(request.user)), chosen)
    current = Q(partnerships__valid_to__isnull=True, partnerships__isnull=False)
    shown = rows.select_related("area", "parent").annotate(partners=Count("partnerships", filter=current))
    context = {
        "page": keyset(shown, order=("order", "code", "id"), cursor=request.GET.get("page")),
        "found": bounded_count(rows, 1000),
        "chosen": chosen,
        "in_use": any(chosen.values()),
        "here": address(request.GET, "page"),
        "kinds": Organization.Kind.choices,
        "streets": streets,
    }
    return render(request, "desk/organizations.html", context)


def _streets(user):
    """The streets one may narrow to."""
    codes = {code[:9] for code in scope_of(user).areas if len(code) >= 9}
    rows = Area.objects.in_service().on(Level.STREET).order_by("code")
    return rows if scope_of(user).at(Level.DISTRICT) else rows.filter(code__in=codes)


def _narrowed(rows, chosen: dict[str, str]):
    rows = rows.filter(active=not chosen["out"])
    if chosen["kind"]:
        rows = rows.filter(kind=chosen["kind"])
    if chosen["street"]:
        rows = rows.filter(area__code__startswith=chosen["street"])
    if chosen["q"]:
        rows = rows.filter(Q(name__icontains=chosen["q"]) | Q(secretary__icontains=chosen["q"]))
    return rows


@require(*READS_GROUND)
@require_safe
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: facts, those beneath it, whom it stands by on the reader's ground."""
    row = found_or_404(_seen(request.user), pk=pk)
    partnerships = Partnership.objects.filter(unit=row).select_related("area", "compound")
    context = {
        "organization": row,
        "children": row.children.active().filter(bodies_for(request.user)).order_by("code"),
        "partnerships": seen(partnerships, request.user).order_by("-valid_to", "area", "pk"),
        "may_keep": keeps(request.user, row.area_id),
    }
    return render(request, "desk/organization.html", context)


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def organization_new(request: HttpRequest) -> HttpResponse:
    """登记组织."""
    initial = {"area": request.GET.get("area", ""), "kind": request.GET.get("kind", "")}
    form = OrganizationForm(sent(request), user=request.user, initial=initial)

    def act(typed: dict) -> str:
        return reverse("desk:organization", args=[services.add_organization(by=request.user, **typed).pk])

    back = reverse("desk:organizations")
    return form_page(request, form, act, title="登记组织", button="登记组织", done="已登记。", back=back,
                     crumbs=[("组织和单位", back)])  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def organization_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a body; its code and kind stay."""
    row = _kept(request.user, pk)
    form = OrganizationForm(sent(request), user=request.user, row=row)
    back = reverse("desk:organization", args=[pk])
    return form_page(
        request, form, lambda typed: services.change_organization(row, typed, by=request.user),
        title=f"修改{row}", button="保存", done="已保存。", back=back, crumbs=[(row.name, back)],
        ending=(reverse("desk:organization-retire", args=[pk]), "停用这个组织"),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def organization_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a body out of use."""
    row = _kept(request.user, pk)
    holding = Case.objects.open().filter(handling_unit=row).count()
    return told(
        request, lambda: services.retire_organization(row, holding=holding, by=request.user),
        done=f"{row}已停用。", back=reverse("desk:organization", args=[pk]),
    )  # fmt: skip


def _seen(user):
    return Organization.objects.filter(bodies_for(user)).select_related("area", "parent")


def _kept(user, pk: int) -> Organization:
    row = found_or_404(_seen(user), pk=pk)
    if not keeps(user, row.area_id):
        raise Http404
    return row
