"""认领: from the wall to a promise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from public import claimed
from public.forms_claims import WishClaimForm
from public.views.claims import volunteers
from public.wish_keys import number_of
from wishes import services as wishes
from wishes.models import Claim, Wish


@require_http_methods(["GET", "POST"])
@volunteers
def claim(request: HttpRequest, key: str) -> HttpResponse:
    """The public wording, what claiming means, and the promise. Of several people at once one gets it."""
    number = number_of(key)
    mine = claimed.own(request.user).live().filter(wish__number=number).first()
    if mine is not None:
        return redirect("public:claim", mine.uuid)
    wish = claimed.claimable(number)
    form = WishClaimForm(request.POST if request.method == "POST" else None)
    if wish is None:
        return _gone_page(request, number)
    if request.method == "GET" or not request.volunteer.may_claim or not form.is_valid():
        return _wish_page(request, wish, form)
    try:
        made = _promise(request, wish, form)
    except DomainError as refusal:
        still = claimed.claimable(number)
        if still is None:
            return _gone_page(request, number, refusal.message)
        return _wish_page(request, still, form, refusal.message)
    messages.success(request, "认领好了，谢谢您。打开就能看到怎样联系对方。")
    return redirect("public:claim", made.uuid)


def _promise(request: HttpRequest, wish: Wish, form: WishClaimForm) -> Claim:
    # What the button said is done: who pressed 认领 and came second is asked before joining somebody.
    if "join" in request.POST:
        return wishes.join(wish, by=request.user)
    return wishes.claim(wish, **form.cleaned_data, by=request.user)


def _wish_page(request: HttpRequest, wish: Wish, form: WishClaimForm, refusal: str = "") -> HttpResponse:
    page = {
        "wish": wish,
        "form": form,
        "refusal": refusal,
        "joins": claimed.may_join(wish),
        "volunteer": request.volunteer,
        "lapse_days": claimed.lapse_days(),
    }
    return render(request, "claims/wish.html", page, status=409 if refusal else 200)


def _gone_page(request: HttpRequest, number: str, refusal: str = "") -> HttpResponse:
    """Calm words and the way back; a number that never stood on the wall is told nothing else than one that left it."""
    taken = claimed.is_taken(number)
    page = {"refusal": refusal, "taken": taken}
    lost = request.method == "POST" and taken
    return render(request, "claims/gone.html", page, status=409 if refusal or lost else 200 if taken else 404)
