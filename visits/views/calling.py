"""拨打: one number of a household, for one call, written down first."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids.decorators import require
from grids.permissions import Ability
from households.access import access_to
from households.services.revealing import SHOWN_FOR, reveal
from visits.labels import door_label
from visits.views.visiting import household_or_404
from visits.visit_page import number_of

REASON = "call"


@require(Ability.VISIT)
@never_cache
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the masked number. POST: the number with one button to call it, for five minutes; who looked is kept."""
    household = household_or_404(request, pk)
    if not access_to(household, request.user).reveal:
        raise PermissionDenied
    number = number_of(household)
    if number is None:
        raise Http404
    context = {
        "household": household,
        "label": door_label(household),
        "number": number,
        "seconds": int(SHOWN_FOR.total_seconds()),
    }
    if request.method == "POST":
        context["plain"] = reveal(household, number.field, REASON, resident=number.resident, by=request.user)
    in_place = request.htmx and "plain" in context
    return render(request, "field/parts/call_shown.html" if in_place else "field/call.html", context)
