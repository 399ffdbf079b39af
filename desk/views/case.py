"""One case: its page, a reporter's contact for one look, its photos."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases import services as cases
from cases.models import Case, CasePhoto
from cases.services.reveal import REASONS, SHOWN_FOR
from common.errors import DomainError
from desk.case_page import CasePage, contacts, visible_case
from files.services import photo_response
from grids.decorators import require
from grids.permissions import Ability


def case_or_404(request: HttpRequest, number: str) -> Case:
    """The case of this number, where the signed-in person may see it."""
    found = visible_case(request.user, number)
    if found is None:
        raise Http404
    return found


@require(Ability.HANDLE, Ability.REGISTER)
@never_cache
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case page."""
    return render(request, "desk/case.html", {"page": CasePage(case_or_404(request, number), request.user)})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET asks why; POST shows name and phone for five minutes, and leaves a record of who looked and why."""
    held = case_or_404(request, number)
    found = next((row for row in contacts(held, request.user) if row.report.pk == pk), None)
    if found is None:
        raise Http404
    if not found.url:
        raise PermissionDenied
    shown = {"case": held, "contact": found, "reasons": REASONS.items(), "seconds": int(SHOWN_FOR.total_seconds())}
    if request.method == "POST":
        try:
            shown["plain_name"], shown["plain_phone"] = cases.reveal_contact(
                found.report, request.POST.get("reason", ""), by=request.user
            )
        except DomainError as refusal:
            shown["refusal"] = refusal.message
    in_place = request.htmx and "plain_phone" in shown
    return render(request, "desk/parts/contact_shown.html" if in_place else "desk/contact.html", shown)


@require(Ability.HANDLE, Ability.REGISTER)
@require_safe
def photo(request: HttpRequest, pk: str, size: str) -> HttpResponse:
    """A photo of a case, for those who may see the case; size is full or thumb."""
    if size not in ("full", "thumb"):
        raise Http404
    visible = Case.objects.visible_to(request.user)
    held = get_object_or_404(CasePhoto.objects.select_related("photo"), photo_id=pk, case__in=visible)
    return photo_response(held.photo, size=size)
