"""The one search box: households, cases, wishes and consultations. What was typed never stands readable in an address.

The box posts; the words are sealed into a token, and the page with the results holds the token in its address. So
reloading, going back and two windows side by side work, and neither the log of the web server nor the history of the
browser says who was looked for (docs/decisions/0015-search.md).
"""

import base64
import binascii
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from audit.services import record
from cases.models import Case
from common import crypto
from common.normalise import clean_digits, clean_text
from common.sensitive import mask
from consultations.models import Consultation
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from households.doors import MOST_TYPED
from households.models import Household
from households.search import Found, find, holds_number, is_number
from wishes.models import Wish

CASES = 7
WISHES = 7
CONSULTATIONS = 7


@dataclass
class Results:
    """What the page shows; None where a kind is not searched for this person or not by these words."""

    typed: str = ""
    households: Found | None = None
    cases: list[Case] | None = None
    more_cases: bool = False
    wishes: list[Wish] | None = None
    more_wishes: bool = False
    consultations: list[Consultation] | None = None

    @property
    def called(self) -> str:
        """What was typed, a whole number masked."""
        number = clean_digits(self.typed)
        return mask(number, "phone" if len(number) < 15 else "id_number") if is_number(self.typed) else self.typed

    @property
    def is_part_of_a_number(self) -> bool:
        """Digits that look like a phone or identity number, but not a whole one: nothing is found by a part."""
        return holds_number(self.typed) and not is_number(self.typed)

    @property
    def is_empty(self) -> bool:
        """Nothing found at all."""
        return not (self.households or self.cases or self.wishes or self.consultations)


@require(Ability.HANDLE, Ability.HOUSEHOLDS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """POST seals what was typed and leads to its results; GET shows them. Words alone may also come as `?q=`."""
    if request.method == "POST":
        typed = _clean(request.POST.get("q", ""))
        return redirect(f"{reverse('desk:search')}?t={_seal(typed, request.user)}" if typed else "desk:search")
    typed = _clean(request.GET.get("q", ""))
    if holds_number(typed):
        messages.info(request, "号码不能放在网址里，请在上方的搜索框里输入。")
        return redirect("desk:search")
    if "t" in request.GET:
        opened = _open(request.GET["t"], request.user)
        if opened is None:
            messages.info(request, "这个搜索地址已经失效，请重新输入。")
            return redirect("desk:search")
        typed = opened
    context = {"results": _results(typed, request.user), "searched": "" if is_number(typed) else typed}
    return render(request, "desk/search.html", context)


def _results(typed: str, user: User | AnonymousUser) -> Results:
    """Households of the user's scope, cases, wishes and consultations; a whole number is looked up among households only."""
    found = Results(typed)
    if not typed:
        return found
    if Ability.HOUSEHOLDS in abilities_of(user):
        found.households = _households(typed, user)
    if Ability.HANDLE in abilities_of(user) and not is_number(typed):
        matching = Case.objects.visible_to(user).matching(typed).for_page().order_by("-pk")[: CASES + 1]
        found.cases, found.more_cases = list(matching)[:CASES], len(matching) > CASES
        wishes = Wish.objects.visible_to(user).matching(typed).select_related("area", "case")
        wishes = list(wishes.order_by("-pk")[: WISHES + 1])
        found.wishes, found.more_wishes = wishes[:WISHES], len(wishes) > WISHES
        held = Consultation.objects.visible_to(user).matching(typed).select_related("area")
        found.consultations = list(held.order_by("-pk")[:CONSULTATIONS])
    return found


@transaction.atomic
def _households(typed: str, user: User | AnonymousUser) -> Found:
    """A search by number is kept in the audit log: that it was made, and which households it led to."""
    found = find(Household.objects.visible_to(user), typed)
    if is_number(typed):
        led_to = [household.pk for household in found]
        record("household.search_phone", subject=("household", led_to[0] if led_to else 0), by=user, found=led_to)
    return found


def _clean(text: str) -> str:
    return " ".join(clean_text(text[: 10 * MOST_TYPED]).split())[:MOST_TYPED]


def _seal(typed: str, user: User | AnonymousUser) -> str:
    return base64.urlsafe_b64encode(crypto.seal(typed, aad=f"desk.search:{user.pk}")).decode().rstrip("=")


def _open(token: str, user: User | AnonymousUser) -> str | None:
    """What was typed; None for a token that is damaged, of another person, or of a key no longer held."""
    try:
        sealed = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", altchars=b"-_", validate=True)
        return crypto.unseal(sealed, aad=f"desk.search:{user.pk}")
    except (binascii.Error, ValueError, crypto.Unreadable):
        return None
