"""三官一律: service days of a community, planned, held or cancelled, and legal services."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from common.pages import keyset
from desk.forms_legal import CancelDayForm, HoldDayForm, LegalServiceForm, PlanDayForm, communities
from grids.decorators import require
from grids.permissions import Ability
from mediation import services as mediation
from mediation.models import LegalService, ServiceDay
from mediation.states import DayStatus

NEWEST = ("-service_date", "-id")
RECENT = 10
_ACTS = {"hold": ("登记开展情况", HoldDayForm), "cancel": ("取消服务日", CancelDayForm)}


@require(Ability.HANDLE, Ability.REGISTER)
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """Service days, the latest first, and the newest legal services."""
    rows = ServiceDay.objects.visible_to(request.user).select_related("community", "settled_by")
    services = LegalService.objects.visible_to(request.user).select_related("community", "given_by")
    own = set(communities(request.user).values_list("code", flat=True))
    page = keyset(rows, order=NEWEST, cursor=request.GET.get("page"), size=20)
    context = {
        "page": page,
        "settles": {day.pk for day in page.rows if day.status == DayStatus.PLANNED and day.community_id in own},
        "services": services.order_by(*NEWEST)[:RECENT],
        "plans": bool(own),
    }
    return render(request, "desk/service_days.html", context)


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """安排服务日."""
    form = PlanDayForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            mediation.plan_day(**form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "服务日已安排")
            return redirect("desk:service-days")
    return _form(request, form, "安排服务日")


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """What was done on a day (hold), or why it did not take place (cancel)."""
    rows = ServiceDay.objects.filter(community__in=communities(request.user))
    day = get_object_or_404(rows.select_related("community"), pk=pk)
    if act not in _ACTS:
        raise Http404
    title, kind = _ACTS[act]
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            if act == "hold":
                mediation.hold_day(day, form.done, by=request.user)
            else:
                mediation.cancel_day(day, form.cleaned_data["why"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记" if act == "hold" else "服务日已取消")
            return redirect("desk:service-days")
    return _form(request, form, title, day=day)


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def serve(request: HttpRequest) -> HttpResponse:
    """登记法律服务."""
    form = LegalServiceForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            mediation.add_legal_service(**form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "法律服务已登记")
            return redirect("desk:service-days")
    return _form(request, form, "登记法律服务")


def _form(request: HttpRequest, form, title: str, *, day: ServiceDay | None = None) -> HttpResponse:
    return render(request, "desk/service_form.html", {"form": form, "title": title, "day": day})
