"""微心愿: the list, one wish, a wisher's contact for one look, what staff do to a wish."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError, StalePage
from desk.forms_wishes import ACTS, WishForm, form_for, perform
from desk.ground_page import address
from desk.wish_list import listing
from desk.wish_page import WallCard, WishPage, contact_of, proof_of, visible_wish, wall_card
from files.services import photo_response
from grids.decorators import require
from grids.permissions import Ability
from wishes import services as wishes_of
from wishes.models import Wish
from wishes.roles import open_actions
from wishes.services.acting import stale_words
from wishes.services.contact import REASONS, SHOWN_FOR
from wishes.states import Action


def wish_or_404(request: HttpRequest, number: str) -> Wish:
    """The wish of this number, where the signed-in person may see it."""
    found = visible_wish(request.user, number)
    if found is None:
        raise Http404
    return found


@require(Ability.HANDLE)
@require_safe
def wishes(request: HttpRequest) -> HttpResponse:
    """The list. The address holds its whole state; htmx gets the list alone."""
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    context = {
        "list": listing(request.user, request.GET, with_figures=not fragment),
        "fragment": fragment,
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "view"),
    }
    response = render(request, "desk/wishes.html#list" if fragment else "desk/wishes.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.HANDLE)
@never_cache
@require_safe
def wish(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one wish."""
    found = wish_or_404(request, number)
    return render(request, "desk/wish.html", {"page": WishPage(found, request.user), "wish": found})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """GET asks why; POST shows name, door and phone for five minutes, and leaves a record of who looked and why."""
    found = wish_or_404(request, number)
    masked = contact_of(found, request.user)
    if not masked.url:
        raise PermissionDenied
    shown = {"wish": found, "contact": masked, "reasons": REASONS.items(), "seconds": int(SHOWN_FOR.total_seconds())}
    if request.method == "POST":
        try:
            shown["plain"] = wishes_of.contact_for_staff(found, request.POST.get("reason", ""), by=request.user)
        except DomainError as refusal:
            shown["refusal"] = refusal.message
    in_place = request.htmx and "plain" in shown
    return render(request, "desk/parts/wish_contact_shown.html" if in_place else "desk/wish_contact.html", shown)


@require(Ability.HANDLE)
@require_safe
def photo(request: HttpRequest, number: str) -> HttpResponse:
    """The photo a claimer sent when it was done, for those who may see the wish."""
    held = proof_of(wish_or_404(request, number))
    if held is None:
        raise Http404
    return photo_response(held, size="full")


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the form of an action. POST: carry it out; on refusal the form with everything typed, and why."""
    found = wish_or_404(request, number)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    if request.method == "POST":
        return _carry_out(request, found, action)
    if action not in open_actions(found, request.user):
        raise PermissionDenied
    return _act_page(request, found, action, form_for(found, action, request.user))


def _carry_out(request: HttpRequest, found: Wish, action: Action) -> HttpResponse:
    seen = _seen(request)
    form = form_for(found, action, request.user, request.POST)
    if action not in open_actions(found, request.user):
        if seen is None or seen == found.event_count:
            raise PermissionDenied
        return _act_page(request, found, action, form, stale=stale_words(found), gone=True)
    if not form.is_valid():
        return _act_page(request, found, action, form, seen=seen)
    if "preview" in request.POST and hasattr(form, "words"):
        return _act_page(request, found, action, form, seen=seen, card=wall_card(found, form.words))
    try:
        perform(found, action, form, seen=seen, by=request.user)
    except StalePage as stale:
        return _act_page(request, wish_or_404(request, found.number), action, form, stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, found, action, form, seen=seen)
    messages.success(request, ACTS[action].told)
    return redirect("desk:wish", found.number)


def _act_page(
    request: HttpRequest,
    found: Wish,
    action: Action,
    form: WishForm,
    *,
    seen: int | None = None,
    stale: str = "",
    gone: bool = False,
    card: WallCard | None = None,
) -> HttpResponse:
    """The action's page, or its form alone for the dialog. `gone`: the wish moved on and the action went with it."""
    context = {
        "wish": found,
        "action": action,
        "act": ACTS[action],
        "form": form,
        "seen": found.event_count if seen is None else seen,
        "stale": stale,
        "gone": gone,
        "card": card,
    }
    template = "desk/parts/wish_act_form.html" if request.htmx and request.method == "GET" else "desk/wish_act.html"
    return render(request, template, context, status=409 if stale else 200)


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
