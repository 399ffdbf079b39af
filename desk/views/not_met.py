"""没见到: households nobody opened at, and those whose door says something else than the register."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common.errors import DomainError
from common.pages import keyset
from desk import work
from desk.forms_visits import CheckForm, SettleForm
from desk.ground_page import address
from desk.visit_ground import at_odds, handed, own_communities
from desk.visit_work import hints_to_see
from grids.decorators import require
from grids.permissions import Ability
from visits import services as visits
from visits.models import Standing

VIEWS = {"handed": "多次没人开门", "at-odds": "和登记不一样"}
_ORDER = {"handed": ("handed_at", "pk"), "at-odds": ("tried_at", "pk")}


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def not_met(request: HttpRequest) -> HttpResponse:
    """Both lists, who waits longest first."""
    view = request.GET.get("view", "")
    return _page(request, view if view in VIEWS else "handed")


def _page(request: HttpRequest, view: str, *, refused: int = 0, form=None, status: int = 200) -> HttpResponse:
    """The list; `refused` is the household whose form came back, with what was typed."""
    lists = {"handed": handed(request.user), "at-odds": at_odds(request.user)}
    counts = work.counts(request.user, lists)
    rows = (
        lists[view]
        .select_related("household__compound", "household__area", "visit__visitor", "household__door")
        .defer("household__contact_phone", "household__search")
    )
    context = {
        "view": view,
        "tabs": [(slug, words, counts[slug]) for slug, words in VIEWS.items()],
        "page": keyset(rows, order=_ORDER[view], cursor=request.GET.get("page"), never_null=True),
        "found": counts[view],
        "own": own_communities(request.user),
        "refused": refused,
        "form": form,
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/not_met.html", context, status=status)


@require(Ability.PLAN_VISITS)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The community found another way; the worker's tries start anew."""
    household, form = _own(request, pk), SettleForm(request.POST)
    if form.is_valid():
        try:
            visits.settle(household, note=form.cleaned_data["note"], by=request.user)
        except DomainError as refusal:
            form.add_error("note", refusal.message)
        else:
            messages.success(request, "已记下，明天起重新安排走访")
            return redirect("desk:not-met")
    return _page(request, "handed", refused=pk, form=form)


@require(Ability.PLAN_VISITS)
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the visit found was held against the register."""
    household, form = _own(request, pk), CheckForm(request.POST)
    if form.is_valid():
        try:
            visits.check_off(household, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("note", refusal.message)
        else:
            messages.success(request, "已记为核对过")
            return redirect("/desk/not-met/?view=at-odds")
    return _page(request, "at-odds", refused=pk, form=form)


def _own(request: HttpRequest, pk: int):
    """The household, where the user's own community decides about it: the street looks on."""
    standing = Standing.objects.visible_to(request.user).select_related("household").filter(pk=pk).first()
    if standing is None:
        raise Http404
    if standing.household.community not in own_communities(request.user):
        raise PermissionDenied
    return standing.household


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def hints(request: HttpRequest) -> HttpResponse:
    """What visitors passed on, or left unanswered for a week. In the order of the days, without any count by person."""
    rows = hints_to_see(request.user).select_related(
        "visit__household__compound", "other__household__compound", "visitor"
    )
    page = keyset(rows, order=("-week_date", "-id"), cursor=request.GET.get("page"))
    return render(request, "desk/visit_hints.html", {"page": page, "found": len(page)})
