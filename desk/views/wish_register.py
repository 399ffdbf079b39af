"""登记心愿: staff take a wish down for somebody."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from common.templatetags.weidu import receipt
from desk.forms_wish_register import RegisterWishForm
from desk.household_page import visible_household
from desk.wish_page import visible_wish
from grids.decorators import require
from grids.permissions import Ability
from grids.scope import scope_of
from households.access import covers
from households.models import Household
from wishes import services as wishes


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """GET: the form, for a household where one is named. POST: take the wish in; the same form twice is one wish."""
    household = household_of(request)
    form = RegisterWishForm(request.POST if request.method == "POST" else None, user=request.user, household=household)
    if form.is_bound and form.is_valid():
        try:
            taken = wishes.submit(form.asked(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已登记心愿，受理编号{receipt(taken.number)}")
            # Who only reports (楼栋长、单元长) does not open wishes: the next one may follow.
            seen = visible_wish(request.user, taken.number)
            return redirect(taken) if seen else redirect("desk:wish-register")
    return render(request, "desk/wish_register.html", {"form": form, "household": household})


def household_of(request: HttpRequest) -> Household | None:
    """The household of the address or the form: one the person sees, and may register for."""
    typed = request.POST.get("household") or request.GET.get("household", "")
    if not typed:
        return None
    found = visible_household(request.user, int(typed)) if _is_key(typed) else None
    if found is None or not covers(scope_of(request.user, granting=Ability.REGISTER), found):
        raise Http404
    return found


def _is_key(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 10
