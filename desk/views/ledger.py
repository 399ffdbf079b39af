"""区级研判: what climbed to the district, reviewed one by one by 区委组织部 and handed out by 区委办."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from cases.models import Case
from common.errors import DomainError
from desk import review_page
from desk.forms_district import ReviewForm, RowForm, newest_items, units
from desk.review_page import VIEWS, Drawer
from grids.decorators import require
from grids.permissions import Ability
from supervision.services import reviewing
from supervision.services.handing import BatchRefused, hand_out_batch


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_http_methods(["GET", "POST"])
def ledger(request: HttpRequest) -> HttpResponse:
    """The lists with the review of one case beside them; a POST takes a decision and shows the next case."""
    view = request.GET.get("view")
    view = view if view in VIEWS else review_page.own_view(request.user)
    chosen = _chosen(request)
    drawer = review_page.drawer(chosen, request.user) if chosen else None
    if request.method == "POST":
        answer = _act(request, drawer, view)
        if answer:
            return answer
    context = {**review_page.lists(request, view), "chosen": chosen, "drawer": drawer, "view": view}
    fragment = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, "desk/ledger.html#ledger" if fragment else "desk/ledger.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _chosen(request: HttpRequest) -> Case | None:
    number = request.POST.get("case") or request.GET.get("case")
    if not number:
        return None
    rows = Case.objects.visible_to(request.user).for_page().select_related("category__usual_unit")
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _act(request: HttpRequest, drawer: Drawer | None, view: str) -> HttpResponse | None:
    """Take what was decided; None where the page is to be shown again with what was typed and what is wrong."""
    action = request.POST.get("action")
    if drawer is None or not ((action == "review" and drawer.form) or (action == "hand_out" and drawer.row)):
        raise PermissionDenied
    following = review_page.following(request.user, drawer.case, view)
    told = _review(request, drawer) if action == "review" else _hand_out(request, drawer)
    if not told:
        return None
    number = drawer.case.number if "save" in request.POST else following
    messages.success(request, told if number else f"{told}，这一栏都办完了")
    query = {"view": view} | ({"case": number} if number else {})
    return redirect(f"{reverse('desk:ledger')}?{urlencode(query)}")


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _review(request: HttpRequest, drawer: Drawer) -> str:
    """Keep or decide; empty where something is wrong, which the form then says."""
    form = drawer.form = ReviewForm(request.POST, case=drawer.case, user=request.user, review=drawer.review)
    valid = form.is_valid()
    try:
        if "save" in request.POST and not {"lead", "helpers", "opinion"} & set(form.errors):
            reviewing.save_review(drawer.case, form.thought(), by=request.user)
            return "已暂存"
        return form.carry_out(seen=_seen(request), by=request.user) if valid else ""
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return ""


def _hand_out(request: HttpRequest, drawer: Drawer) -> str:
    """Hand this one case out, as a batch of one."""
    case = drawer.case
    form = RowForm(request.POST, case=case, item=newest_items([case]).get(case.pk), choices=units())
    drawer.row = form
    if not form.is_valid():
        return ""
    try:
        batch = hand_out_batch([form.row()], by=request.user)
    except BatchRefused as refusal:
        form.add_error(None, refusal.faults[case.number])
        return ""
    return f"已交办{form.cleaned_data['lead'].name}，{batch}"
