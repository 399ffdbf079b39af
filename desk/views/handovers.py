"""交接: ordering one, its page with what is still held, the successor's confirmation, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from desk import handing_over
from desk.arranging import find_people, may_arrange
from desk.forms_posts import HandoverForm
from desk.posts_page import holder_of
from desk.views.posts import posting_to_arrange
from grids.decorators import require
from grids.models import Handover
from grids.permissions import Ability
from grids.services import handovers as services
from grids.services.postings import Place, open_handover


@require(Ability.POSTS)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """办交接: what the person still holds, then to whom and until when."""
    row = posting_to_arrange(request, pk)
    if ongoing := open_handover(row):
        return redirect("desk:handover", ongoing.pk)
    asked = request.POST if request.method == "POST" else request.GET
    people = [person for person in find_people(asked.get("q", "")) if person.pk != row.user_id]
    form = HandoverForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid():
        try:
            handover = services.order_handover(row, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已通知{handover.successor.called}，等确认")
            return redirect("desk:handover", handover.pk)
    context = {
        "posting": row,
        "holdings": handing_over.holdings(row.user, row),
        "form": form,
        "people": people,
        "q": asked.get("q", "").strip()[:30],
        "area_code": Place.under(row).code[:12],
    }
    return render(request, "desk/handover_new.html", context)


def _handover_or_404(request: HttpRequest, pk: int) -> tuple[Handover, bool]:
    """A hand-over one is part of or arranges, and whether one arranges it."""
    row = (
        Handover.objects.select_related(
            "successor", "ordered_by", "confirmed_by", "cancelled_by", "posting__user", "posting__post", "posting__area",
            "posting__unit", "posting__compound", "posting__building", "posting__entrance",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip
    if row is None:
        raise Http404
    arranges = may_arrange(request.user, row.posting.post, Place.under(row.posting))
    if not arranges and request.user.pk not in {row.successor_id, row.posting.user_id, row.ordered_by_id}:
        raise Http404
    return row, arranges


@login_required
@never_cache
@require_safe
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-over: for the successor, the holder, who ordered it, and who arranges posts there. Open to people
    without any posting yet: the successor may be new.
    """
    row, arranges = _handover_or_404(request, pk)
    open_still = not row.confirmed_at and not row.cancelled_at
    context = {
        "handover": row,
        "posting": row.posting,
        "holder": holder_of(row),
        "holdings": handing_over.holdings(holder_of(row), row.posting) if open_still else [],
        "open": open_still,
        "mine": open_still and row.successor_id == request.user.pk,
        "arranges": arranges,
        "may_cancel": open_still and arranges and not row.fell_at,
        "shows_note": arranges or request.user.pk in {row.successor_id, row.posting.user_id, row.ordered_by_id},
        "area_code": Place.under(row.posting).code[:12],
    }
    return render(request, "desk/handover.html", context)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """接任人确认: everything passes at once. Others get 403."""
    row, _ = _handover_or_404(request, pk)
    if row.successor_id != request.user.pk:
        raise PermissionDenied
    try:
        passed = handing_over.confirm(row, by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        words = "，".join(f"{label}{number}" for label, number in passed.items() if number)
        messages.success(request, f"已接任{row.posting.place_name}{row.posting.post}" + (f"：{words}" if words else ""))
    return redirect("desk:handover", row.pk)


@require(Ability.POSTS)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销交接."""
    row, arranges = _handover_or_404(request, pk)
    if not arranges:
        raise PermissionDenied
    try:
        services.cancel_handover(row, by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已撤销交接")
    return redirect("desk:handover", row.pk)
