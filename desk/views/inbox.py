"""事项: the list, and many at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from cases.states import Action
from cases.together import act_on
from desk import work
from desk.bulk import BULK
from desk.filters import listing
from desk.forms_bulk import BulkForm
from grids.decorators import require
from grids.permissions import Ability

_AFTERWARDS = "bulk_afterwards"


@require(Ability.HANDLE, Ability.REGISTER)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The inbox. The address holds its whole state; htmx gets the list alone."""
    afterwards = request.session.pop(_AFTERWARDS, None) or {}
    found = listing(request.user, request.GET)
    kept = afterwards.get("typed") or {}
    fragment = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    context = {
        "list": found,
        "fragment": fragment,
        "here": _address(request.GET, "page"),
        "view_address": _address(request.GET, "page", "view"),
        "colleagues": work.colleagues_of(request.user) if found.page.rows else [],
        "refused": afterwards.get("refused", []),
        "picked": [number for number, _ in afterwards.get("refused", [])],
        "kept_to": str(kept.get("to", "")),
        "kept_note": kept.get("note", ""),
    }
    response = render(request, "desk/inbox.html#list" if fragment else "desk/inbox.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _address(query: QueryDict, *without: str) -> str:
    """The query string without some of its parts, ready to have one appended."""
    kept = query.copy()
    for name in without:
        kept.pop(name, None)
    text = kept.urlencode()
    return f"{text}&" if text else ""


@require(Ability.HANDLE)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Sign or hand over the ticked cases, then back to the list, which says what could not be done and why."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect(form.back)
    action = Action(form.cleaned_data["do"])
    typed = {"to": form.cleaned_data["to"], "note": form.cleaned_data["note"]}
    outcome = act_on(form.cleaned_data["pick"], action, typed, by=request.user)
    if outcome.done:
        messages.success(request, f"已{BULK[action]}{len(outcome.done)}件")
    if outcome.refused:
        request.session[_AFTERWARDS] = {"refused": outcome.refused, "typed": typed}
    return redirect(form.back)
