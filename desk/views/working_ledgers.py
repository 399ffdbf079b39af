"""台账清单: the open ones and what was issued, one with its items, issuing, printing, the file."""

import tempfile
from contextlib import ExitStack

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from desk.forms_district import EntryForm, IssueForm
from desk.ledger_sheet import LedgerSheet, write_file
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from supervision.models import Ledger, LedgerEntry, LedgerItem
from supervision.services import ledgers as verbs


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_safe
def ledgers(request: HttpRequest) -> HttpResponse:
    """The open ledgers, and those issued in one year."""
    years = list(
        Ledger.objects.filter(issued_at__isnull=False).values_list("year", flat=True).distinct().order_by("-year")
    )
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), timezone.localdate().year)
    counted = Ledger.objects.annotate(
        found=Count("items"), struck=Count("items", filter=Q(items__struck_at__isnull=False))
    ).select_related("issued_by")
    context = {
        "open": list(counted.filter(issued_at__isnull=True).order_by("number")),
        "issued": list(counted.filter(issued_at__isnull=False, year=year).order_by("-number")),
        "years": years,
        "year": year,
    }
    return render(request, "desk/working_ledgers.html", context)


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_safe
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """One ledger: its items, what happened to them, and the form that issues it."""
    return _page(request, get_object_or_404(Ledger, pk=pk), IssueForm())


def _page(request: HttpRequest, found: Ledger, form: IssueForm) -> HttpResponse:
    sheet = LedgerSheet(found, request.user)
    may_issue = Ability.COLLECT in abilities_of(request.user) and not found.is_issued
    context = {"ledger": found, "sheet": sheet, "form": form, "may_issue": may_issue, "entry_form": EntryForm()}
    return render(request, "desk/working_ledger.html", context)


@require(Ability.COLLECT)
@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """印发, with the document number somebody typed."""
    found = get_object_or_404(Ledger, pk=pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        verbs.issue(found, form.cleaned_data["document_number"], by=request.user)
        messages.success(request, f"{found.called}已印发，内容不再改动")
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("desk:working-ledger", found.pk)


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The ledger as an A4 sheet; one that is still open says so."""
    sheet = LedgerSheet(get_object_or_404(Ledger, pk=pk), request.user)
    sheet.printed(by=request.user)
    return render(request, "desk/print_working_ledger.html", {"sheet": sheet, "ledger": sheet.ledger})


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The ledger as .xlsx."""
    sheet = LedgerSheet(get_object_or_404(Ledger, pk=pk), request.user)
    with ExitStack() as stack:
        target = stack.enter_context(tempfile.TemporaryFile())
        write_file(sheet, target, by=request.user)
        target.seek(0)
        stack.pop_all()  # handed to the response, which closes it
    return FileResponse(target, as_attachment=True, filename=sheet.file_name)


def _item(request: HttpRequest, pk: int) -> LedgerItem:
    rows = LedgerItem.objects.visible_to(request.user).select_related("case", "ledger")
    return get_object_or_404(rows, pk=pk)


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A remark on one item, kept for good."""
    item = _item(request, pk)
    form = EntryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        verbs.entry(item, LedgerEntry.Kind.NOTE, form.cleaned_data["text"], by=request.user)
        messages.success(request, "已记下")
        return redirect("desk:working-ledger", item.ledger_id)
    return render(request, "desk/ledger_item_note.html", {"item": item, "form": form})


@require(Ability.COLLECT)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case out of a ledger that is still open."""
    item = _item(request, pk)
    if item.ledger.is_issued:
        messages.error(request, f"{item.ledger.called}已经印发，不能再移出事项。以后的变化请另记。")
        return redirect("desk:working-ledger", item.ledger_id)
    try:
        verbs.remove(item, by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已移出清单，事项照常办理")
    return redirect("desk:working-ledger", item.ledger_id)
