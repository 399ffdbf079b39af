"""督办: the board, a lane as a list, one order with its paper, and what 区委办 does to it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from desk import forms_orders
from desk.forms_orders import ACTS, Act, IssueForm
from desk.ground_page import address
from desk.order_page import OrderPage, place_of, visible_order
from desk.supervision_board import Board, listing
from desk.views.case import case_or_404
from grids.decorators import require
from grids.permissions import Ability
from supervision.models import Order
from supervision.services.ordering import addressee, may_issue


def order_or_404(request: HttpRequest, pk: int) -> Order:
    """The order of this id, where the signed-in person may see it."""
    found = visible_order(request.user, pk)
    if found is None:
        raise Http404
    return found


@require(Ability.HAND_OUT, Ability.COLLECT)
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """The board; the address holds its filters, htmx gets lanes and table alone."""
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    context = {"board": Board(request.user, request.GET), "here": address(request.GET, "page", "lane")}
    response = render(request, "desk/supervision.html#board" if fragment else "desk/supervision.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.HAND_OUT, Ability.COLLECT)
@require_safe
def supervised(request: HttpRequest) -> HttpResponse:
    """One lane, page by page."""
    context = {
        "list": listing(request.user, request.GET),
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "lane"),
    }
    return render(request, "desk/supervised.html", context)


@require(Ability.HANDLE)
@never_cache
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one order."""
    return render(request, "desk/order.html", {"page": OrderPage(order_or_404(request, pk), request.user)})


@require(Ability.HANDLE)
@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper on A4, with room for seal and signatures; nothing a resident said stands on it."""
    found = order_or_404(request, pk)
    if found.assignment is None:
        raise Http404
    context = {"order": found, "case": found.case, "place": place_of(found), "now": timezone.localtime()}
    return render(request, "desk/order_sheet.html", context)


@require(Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, number: str) -> HttpResponse:
    """A new order on a case: the kind that is next, or a sentence why none may go out."""
    case = case_or_404(request, number)
    form = IssueForm(request.POST) if request.method == "POST" else None
    try:
        kind = may_issue(case)
        if form is None:
            form = IssueForm(kind=kind)
        elif form.is_valid():
            sent = forms_orders.issue(case, form.cleaned_data, request.user)
            messages.success(request, f"{sent.called}已发给{sent.assignment.whose}")
            return redirect(sent)
        return _form_page(request, case, form, kind)
    except DomainError as refusal:
        return _form_page(request, case, form, None, refused=refusal.message)


def _form_page(request: HttpRequest, case, form, kind, *, refused: str = "") -> HttpResponse:
    """The form of an order; with a refusal everything typed stays. A page that is no longer true answers 409."""
    whose = ""
    if kind:
        unit, area = addressee(case)
        whose = unit.name if unit else area.name
    context = {"case": case, "form": form, "kind": kind, "whose": whose, "refused": refused}
    return render(request, "desk/order_new.html", context, status=409 if refused and form is not None else 200)


@require(Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """GET: the form of an action on an order. POST: carry it out; on refusal the form with everything typed, and why."""
    found = order_or_404(request, pk)
    if action not in ACTS:
        raise Http404
    chosen = ACTS[action]
    if request.method == "GET":
        if not chosen.waits(found):
            messages.warning(request, f"这份督办现在是“{found.progress}”，不能{chosen.label}。")
            return redirect(found)
        return _act_page(request, found, action, _unbound(chosen, found))
    form = chosen.form(request.POST, order=found)
    if not chosen.waits(found):
        return _act_page(request, found, action, form, stale=f"这份督办现在是“{found.progress}”，不能{chosen.label}。")
    if not form.is_valid():
        return _act_page(request, found, action, form)
    try:
        chosen.run(found, form.cleaned_data, request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, found, action, form)
    messages.success(request, chosen.told)
    return redirect(found)


def _unbound(chosen: Act, found: Order):
    """The empty form; a paper's form carries the kind that is next."""
    if chosen.form is not IssueForm:
        return chosen.form(order=found)
    try:
        return IssueForm(order=found, kind=may_issue(found.case))
    except DomainError:
        return IssueForm(order=found, kind=found.kind)


def _act_page(request: HttpRequest, found: Order, action: str, form, *, stale: str = "") -> HttpResponse:
    refused = stale
    if ACTS[action].form is IssueForm and not stale:
        try:
            may_issue(found.case)
        except DomainError as refusal:
            refused = refusal.message
    context = {
        "order": found,
        "case": found.case,
        "act": ACTS[action],
        "action": action,
        "form": form,
        "refused": refused,
    }
    return render(request, "desk/order_act.html", context, status=409 if stale else 200)
