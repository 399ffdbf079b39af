"""走访活动: planned for places of the own ground, with how far its doors were met; nobody is compared with anybody."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.pages import bounded_count, keyset
from desk.forms_visits import CampaignForm
from desk.ground_page import address, form_page, one_of, sent, told
from desk.views.coverage import PLACES, named
from desk.visit_ground import ground_of, planned_households
from grids.decorators import require
from grids.permissions import Ability
from households.models import Household
from visits import services as visits
from visits.models import Campaign
from visits.services import coverage as covering
from visits.services.coverage import Covered
from visits.services.planning import may_end


@require(Ability.PLAN_VISITS)
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Campaigns that touch the own ground, the youngest first."""
    rows = Campaign.objects.visible_to(request.user).select_related("purpose")
    rows = rows.prefetch_related("places__area", "places__compound")
    context = {
        "page": keyset(rows, order=("-starts_date", "-id"), cursor=request.GET.get("page")),
        "found": bounded_count(rows, 1000),
        "today": timezone.localdate(),
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/campaigns.html", context)


@require(Ability.PLAN_VISITS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    form = CampaignForm(sent(request), user=request.user)
    back = reverse("desk:campaigns")

    def act(cleaned: dict) -> str:
        made = visits.plan(form.wanted(), by=request.user)
        return reverse("desk:campaign", args=[made.pk])

    return form_page(
        request, form, act, title="安排走访活动", button="安排", done="已安排，开始那天起出现在走访人的今日清单里",
        back=back, crumbs=[("走访活动", back)],
    )  # fmt: skip


def campaign_or_404(request: HttpRequest, pk: int) -> Campaign:
    """The campaign, where it touches ground the signed-in person plans visits on."""
    rows = Campaign.objects.visible_to(request.user).select_related("purpose", "created_by")
    found = rows.prefetch_related("places__area", "places__compound").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """What it is, how far it got by place on the reader's ground, and the households still to meet."""
    found = campaign_or_404(request, pk)
    ground = ground_of(request.user, request.GET)
    by = one_of(request.GET, "by", PLACES) or ground.by
    if by == "area" and not ground.is_own_community:
        by = ground.by
    table = covering.of_campaign(ground.narrow(Household.objects.all()), found, by)
    asked = covering.asked_by(planned_households(request.user), found)
    left = covering.unmet(asked, covering.period_of(found)).select_related("compound", "area", "standing")
    context = {
        "campaign": found,
        "lines": named(by, table),
        "total": sum(table.values(), Covered()),
        "by": by,
        "column": PLACES[by],
        "groups": [(key, words) for key, words in PLACES.items() if key != "area"],
        "page": keyset(
            left.defer("contact_phone", "search"),
            order=("community", "compound", "building_no", "unit_no", "room_order", "id"),
            cursor=request.GET.get("page"),
        ),
        "found": bounded_count(left, 1000),
        "running": found.ended_at is None and found.ends_date >= timezone.localdate(),
        "may_end": may_end(found, request.user),
        "today": timezone.localdate(),
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/campaign.html", context)


@require(Ability.PLAN_VISITS)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it before its last day, where all of its ground is the user's."""
    found = campaign_or_404(request, pk)
    if not may_end(found, request.user):
        raise PermissionDenied
    back = reverse("desk:campaign", args=[pk])
    return told(request, lambda: visits.end(found, by=request.user), done="活动已结束，走访过的都留着", back=back)
