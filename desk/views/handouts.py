"""交办单: several cases handed out at once, and the papers of what was handed out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from cases.models import Case
from cases.services.acting import OFFICE_UNIT
from common.errors import DomainError
from common.pages import keyset
from desk.forms_district import BatchForm, RowForm, newest_items, row_form, units
from grids.decorators import require
from grids.permissions import Ability
from supervision.models import HandOut, HandOutItem
from supervision.printing import batch_words, state_of
from supervision.services.handing import BatchRefused, hand_out_batch

MOST = 50


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_safe
def handouts(request: HttpRequest) -> HttpResponse:
    """Every batch, newest first."""
    rows = HandOut.objects.select_related("handed_by").prefetch_related("items")
    page = keyset(rows, order=("-handed_at", "-id"), cursor=request.GET.get("page"))
    return render(request, "desk/handouts.html", {"page": page})


@require(Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET: a row for every ticked case. POST: hand all of them out, or show what is wrong with everything typed."""
    given = request.POST if request.method == "POST" else request.GET
    picked = given.getlist("pick")[:MOST]
    waiting = Case.objects.visible_to(request.user).open().filter(number__in=picked)
    found = waiting.for_page().select_related("category__usual_unit").order_by("queue_rank", "due_at", "id")
    here = [case for case in found if case.handling_unit and case.handling_unit.code == OFFICE_UNIT]
    gone = sorted(set(picked) - {case.number for case in here})
    if not here:
        messages.error(request, "请先在“待交办”里勾选事项。" if not picked else "勾选的事项已经不在区委办待交办。")
        return redirect("desk:ledger")
    data = request.POST if request.method == "POST" else None
    choices, items = units(), newest_items(here)
    rows = [row_form(case, data, choices=choices, items=items) for case in here]
    form = BatchForm(data)
    if data is not None and not gone and (batch := _hand_out(form, rows, request)):
        messages.success(request, f"已交办{len(rows)}件，{batch}")
        return redirect("desk:handout", batch.pk)
    context = {"rows": rows, "form": form, "gone": gone, "wrong": sum(bool(row.errors) for row in rows)}
    return render(request, "desk/handout_new.html", context)


def _hand_out(form: BatchForm, rows: list[RowForm], request: HttpRequest) -> HandOut | None:
    """The batch; None where something is wrong, which form and rows then say."""
    checked = [row.is_valid() for row in rows]
    if not form.is_valid() or not all(checked):
        return None
    try:
        return hand_out_batch([row.row() for row in rows], form.cleaned_data["document_number"], by=request.user)
    except BatchRefused as refusal:
        for row in rows:
            if words := refusal.faults.get(row.case.number):
                row.add_error(None, words)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
    return None


def _items(request: HttpRequest, batch: HandOut) -> list[HandOutItem]:
    rows = batch.items.visible_to(request.user).for_paper()
    return list(rows.select_related("case__category", "case__handling_unit", "lead"))


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_safe
def handout(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: who leads and helps, until when, and how far each case is now."""
    batch = get_object_or_404(HandOut.objects.select_related("handed_by"), pk=pk)
    items = _items(request, batch)
    lines = list(zip(items, batch_words(items), [state_of(item.case) for item in items], strict=True))
    return render(request, "desk/handout.html", {"batch": batch, "lines": lines})


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The batch as an A4 sheet, without personal data."""
    batch = get_object_or_404(HandOut.objects.select_related("handed_by"), pk=pk)
    items = _items(request, batch)
    record("handout.print", subject=("handout", batch.pk), by=request.user, rows=len(items))
    return render(
        request, "desk/print_handout.html", {"batch": batch, "rows": batch_words(items), "now": timezone.localtime()}
    )
