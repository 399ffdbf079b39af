"""类案: cases that are one trouble, seen and answered together."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import services as cases
from cases.models import Bundle, Case
from cases.roles import may_bundle, may_unbundle
from cases.services import bundling, likeness
from cases.states import Action
from cases.together import Outcome, answer_together
from common.errors import DomainError
from desk.case_similar import members
from desk.forms_bundles import BundleForm, TogetherForm
from desk.views.case import case_or_404
from grids.decorators import require
from grids.permissions import Ability

_ROWS = 100


@require(Ability.HANDLE)
@require_safe
def bundles(request: HttpRequest) -> HttpResponse:
    """Bundles that hold something the person sees, the newest first, with how many of their cases are open."""
    mine = Case.objects.visible_to(request.user).filter(bundled__removed_at__isnull=True, bundled__isnull=False)
    counts = dict(mine.order_by().values_list("bundled__bundle").annotate(n=Count("pk")))
    still = dict(mine.open().order_by().values_list("bundled__bundle").annotate(n=Count("pk")))
    rows = Bundle.objects.filter(pk__in=counts).select_related("opened_by").order_by("-opened_at", "-pk")[:_ROWS]
    return render(request, "desk/bundles.html", {"rows": [(row, counts[row.pk], still.get(row.pk, 0)) for row in rows]})


@require(Ability.HANDLE)
@require_POST
def bundle_up(request: HttpRequest, number: str) -> HttpResponse:
    """归为类案: the ticked cases and this one."""
    case = case_or_404(request, number)
    form = BundleForm(request.POST)
    if not form.is_valid():
        for error in (words for found in form.errors.values() for words in found):
            messages.warning(request, error)
        return redirect("desk:case", number)
    chosen = list(Case.objects.visible_to(request.user).filter(number__in=form.cleaned_data["pick"]).for_page())
    if not all(may_bundle(one, request.user) for one in (case, *chosen)):
        raise PermissionDenied
    try:
        bundle = cases.bundle_up(case, chosen, title=form.cleaned_data["title"], by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
        return redirect("desk:case", number)
    messages.success(request, f"已归为类案“{bundle.title}”")
    return redirect("desk:bundle", bundle.pk)


def _bundle_or_404(request: HttpRequest, pk: int) -> Bundle:
    return get_object_or_404(Bundle.objects.visible_to(request.user).select_related("opened_by"), pk=pk)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: its cases. POST: one answer to all that are open and the person's to answer, and what became of each."""
    found = _bundle_or_404(request, pk)
    if request.method == "GET":
        return _page(request, found, TogetherForm())
    form = TogetherForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    outcome = answer_together(found, Action(form.cleaned_data["action"]), form.typed, by=request.user)
    if not outcome.refused and outcome.done:
        messages.success(request, f"已答复{len(outcome.done)}件")
        return redirect("desk:bundle", pk)
    return _page(request, found, TogetherForm() if outcome.done else form, outcome)


def _page(request: HttpRequest, found: Bundle, form: TogetherForm, outcome: Outcome | None = None) -> HttpResponse:
    rows = list(members(found, request.user).annotate(told=Count("reports", distinct=True)))
    titles = {row.number: row.headline for row in rows}
    context = {
        "bundle": found,
        "rows": rows,
        "open": [row for row in rows if row.is_open],
        "people": sum(row.told for row in rows),
        "form": form,
        "outcome": outcome,
        "refused": [(number, titles.get(number, ""), why) for number, why in outcome.refused] if outcome else [],
        "consultation": _consultation(rows),
    }
    return render(request, "desk/bundle.html", context)


def _consultation(rows: list[Case]) -> str:
    """Where a consultation begins with these cases; "" where the portal has none."""
    try:
        address = reverse("desk:consultation-new")
    except NoReverseMatch:
        return ""
    return f"{address}?{'&'.join(f'case={row.number}' for row in rows)}" if rows else ""


@require(Ability.HANDLE)
@require_POST
def take_out(request: HttpRequest, number: str) -> HttpResponse:
    """移出类案, with the reason."""
    case = case_or_404(request, number)
    held = bundling.bundle_of(case)
    if held is None:
        raise Http404
    if not may_unbundle(case, request.user):
        raise PermissionDenied
    try:
        cases.take_out(case, request.POST.get("reason", "")[:200], by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "已移出类案，事项照常办理")
    stays = Bundle.objects.visible_to(request.user).filter(pk=held.pk).exists()
    return redirect("desk:bundle", held.pk) if stays else redirect("desk:case", number)


@require(Ability.HANDLE)
@require_safe
def circle(request: HttpRequest, pk: int) -> HttpResponse:
    """Cases whose texts are alike, behind a topic of the board: those the person sees, the newest first."""
    rows = list(
        likeness.of_circle(Case.objects.visible_to(request.user), pk).for_page().order_by("-created_at")[:_ROWS]
    )
    if not rows:
        raise Http404
    first = next((row for row in rows if may_bundle(row, request.user)), None)
    return render(request, "desk/alike.html", {"rows": rows, "first": first})
