"""结百家亲: the households one is paired with, and what was done for each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from desk.forms_households import DeedForm
from grids.permissions import abilities_of
from households.models import Household, Pairing
from households.services import pairing as pairings_of

MINE_SHOWN = 200


def _mine(user):
    """The user's own current pairings with household and door."""
    rows = Pairing.objects.current().filter(user=user).select_related("household__compound", "household__area")
    return rows.defer("household__contact_phone", "household__search")


@login_required
@never_cache
@require_safe
def pairings(request: HttpRequest) -> HttpResponse:
    """The households the signed-in person is paired with, those done least for first."""
    rows = _mine(request.user).annotate(deeds_done=Count("deeds"), last_date=Max("deeds__happened_date"))
    rows = list(rows.order_by(F("last_date").asc(nulls_first=True), "pk")[:MINE_SHOWN])
    if not rows and not abilities_of(request.user):
        raise PermissionDenied
    return render(request, "desk/household_pairings.html", {"rows": rows})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def pairing(request: HttpRequest, pk: int) -> HttpResponse:
    """One pairing: what was done, and for the cadre a form to add to it."""
    found = _visible(request.user, pk)
    own = found.user_id == request.user.pk and Pairing.objects.current().filter(pk=pk).exists()
    if request.method == "POST" and not own:
        raise PermissionDenied
    form = DeedForm(request.POST if request.method == "POST" else None, initial={"happened_date": timezone.localdate()})
    if form.is_bound and form.is_valid():
        try:
            pairings_of.note_deed(found, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记")
            return redirect("desk:pairing", found.pk)
    deeds = found.deeds.select_related("noted_by").order_by("-happened_date", "-pk")
    context = {"pairing": found, "household": found.household, "deeds": deeds, "form": form, "own": own}
    return render(request, "desk/household_pairing.html", context)


def _visible(user, pk: int) -> Pairing:
    """A pairing of a household the user sees."""
    found = Pairing.objects.select_related("user", "household__compound", "household__area").filter(pk=pk).first()
    if found and Household.objects.visible_to(user).filter(pk=found.household_id).exists():
        return found
    if not abilities_of(user):
        raise PermissionDenied
    raise Http404
