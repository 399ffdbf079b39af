"""Households: the list, one household, registering and changing it, one plain value for one look, the printed sheet."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError, StalePage
from desk.forms_households import ACTS, HouseholdForm, may, subject_of
from desk.forms_residents import RegisterHouseholdForm
from desk.household_list import listing
from desk.household_page import HouseholdPage, entries, held, visible_household
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from households.access import access_to
from households.models import Household, Pairing, Resident
from households.services import keeping
from households.services.revealing import OF_HOUSEHOLD, OF_RESIDENT, REASONS, SHOWN_FOR, reveal
from households.services.writing import stamp


def household_or_404(request: HttpRequest, pk: int) -> Household:
    """The household, where the signed-in person may see it; 403 for who sees no household at all."""
    found = visible_household(request.user, pk)
    if found is not None:
        return found
    if Ability.HOUSEHOLDS in abilities_of(request.user):
        raise Http404
    if Pairing.objects.current().filter(user=request.user).exists():
        raise Http404
    raise PermissionDenied


@require(Ability.HOUSEHOLDS)
@never_cache
@require_safe
def households(request: HttpRequest) -> HttpResponse:
    """The list. The address holds its whole state; htmx gets the list alone."""
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    context = {
        "list": listing(request.user, request.GET),
        "fragment": fragment,
        "here": _address(request, "page"),
        "view_address": _address(request, "page", "view"),
    }
    response = render(request, "desk/households.html#list" if fragment else "desk/households.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _address(request: HttpRequest, *without: str) -> str:
    """The query string without some of its parts, ready to have one appended."""
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    text = kept.urlencode()
    return f"{text}&" if text else ""


@login_required
@never_cache
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """The household page."""
    page = HouseholdPage(household_or_404(request, pk), request.user)
    return render(request, "desk/household.html", {"page": page, "household": page.household})


@login_required
@never_cache
@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What happened to the record and who looked at it."""
    found = household_or_404(request, pk)
    context = {"household": found, "entries": entries(found, access_to(found, request.user))}
    return render(request, "desk/household_history.html", context)


@login_required
@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """信息登记表, masked, for printing."""
    page = HouseholdPage(household_or_404(request, pk), request.user)
    return render(request, "desk/household_sheet.html", {"page": page, "household": page.household})


@require(Ability.KEEP_HOUSEHOLDS)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a household; on refusal the form with everything typed, and why."""
    form = RegisterHouseholdForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            registered = _register(form, request)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记住户，可以继续添加家里的人")
            return redirect(registered)
    return render(request, "desk/household_new.html", {"form": form})


@transaction.atomic
def _register(form: RegisterHouseholdForm, request: HttpRequest) -> Household:
    registered = keeping.register(form.cleaned_data["compound"], **form.wanted(), by=request.user)
    if not form.covers(registered):
        raise DomainError("这个门在别的网格，请由那个网格或社区登记。")
    return registered


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, action: str, item: int | None = None) -> HttpResponse:
    """GET: the form of an act. POST: carry it out; on refusal the form with everything typed, and why."""
    found = household_or_404(request, pk)
    form_class = ACTS.get(action)
    if form_class is None or bool(form_class.about) != (item is not None):
        raise Http404
    access = access_to(found, request.user)
    if not getattr(access, form_class.needs):
        raise PermissionDenied
    subject = subject_of(form_class, found, item) if form_class.about else None
    if not may(form_class, found, access) or (form_class.about and subject is None):
        return _gone(request, found)
    form = form_class(
        request.POST if request.method == "POST" else None, household=found, user=request.user, item=subject
    )
    if request.method == "POST":
        return _carry_out(request, found, action, form)
    return _act_page(request, found, action, form, seen=stamp(found))


def _gone(request: HttpRequest, found: Household) -> HttpResponse:
    """Somebody did it meanwhile, or it was never there: back to the household, which shows how things stand."""
    messages.warning(request, "情况已经变了，这一步不用再做，请看现在的资料。")
    return redirect(found)


def _carry_out(request: HttpRequest, found: Household, action: str, form: HouseholdForm) -> HttpResponse:
    seen = request.POST.get("seen", "")
    if not form.is_valid():
        return _act_page(request, found, action, form, seen=seen)
    try:
        form.perform(seen=seen, by=request.user)
    except StalePage as stale:
        fresh = household_or_404(request, found.pk)
        return _act_page(request, fresh, action, form, seen=stamp(fresh), stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, found, action, form, seen=seen)
    messages.success(request, form.told)
    return redirect(found) if visible_household(request.user, found.pk) else redirect("desk:households")


def _act_page(
    request: HttpRequest, found: Household, action: str, form: HouseholdForm, *, seen: str, stale: str = ""
) -> HttpResponse:
    """The act's page, or its form alone for the dialog."""
    context = {"household": found, "action": action, "form": form, "seen": seen, "stale": stale}
    in_dialog = request.htmx and request.method == "GET"
    template = "desk/parts/household_act_form.html" if in_dialog else "desk/household_act.html"
    return render(request, template, context, status=409 if stale else 200)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, pk: int, field: str, resident: int | None = None) -> HttpResponse:
    """GET asks why; POST shows one plain value for five minutes, and leaves a record of who looked and why."""
    found = household_or_404(request, pk)
    person = _person(found, resident)
    if field not in (OF_RESIDENT if person else OF_HOUSEHOLD):
        raise Http404
    value = held(found, field, access_to(found, request.user), person)
    if value is None:
        raise Http404
    if not value.url:
        raise PermissionDenied
    context = {
        "household": found,
        "value": value,
        "reasons": REASONS.items(),
        "seconds": int(SHOWN_FOR.total_seconds()),
    }
    if request.method == "POST":
        try:
            context["plain"] = reveal(found, field, request.POST.get("reason", ""), resident=person, by=request.user)
        except DomainError as refusal:
            context["refusal"] = refusal.message
    return _looked(request, context)


def _person(found: Household, pk: int | None) -> Resident | None:
    if pk is None:
        return None
    person = found.residents.filter(pk=pk, left_date__isnull=True).first()
    if person is None:
        raise Http404
    return person


def _looked(request: HttpRequest, context: dict) -> HttpResponse:
    """The value in its place, the form for the dialog, or a page of its own without scripts."""
    if not request.htmx:
        return render(request, "desk/household_look.html", context)
    if "plain" in context:
        return render(request, "desk/parts/household_shown.html", context)
    response = render(request, "desk/parts/household_look_form.html", {**context, "in_dialog": True})
    if request.method == "POST":
        response["HX-Retarget"], response["HX-Reswap"] = "#act-form", "innerHTML"
    return response
