"""矛盾纠纷: the list, registering, one dispute, its steps, a party's contact for one look, the agreement on paper, scans."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.roles import may_mediate
from common.errors import DomainError, StalePage
from common.templatetags.weidu import receipt
from desk.dispute_list import listing
from desk.dispute_page import DisputePage, party_row
from desk.forms_dispute_register import ConvertForm, RegisterDisputeForm
from desk.forms_disputes import ACTS, DisputeForm
from desk.ground_page import address
from desk.views.case import case_or_404
from files.services import photo_response
from grids.decorators import require
from grids.permissions import Ability
from mediation import services as mediation
from mediation.models import Agreement, Dispute, Scan
from mediation.roles import open_actions, roles_of
from mediation.services.contact import REASONS, SHOWN_FOR
from mediation.states import Action


def dispute_or_404(request: HttpRequest, number: str) -> Dispute:
    """The dispute of this number, where the signed-in person may know of it."""
    rows = Dispute.objects.visible_to(request.user)
    related = ("case__area", "case__category", "case__compound", "created_by", "accepted_by")
    return get_object_or_404(rows.select_related(*related), case__number=number)


def open_or_404(request: HttpRequest, number: str) -> Dispute:
    """The same where the person may read between whom it is."""
    rows = Dispute.objects.open_to(request.user)
    return get_object_or_404(rows.select_related("case__area"), case__number=number)


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """The list and the figures; the address holds its whole state."""
    context = {"list": listing(request.user, request.GET), "here": address(request.GET, "page")}
    return render(request, "desk/disputes.html", context)


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: take the dispute in; the same form twice is one dispute."""
    form = RegisterDisputeForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            taken = mediation.register(form.asked(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已登记矛盾纠纷，受理编号{receipt(taken.case.number)}")
            return redirect(taken if Dispute.objects.visible_to(request.user).filter(pk=taken.pk) else "desk:disputes")
    return render(request, "desk/dispute_register.html", {"form": form})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, number: str) -> HttpResponse:
    """转为纠纷调解, of a case the community may take up; on refusal the form with everything typed, and why."""
    case = case_or_404(request, number)
    if not may_mediate(case, request.user):
        raise PermissionDenied
    form = ConvertForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_bound and form.is_valid():
        try:
            made = mediation.convert(case, form.quarrel(), seen=_seen(request), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            case = case_or_404(request, number)
        else:
            messages.success(request, "已转为纠纷调解，请调解员补充双方当事人和经过")
            return redirect(made)
    return render(request, "desk/dispute_convert.html", {"case": case, "form": form})


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_safe
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one dispute."""
    found = dispute_or_404(request, number)
    return render(request, "desk/dispute.html", {"page": DisputePage(found, request.user), "dispute": found})


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the form of a step. POST: carry it out; on refusal the form with everything typed, and why."""
    found = dispute_or_404(request, number)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    allowed = action in open_actions(found, roles_of(found, request.user))
    if request.method == "POST":
        return _carry_out(request, found, action, allowed)
    if not allowed:
        raise PermissionDenied
    return _act_page(request, found, action, ACTS[action].form(dispute=found))


def _carry_out(request: HttpRequest, found: Dispute, action: Action, allowed: bool) -> HttpResponse:
    seen = _seen(request)
    if not allowed and (seen is None or seen == found.event_count or not roles_of(found, request.user)):
        raise PermissionDenied
    form = ACTS[action].form(request.POST, request.FILES, dispute=found)
    if not allowed:
        return _act_page(request, found, action, form, stale=mediation.stale_words(found))
    if form.is_valid():
        try:
            ACTS[action].do(found, form, seen=seen, by=request.user)
        except StalePage as stale:
            return _act_page(request, dispute_or_404(request, found.case.number), action, form, stale=stale.message)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, ACTS[action].told)
            return redirect(found)
    return _act_page(request, found, action, form, seen=seen)


def _act_page(
    request: HttpRequest, found: Dispute, action: Action, form: DisputeForm, *, seen: int | None = None, stale: str = ""
) -> HttpResponse:
    """The step's page, or its form alone for the dialog."""
    context = {
        "dispute": found,
        "action": action,
        "act": ACTS[action],
        "form": form,
        "seen": found.event_count if seen is None else seen,
        "stale": stale,
    }
    in_dialog = request.htmx and request.method == "GET"
    template = "desk/parts/dispute_act_form.html" if in_dialog else "desk/dispute_act.html"
    return render(request, template, context, status=409 if stale else 200)


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET asks why; POST shows a party in plain for five minutes, and leaves a record of who looked and why."""
    found = open_or_404(request, number)
    party = get_object_or_404(found.parties.exclude(name=""), pk=pk)
    shown = {
        "dispute": found,
        "row": party_row(found, party),
        "reasons": REASONS.items(),
        "seconds": int(SHOWN_FOR.total_seconds()),
    }
    if request.method == "POST":
        try:
            shown["plain"] = mediation.open_contact(party, request.POST.get("reason", ""), by=request.user)
        except DomainError as refusal:
            shown["refusal"] = refusal.message
    in_place = request.htmx and "plain" in shown
    return render(request, "desk/parts/dispute_contact_shown.html" if in_place else "desk/dispute_contact.html", shown)


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_safe
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """人民调解协议书 on A4, to be signed and sealed: names in full, therefore logged."""
    found = open_or_404(request, number)
    held = get_object_or_404(Agreement, dispute=found, is_oral=False)
    context = {
        "dispute": found,
        "agreement": held,
        "parties": mediation.parties_to_sign(found, by=request.user),
        "now": timezone.now(),
    }
    return render(request, "desk/print_agreement.html", context)


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_safe
def scan(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A scanned page of the file, for insiders."""
    held = get_object_or_404(Scan.objects.select_related("photo"), pk=pk, dispute=open_or_404(request, number))
    return photo_response(held.photo, size="thumb" if "thumb" in request.GET else "full")
