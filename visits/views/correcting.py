"""Putting a visit right, for a day, by whoever wrote it down."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError, StalePage
from grids.decorators import require
from grids.permissions import Ability
from visits import services as visits
from visits.forms import VisitForm
from visits.models import Visit
from visits.views.visiting import visit_or_404
from visits.visit_page import VisitPage
from visits.written import as_typed


@require(Ability.VISIT)
@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """GET: the visit as a form. POST: the new version; on refusal the form with everything typed, and why."""
    found = visit_or_404(request, uuid)
    if found.visitor_id != request.user.pk:
        raise PermissionDenied
    if not visits.may_correct(found, request.user):
        messages.warning(request, "已过更正时间，走访记录在第二天结束前可以更正。")
        return redirect(found)
    if request.method != "POST":
        return _page(request, found, VisitPage(found.household, request.user, typed=as_typed(found), visit=found))
    typed = request.POST.copy()
    typed["submission"] = str(found.uuid)
    form = VisitForm(typed, household=found.household, user=request.user, corrects=found)
    if form.is_valid():
        try:
            visits.correct(found, form.said(), seen=_seen(request), by=request.user)
        except StalePage as stale:
            found.refresh_from_db()
            page = VisitPage(found.household, request.user, typed=as_typed(found), visit=found, faults=[stale.message])
            return _page(request, found, page, status=409)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已保存更正，原来的内容留在下面的“更正以前”里")
            return redirect(found)
    return _page(request, found, VisitPage(found.household, request.user, form=form, typed=typed, visit=found))


def _page(request: HttpRequest, found: Visit, page: VisitPage, status: int = 200) -> HttpResponse:
    return render(request, "field/visit_correct.html", {"page": page, "visit": found}, status=status)


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None
