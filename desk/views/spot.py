"""街道吹哨, 现场查看 and 会商: the list of whistles, one whistle, and the forms that begin them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import services as cases
from cases.assignment_roles import open_assignment_actions
from cases.models import Assignment, Case, Whistle
from cases.services import assigning, coordinating, whistling
from cases.spot_roles import coordinating_seat, may_end, may_whistle
from cases.states import Action
from common.errors import DomainError
from common.pages import keyset
from desk import spot_rows, work
from desk.case_page import visible_case
from desk.forms_spot import CoordinationForm, OutcomeForm, WhistleForm, as_typed, steps_for, with_one_more
from desk.ground_page import address
from grids.decorators import require
from grids.permissions import Ability

VIEWS = {"now": "进行中", "over": "已结束"}
# What may be said about one unit on the whistle's own page; the report has a page of its own.
_SAID = {Action.ASSIGN_SIGN: (assigning.sign, "已确认到场"), Action.ASSIGN_ARRIVE: (assigning.arrive, "已记下到场")}


def _case_or_404(request: HttpRequest, number: str) -> Case:
    found = visible_case(request.user, number)
    if found is None:
        raise Http404
    return found


def _whistle_or_404(request: HttpRequest, pk: int) -> Whistle:
    found = spot_rows.whistles(Whistle.objects.visible_to(request.user).filter(pk=pk))
    if not found:
        raise Http404
    return found[0]


@require(Ability.HANDLE)
@never_cache
@require_safe
def whistles(request: HttpRequest) -> HttpResponse:
    """Whistles of the cases one sees: under way, the next to arrive first; ended, the latest first."""
    seen = Whistle.objects.visible_to(request.user)
    rows = {"now": seen.under_way(), "over": seen.over()}
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "now"
    order = ("arrive_by", "id") if view == "now" else ("-called_at", "-id")
    related = rows[view].select_related("case__category", "case__area", "area", "called_by", "ended_by")
    page = keyset(
        related.prefetch_related(spot_rows.ASSIGNED),
        order=order,
        cursor=request.GET.get("page"),
    )
    counts = work.counts(request.user, rows)
    at = timezone.now()
    context = {
        "page": page,
        "found": counts[view],
        "rows": [spot_rows.called(row, request.user, at) for row in page],
        "view": view,
        "tabs": [(slug, label, counts[slug]) for slug, label in VIEWS.items()],
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/whistles.html", context)


@require(Ability.HANDLE)
@never_cache
@require_safe
def whistle(request: HttpRequest, pk: int) -> HttpResponse:
    """One whistle: each unit and how far it is, what the person may say about it, what came of it."""
    return _whistle_page(request, _whistle_or_404(request, pk), OutcomeForm())


def _whistle_page(request: HttpRequest, found: Whistle, form: OutcomeForm) -> HttpResponse:
    at = timezone.now()
    visits = spot_rows.visits(found.case, request.user, at)
    own = [met for met in visits if met.coordination.whistle_id == found.pk]
    context = {
        "row": spot_rows.called(found, request.user, at, own),
        "case": found.case,
        "form": form,
        "may_coordinate": bool(coordinating_seat(found.case, request.user, found)),
    }
    return render(request, "desk/whistle.html", context)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def whistle_new(request: HttpRequest, number: str) -> HttpResponse:
    """GET: whom to call, where and when. POST: call them."""
    case = _case_or_404(request, number)
    form = WhistleForm(request.POST if request.method == "POST" else None, case=case)
    if not may_whistle(case, request.user):
        return _gone(request, "desk/whistle_new.html", case, {"form": form})
    if form.is_bound and form.is_valid():
        try:
            made = whistling.whistle(case, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已通知{len(form.cleaned_data['units'])}个单位")
            return redirect("desk:whistle", made.pk)
    return render(request, "desk/whistle_new.html", {"case": case, "form": form, "seen": _seen(request, case)})


@require(Ability.HANDLE)
@require_POST
def whistle_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a whistle with what came of it."""
    found = _whistle_or_404(request, pk)
    if found.ended_at:
        messages.warning(request, "这次吹哨已经结束。")
        return redirect("desk:whistle", found.pk)
    if not may_end(found, request.user):
        raise PermissionDenied
    form = OutcomeForm(request.POST)
    if form.is_valid():
        try:
            whistling.end_whistle(found, form.cleaned_data["outcome"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已结束吹哨")
            return redirect("desk:whistle", found.pk)
    return _whistle_page(request, found, form)


@require(Ability.HANDLE)
@require_POST
def whistle_act(request: HttpRequest, pk: int, assignment: int, action: str) -> HttpResponse:
    """A unit confirms that it comes; the unit, or the street beside it, says that it has come."""
    found = _whistle_or_404(request, pk)
    if action not in _SAID:
        raise Http404
    rows = Assignment.objects.select_related("case", "unit", "area")
    row = get_object_or_404(rows, pk=assignment, whistle=found)
    said, told = _SAID[Action(action)]
    if action not in open_assignment_actions(row, request.user):
        if not _already(row, action):
            raise PermissionDenied
        messages.warning(request, f"{row.whose}{row.get_state_display()}。")
        return redirect("desk:whistle", found.pk)
    try:
        said(row, by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, told)
    return redirect("desk:whistle", found.pk)


def _already(row: Assignment, action: str) -> bool:
    """Somebody was quicker: said before."""
    return bool(row.signed_at if action == Action.ASSIGN_SIGN else row.arrived_at)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def coordinate(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form of a visit or a meeting. POST: write it down with its next steps, or add a row to them."""
    case = _case_or_404(request, number)
    latest = case.whistles.select_related("case", "area").order_by("-called_at", "-pk").first()
    seat = coordinating_seat(case, request.user, latest)
    if request.method == "POST" and "more" in request.POST:
        form = CoordinationForm(case=case, whistle=latest)
        form.initial = as_typed(form, request.POST)
        return _coordination_page(request, case, form, with_one_more(case, request.POST))
    data = request.POST if request.method == "POST" else None
    form = CoordinationForm(data, request.FILES if data is not None else None, case=case, whistle=latest)
    steps = steps_for(case, data)
    if not seat:
        return _gone(request, "desk/coordinate.html", case, {"form": form, "steps": steps})
    if form.is_bound and all((form.is_valid(), steps.is_valid())):
        try:
            made = coordinating.note_coordination(case, form.noted(steps.agreed()), giver=seat, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已记下{made.get_kind_display()}")
            visible = Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
            return redirect("desk:case", case.number) if visible else redirect("desk:cases")
    return _coordination_page(request, case, form, steps)


def _coordination_page(request: HttpRequest, case: Case, form, steps) -> HttpResponse:
    context = {"case": case, "form": form, "steps": steps, "seen": _seen(request, case)}
    return render(request, "desk/coordinate.html", context)


def _seen(request: HttpRequest, case: Case) -> str:
    """How much of the case had happened when the page was opened; kept while it is corrected."""
    return request.POST.get("seen") or str(case.event_count)


def _gone(request: HttpRequest, template: str, case: Case, context: dict) -> HttpResponse:
    """Not this person's to do: 403, or the page with what was typed where the case moved on meanwhile."""
    if request.method == "GET" or _seen(request, case) == str(case.event_count):
        raise PermissionDenied
    words = f"{cases.stale_words(case)}现在不能由您这样办了，可以把写好的内容发给现在的承办单位。"
    return render(request, template, {"case": case, "stale": words, **context}, status=409)
