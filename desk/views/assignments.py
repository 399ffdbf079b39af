"""任务: what the own units and areas owe on cases; one assignment; what either side does to it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.assignment_acts import ACTS, act_of, form_for, perform
from cases.assignment_roles import is_theirs, open_assignment_actions
from cases.models import Assignment
from cases.states import Action
from common.errors import DomainError
from desk.assignment_list import listing
from desk.assignment_page import AssignmentPage, visible_assignment
from desk.ground_page import address
from grids.decorators import require
from grids.permissions import Ability


def assignment_or_404(request: HttpRequest, pk: int) -> Assignment:
    """The assignment, where the signed-in person may see its case."""
    found = visible_assignment(request.user, pk)
    if found is None:
        raise Http404
    return found


@require(Ability.HANDLE)
@require_safe
def assignments(request: HttpRequest) -> HttpResponse:
    """The list. The address holds its whole state; htmx gets the list alone."""
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    found = listing(request.user, request.GET)
    context = {"list": found, "here": f"{address(request.GET, 'page', 'view')}view={found.view.slug}&"}
    response = render(request, "desk/assignments.html#list" if fragment else "desk/assignments.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.HANDLE)
@never_cache
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one assignment, for the side that owes it and the side that gave it."""
    found = assignment_or_404(request, pk)
    return render(request, "desk/assignment.html", {"page": AssignmentPage(found, request.user), "task": found})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """GET: the form of an action. POST: carry it out; on refusal the form with everything typed, and why."""
    found = assignment_or_404(request, pk)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    if not is_theirs(action, found, request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _carry_out(request, found, action)
    if action not in open_assignment_actions(found, request.user):
        messages.warning(request, f"这项任务现在是“{found.get_state_display()}”，不能{act_of(found, action).label}。")
        return redirect("desk:assignment", found.pk)
    return _act_page(request, found, action, form_for(found, action, request.user))


def _carry_out(request: HttpRequest, found: Assignment, action: Action) -> HttpResponse:
    act = act_of(found, action)
    form = form_for(found, action, request.user, request.POST, request.FILES)
    if not form.is_valid():
        return _act_page(request, found, action, form)
    try:
        draft = perform(found, action, form, by=request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, assignment_or_404(request, found.pk), action, form)
    messages.success(request, "已报审批人，同意后发出" if draft else act.done or f"{act.label}已完成")
    return redirect("desk:assignment", found.pk)


def _act_page(request: HttpRequest, found: Assignment, action: Action, form) -> HttpResponse:
    """The action's page, or its form alone for the dialog; without its button where the action is gone."""
    context = {
        "task": found,
        "case": found.case,
        "action": action,
        "act": act_of(found, action),
        "form": form,
        "gone": action not in open_assignment_actions(found, request.user),
    }
    in_place = request.htmx and request.method == "GET"
    return render(request, "desk/parts/assignment_form.html" if in_place else "desk/assignment_act.html", context)
