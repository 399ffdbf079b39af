"""Owners' bodies, partnerships and residents' groups: what people of a place do together."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from desk.forms_ground import BodyForm, GroupForm, PartnershipForm, StepForm, TermForm
from desk.ground_page import (
    area_or_404,
    bodies_for,
    form_page,
    found_or_404,
    keeps,
    kept,
    kept_compound_or_404,
    sent,
    told,
)
from grids.decorators import require
from grids.models import Area, ChatGroup, Compound, Organization, OwnersBody, Partnership
from grids.permissions import Ability
from grids.services import nearby, organizations


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The next thing about the owners' body of a compound: begin, the next step, or a new term."""
    place = kept_compound_or_404(request.user, pk)
    row = OwnersBody.objects.filter(compound=place, ended_date__isnull=True).first()
    back = reverse("desk:compound", args=[pk])
    form, act, title = _next_of(place, row, request)
    more = {"ending": (reverse("desk:body-end", args=[pk]), "终止这一届")} if row else {}
    return form_page(request, form, act, title=title, button=title, done="已登记。", back=back,
                     crumbs=[(place.name, back)], **more)  # fmt: skip


def _next_of(place: Compound, row: OwnersBody | None, request: HttpRequest):
    """(form, what it does, its title) for where the body stands."""
    posted, by = sent(request), request.user
    if row is None:
        return BodyForm(posted), lambda typed: nearby.start_body(place, by=by, **typed), "开始筹备"
    following = nearby.step_after(row.step)
    if following is None:
        form = TermForm(posted, initial={"kind": row.kind})
        return form, lambda typed: nearby.new_term(row, by=by, **typed), "登记新一届"
    form = StepForm(posted, step=following)
    return form, lambda typed: nearby.step_body(row, following, by=by, **typed), f"登记{following.label}"


@require(Ability.KEEP_GROUND)
@require_POST
def body_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The current body is dissolved, or its preparation given up."""
    place = kept_compound_or_404(request.user, pk)
    row = found_or_404(OwnersBody.objects.filter(compound=place), ended_date__isnull=True)
    return told(
        request, lambda: nearby.end_body(row, on=timezone.localdate(), by=request.user),
        done="这一届已终止。", back=reverse("desk:compound", args=[pk]),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def partnership_new(request: HttpRequest, code: str) -> HttpResponse:
    """A unit stands by a community or grid."""
    place = area_or_404(request.user, code, granting=Ability.KEEP_GROUND)
    return _partnership(request, place, None, reverse("desk:area", args=[code]))


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def compound_partnership_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit stands by a compound."""
    place = kept_compound_or_404(request.user, pk)
    return _partnership(request, place.area, place, reverse("desk:compound", args=[pk]))


def _partnership(request: HttpRequest, area: Area, compound: Compound | None, back: str) -> HttpResponse:
    form = PartnershipForm(sent(request), rows=Organization.objects.filter(bodies_for(request.user)))

    def act(typed: dict) -> None:
        organizations.begin_partnership(typed.pop("unit"), area, compound=compound, by=request.user, **typed)

    return form_page(request, form, act, title="登记结对", button="登记结对", done="已登记。", back=back,
                     crumbs=[(str(compound or area), back)])  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def partnership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Today is the last day of a partnership."""
    row = found_or_404(kept(Partnership.objects.select_related("unit", "area"), request.user), pk=pk)
    on_compound = row.compound_id is not None
    back = reverse("desk:compound", args=[row.compound_id]) if on_compound else reverse("desk:area", args=[row.area_id])
    return told(request, lambda: organizations.end_partnership(row, by=request.user), done="结对已结束。", back=back)


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def group_new(request: HttpRequest) -> HttpResponse:
    """登记居民群; `area` of the address is preselected."""
    code = request.GET.get("area", "")
    form = GroupForm(sent(request), user=request.user, initial={"area": code})
    back = reverse("desk:area", args=[code]) if code and keeps(request.user, code) else reverse("desk:ground")

    def act(typed: dict) -> str:
        on = typed.pop("counted_date")
        group = nearby.open_group(typed.pop("area"), on=on, by=request.user, **typed)
        return reverse("desk:area", args=[group.area_id])

    return form_page(request, form, act, title="登记居民群", button="登记居民群", done="已登记。", back=back,
                     crumbs=[("网格和楼院", reverse("desk:ground"))])  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a group or its count."""
    row = _group(request.user, pk)
    form = GroupForm(sent(request), user=request.user, row=row)
    back = reverse("desk:area", args=[row.area_id])
    return form_page(
        request, form, lambda typed: nearby.change_group(row, typed, by=request.user),
        title=f"修改{row}", button="保存", done="已保存。", back=back, crumbs=[(row.area.full_name, back)],
        ending=(reverse("desk:group-close", args=[pk]), "登记解散"),
    )  # fmt: skip


@require(Ability.KEEP_GROUND)
@require_POST
def group_close(request: HttpRequest, pk: int) -> HttpResponse:
    """The group was dissolved."""
    row = _group(request.user, pk)
    return told(request, lambda: nearby.close_group(row, by=request.user), done=f"{row}已登记解散。",
                back=reverse("desk:area", args=[row.area_id]))  # fmt: skip


def _group(user, pk: int) -> ChatGroup:
    return found_or_404(kept(ChatGroup.objects.select_related("area"), user), pk=pk, closed_date__isnull=True)
