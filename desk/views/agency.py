"""代办: the list with its shares, registering for somebody, the steps, the door for one look, the receipt's photo."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agency import services as agency
from agency.figures import DEFINITIONS
from agency.models import AgencyRequest
from agency.roles import open_actions
from agency.states import Action
from cases.models import Case
from cases.roles import may_reveal
from cases.services.reveal import REASONS, SHOWN_FOR
from common.errors import DomainError, StalePage
from common.templatetags.weidu import receipt
from desk.errand_list import PERIODS, counted, listing
from desk.forms_agency import ACTS, ErrandActForm, RegisterErrandForm, form_for, perform
from desk.ground_page import address
from desk.views.wish_register import household_of
from files.services import photo_response
from grids.decorators import require
from grids.permissions import Ability


@require(Ability.HANDLE)
@require_safe
def errands(request: HttpRequest) -> HttpResponse:
    """The list. The address holds its whole state; htmx gets the list alone."""
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    context = {
        "list": listing(request.user, request.GET),
        "counted": None if fragment else counted(request.user, request.GET),
        "periods": PERIODS,
        "definitions": DEFINITIONS,
        "fragment": fragment,
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "view"),
        "days_address": address(request.GET, "page", "days"),
    }
    response = render(request, "desk/agency.html#list" if fragment else "desk/agency.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """GET: the form, for a household where one is named. POST: take the errand in; the same form twice is one."""
    household = household_of(request)
    form = RegisterErrandForm(
        request.POST if request.method == "POST" else None, user=request.user, household=household
    )
    if form.is_bound and form.is_valid():
        try:
            taken = agency.ask(form.asked(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已登记代办，受理编号{receipt(taken.case.number)}")
            seen = Case.objects.visible_to(request.user).filter(pk=taken.case_id).exists()
            # Who only reports (楼栋长、单元长) does not open cases: the next one may follow.
            return redirect(taken.case) if seen else redirect("desk:agency-register")
    return render(request, "desk/agency_register.html", {"form": form, "household": household})


def errand_or_404(request: HttpRequest, number: str) -> AgencyRequest:
    """The errand of this case, where the signed-in person may see it."""
    related = ("item", "voucher", "case__category", "case__area", "case__handling_unit")
    found = AgencyRequest.objects.visible_to(request.user).select_related(*related).filter(case__number=number)
    errand = found.first()
    if errand is None:
        raise Http404
    return errand


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the form of a step. POST: carry it out; on refusal the form with everything typed, and why."""
    errand = errand_or_404(request, number)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    if request.method == "POST":
        return _carry_out(request, errand, action)
    if action not in open_actions(errand, request.user):
        raise PermissionDenied
    return _act_page(request, errand, action, form_for(errand, action))


def _carry_out(request: HttpRequest, errand: AgencyRequest, action: Action) -> HttpResponse:
    seen = _seen(request)
    form = form_for(errand, action, request.POST, request.FILES)
    if action not in open_actions(errand, request.user):
        if seen is None or seen == errand.event_count:
            raise PermissionDenied
        return _act_page(request, errand, action, form, stale=agency.stale_words(errand), gone=True)
    if not form.is_valid():
        return _act_page(request, errand, action, form, seen=seen)
    try:
        perform(errand, action, form, seen=seen, by=request.user)
    except StalePage as stale:
        return _act_page(request, errand_or_404(request, number_of(errand)), action, form, stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, errand, action, form, seen=seen)
    messages.success(request, ACTS[action].told)
    return redirect("desk:case", number_of(errand))


def number_of(errand: AgencyRequest) -> str:
    """The number of its case."""
    return errand.case.number


def _act_page(
    request: HttpRequest,
    errand: AgencyRequest,
    action: Action,
    form: ErrandActForm,
    *,
    seen: int | None = None,
    stale: str = "",
    gone: bool = False,
) -> HttpResponse:
    """The step's page, or its form alone for the dialog. `gone`: the errand moved on and the step went with it."""
    context = {
        "errand": errand,
        "case": errand.case,
        "action": action,
        "explains": ACTS[action].explains,
        "form": form,
        "seen": errand.event_count if seen is None else seen,
        "stale": stale,
        "gone": gone,
    }
    template = "desk/parts/agency_act_form.html" if request.htmx and request.method == "GET" else "desk/agency_act.html"
    return render(request, template, context, status=409 if stale else 200)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, number: str) -> HttpResponse:
    """GET asks why; POST shows the door for five minutes, and leaves a record of who looked and why."""
    errand = errand_or_404(request, number)
    if not errand.door or not may_reveal(errand.case, request.user):
        raise PermissionDenied
    shown = {
        "errand": errand,
        "case": errand.case,
        "reasons": REASONS.items(),
        "seconds": int(SHOWN_FOR.total_seconds()),
    }
    if request.method == "POST":
        try:
            shown["plain"] = agency.reveal_door(errand, request.POST.get("reason", ""), by=request.user)
        except DomainError as refusal:
            shown["refusal"] = refusal.message
    return render(request, "desk/agency_door.html", shown)


@require(Ability.HANDLE)
@require_safe
def voucher(request: HttpRequest, number: str) -> HttpResponse:
    """The photo of the receipt, for those who may see the case."""
    errand = errand_or_404(request, number)
    if errand.voucher is None:
        raise Http404
    return photo_response(errand.voucher, size="full")


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
