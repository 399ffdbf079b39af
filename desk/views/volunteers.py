"""志愿者: people who want to claim wishes are checked; units are invited by a link."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from common.pages import keyset
from desk import work
from desk.forms_volunteers import CheckForm, InviteForm
from desk.ground_page import address
from grids.decorators import require
from grids.permissions import Ability
from wishes import services as wishes
from wishes.models import Claim, Volunteer
from wishes.services.volunteering import INVITED_FOR
from wishes.states import VolunteerState


@require(Ability.WISHES)
@never_cache
@require_safe
def volunteers(request: HttpRequest) -> HttpResponse:
    """Those who registered in the own communities, by state; who waits longest to be checked comes first."""
    seen = Volunteer.objects.visible_to(request.user)
    state = VolunteerState(_one_of(request.GET.get("state", "")))
    rows = seen.filter(state=state).select_related("user", "community", "unit")
    order = ("created_at", "id") if state == VolunteerState.PENDING else ("-created_at", "-id")
    counts = work.counts(request.user, {s.value: seen.filter(state=s) for s in VolunteerState})
    context = {
        "page": keyset(rows, order=order, cursor=request.GET.get("page")),
        "found": counts[state.value],
        "state": state,
        "tabs": [(s, counts[s.value]) for s in VolunteerState],
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/volunteers.html", context)


def _one_of(typed: str) -> str:
    return typed if typed in VolunteerState.values else VolunteerState.PENDING


@require(Ability.WISHES)
@never_cache
@require_http_methods(["GET", "POST"])
def volunteer(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who it is, what they have in hand, and the result of the check."""
    rows = Volunteer.objects.visible_to(request.user).select_related("user", "community", "unit", "decided_by")
    found = get_object_or_404(rows, pk=pk)
    form = CheckForm(request.POST if request.method == "POST" else None, volunteer=found)
    if form.is_bound and form.is_valid():
        try:
            wishes.decide(found, form.cleaned_data["state"], reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已记下结果：{found.get_state_display()}")
            return redirect("desk:volunteers")
    claims = Claim.objects.live().of(found.user).select_related("wish").order_by("-claimed_at", "-pk")
    return render(request, "desk/volunteer.html", {"volunteer": found, "form": form, "claims": claims})


@require(Ability.WISHES)
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Choose a unit, get the link its representative registers with. The link is shown this once and kept nowhere."""
    form = InviteForm(request.POST if request.method == "POST" else None, user=request.user)
    context = {"form": form, "days": INVITED_FOR.days}
    if form.is_bound and form.is_valid():
        invitation, token = wishes.invite(**form.cleaned_data, by=request.user)
        context |= {
            "invitation": invitation,
            "link": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("public:volunteer-invited", args=[token]),
        }
    return render(request, "desk/unit_invite.html", context)
