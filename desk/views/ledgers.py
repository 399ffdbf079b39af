"""导出台账: every list as a file, or as a sheet to print."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms import StyledForm
from common.errors import DomainError
from desk.ledgers import LEDGERS, Ledger, exporting
from desk.ledgers.exporting import LEAST_WORDS, MOST_WORDS, REASONS, Order
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from jobs.models import Job
from jobs.tasks import work

_OURS = ("print", "masked", "page", "cursor")
# Where a refused export leads back to.
_LISTS = {
    "cases": "desk:cases",
    "bundles": "desk:bundles",
    "wishes": "desk:wishes",
    "disputes": "desk:disputes",
    "agency": "desk:agency",
    "consultations": "desk:consultations",
    "money-lines": "desk:consultations",
    "visits": "desk:coverage",
    "households": "desk:households",
    "residents": "desk:households",
    "care-tags": "desk:households",
    "posts": "desk:posts",
    "vacancies": "desk:posts",
    "handovers": "desk:posts",
    "selections": "desk:posts",
    "compounds": "desk:ground",
    "buildings": "desk:ground",
    "owners-bodies": "desk:ground",
    "chat-groups": "desk:ground",
    "organizations": "desk:organizations",
    "partnerships": "desk:organizations",
    "centres": "desk:centres",
    "points": "desk:points",
}


class UnmaskForm(StyledForm):
    """Why somebody needs names and phones in full."""

    reason = forms.ChoiceField(
        label="原因",
        choices=[("", "请选择"), *REASONS.items()],
        error_messages={"required": "请选择导出完整信息的原因。"},
    )
    words = forms.CharField(
        label="用途",
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        help_text="用自己的话写明给谁用、做什么。会印在表的第三行，不写居民姓名和电话。",
        error_messages={"required": "请写明用途。", "min_length": f"请写明用途，至少{LEAST_WORDS}个字。"},
    )


def ledger_or_404(request: HttpRequest, code: str) -> Ledger:
    """The ledger of this code, where the signed-in person may have it."""
    ledger = LEDGERS.get(code)
    if ledger is None:
        raise Http404
    if not ledger.abilities <= abilities_of(request.user):
        raise PermissionDenied
    return ledger


@require(Ability.EXPORT)
@never_cache
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The list as it is filtered: masked, or in full for a reason. Large ones become a job; `?print=1` is a sheet."""
    ledger = ledger_or_404(request, code)
    query = _query(request.GET)
    if request.GET.get("print"):
        return _print(request, ledger, query)
    may_choose = ledger.personal and Ability.UNMASK in abilities_of(request.user)
    if request.method == "POST" and not may_choose:
        raise PermissionDenied
    form = UnmaskForm(request.POST if request.method == "POST" else None)
    try:
        if form.is_bound and form.is_valid():
            return _hand_out(exporting.order(ledger, query=query, unmasked=True, by=request.user, **form.cleaned_data))
        if request.method == "GET" and (not may_choose or request.GET.get("masked")):
            return _hand_out(exporting.order(ledger, query=query, by=request.user))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        if not may_choose:
            return redirect(_back(ledger, query))
    shown = {"ledger": ledger, "form": form, "query": query.urlencode(), "back": _back(ledger, query)}
    return render(request, "desk/ledger_choose.html", shown)


def _query(given: QueryDict) -> QueryDict:
    """What the list was narrowed by, without what this page adds."""
    kept = given.copy()
    for name in _OURS:
        kept.pop(name, None)
    return kept


def _hand_out(asked: Order) -> HttpResponse:
    rows = exporting.rows_of(asked)
    if exporting.count_of(rows) > exporting.AT_ONCE:
        job = exporting.start(asked)
        transaction.on_commit(work.delay, robust=True)
        return redirect("desk:ledger-job", pk=job.pk)
    file, name = exporting.as_file(asked)
    return FileResponse(file, as_attachment=True, filename=name)


def _back(ledger: Ledger, query: QueryDict) -> str:
    return f"{reverse(_LISTS.get(ledger.code, 'desk:home'))}?{query.urlencode()}"


def _print(request: HttpRequest, ledger: Ledger, query: QueryDict) -> HttpResponse:
    """The first thousand rows as an A4 sheet, always masked."""
    asked = exporting.order(ledger, query=query, by=request.user)
    rows, count, heading = exporting.printed(asked)
    classes = [{"center": "c", "right": "r"}.get(column.align, "") for column in ledger.headers]
    total = sum(column.width for column in ledger.headers)
    return render(
        request,
        "desk/print_ledger.html",
        {
            "ledger": ledger,
            "rows": [list(zip(cells, classes, strict=True)) for cells in rows],
            "count": count,
            "left_out": max(0, count - len(rows)),
            "heading": heading,
            "columns": [(column, f"{column.width * 100 / total:.2f}%") for column in ledger.headers],
            "now": timezone.localtime(),
            "back": _back(ledger, query),
        },
    )


@require(Ability.EXPORT)
@never_cache
@require_safe
def progress(request: HttpRequest, pk) -> HttpResponse:
    """How far the writing of a large ledger is; the card asks again every second until it has ended."""
    job = _own(request, pk)
    ended = job.finished_at and not job.result_file
    context = {"job": job, "cleared": ended and job.state == Job.State.DONE, "days": exporting.KEPT.days}
    response = render(request, "desk/ledger_job.html#job" if request.htmx else "desk/ledger_job.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require(Ability.EXPORT)
@never_cache
@require_safe
def file(request: HttpRequest, pk) -> HttpResponse:
    """The file of a large ledger, for its owner."""
    job = _own(request, pk)
    try:
        content, name = exporting.fetched(job, by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("desk:ledger-job", pk=job.pk)
    return FileResponse(content, as_attachment=True, filename=name)


def _own(request: HttpRequest, pk) -> Job:
    job = get_object_or_404(Job.objects.visible_to(request.user).filter(kind=exporting.EXPORT), pk=pk)
    needed = LEDGERS[job.payload["ledger"]].abilities | ({Ability.UNMASK} if job.payload["unmasked"] else set())
    if not needed <= abilities_of(request.user):
        raise PermissionDenied
    return job
