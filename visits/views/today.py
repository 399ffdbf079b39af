"""今日: whom to visit."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.normalise import clean_text
from grids.decorators import require
from grids.permissions import Ability
from households.doors import MOST_TYPED
from households.models import Household
from households.search import Found, find, holds_number, is_number
from visits.today_list import as_rows, today_for


@require(Ability.VISIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """The due list; POST looks for a door or a name, which stays out of the address."""
    later = "later" in request.GET
    typed = _clean(request.POST.get("q", "")) if request.method == "POST" else ""
    context = {"day": timezone.localdate(), "later": later, "onward": "?later=1" if later else ""}
    if typed:
        found = _find(request, typed)
        rows = as_rows(found.rows, request.user, context["day"])
        partial = holds_number(typed) and not is_number(typed)
        typed = "" if is_number(typed) else typed
        context |= {"found": rows, "more": found.more, "typed": typed, "partial": partial}
    else:
        context["today"] = today_for(request.user, request.GET)
    return render(request, "field/today.html", context)


def _clean(text: str) -> str:
    return " ".join(clean_text(text[: 10 * MOST_TYPED]).split())[:MOST_TYPED]


@transaction.atomic
def _find(request: HttpRequest, typed: str) -> Found:
    """Households that live there. A search by number is kept in the audit log, as on the desk."""
    found = find(Household.objects.visible_to(request.user).living(), typed)
    if is_number(typed):
        led_to = [household.pk for household in found]
        record(
            "household.search_phone", subject=("household", led_to[0] if led_to else 0), by=request.user, found=led_to
        )
    return found
