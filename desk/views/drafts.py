"""拟稿: what a unit's worker wrote, before somebody of the unit lets it out."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case, Draft
from cases.services import drafting
from cases.spot_roles import may_release, writes_at
from common.errors import DomainError, StalePage
from desk import spot_rows
from desk.forms import DecisionForm
from grids.decorators import require
from grids.permissions import Ability

CHANGED = "拟稿人刚刚改过这份拟稿，请看过新的再定。您填写的意见还在。"


def _draft_or_404(request: HttpRequest, pk: int) -> Draft:
    """A draft of the unit one works at; nobody else knows of it."""
    visible = Case.objects.visible_to(request.user)
    found = spot_rows.drafts(Draft.objects.filter(pk=pk, case__in=visible))
    if not found or not writes_at(found[0], request.user):
        raise Http404
    return found[0]


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the words as they will be read outside. POST: let them out, or hand them back with what to change."""
    found = _draft_or_404(request, pk)
    if request.method == "GET":
        return _draft_page(request, found, DecisionForm())
    if not found.is_waiting:
        messages.warning(request, _why_over(found))
        return redirect("desk:case", found.case.number)
    if not may_release(found, request.user):
        raise PermissionDenied
    form = DecisionForm(request.POST)
    if _version(request) != found.drafted_at:
        return _draft_page(request, found, form, stale=CHANGED)
    if not form.is_valid():
        return _draft_page(request, found, form)
    try:
        _decide(found, form.cleaned_data, request.user)
    except StalePage:
        return _draft_page(request, _draft_or_404(request, pk), form, stale=CHANGED)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _draft_page(request, _draft_or_404(request, pk), form)
    messages.success(request, "已同意发出" if form.cleaned_data["agreed"] else "已退回修改")
    return redirect("desk:case", found.case.number)


def _decide(found: Draft, decision: dict, user) -> None:
    if decision["agreed"]:
        drafting.release(found, by=user)
    else:
        drafting.hand_back(found, decision["note"], by=user)


def _draft_page(request: HttpRequest, found: Draft, form: DecisionForm, *, stale: str = "") -> HttpResponse:
    over = "" if found.is_waiting else _why_over(found)
    context = {"row": spot_rows.waiting(found, request.user), "case": found.case, "form": form}
    context |= {"stale": stale, "over": over}
    return render(request, "desk/draft.html", context, status=409 if stale else 200)


def _version(request: HttpRequest) -> datetime | None:
    """Which words the person read: when they were written."""
    try:
        return datetime.fromisoformat(request.POST.get("version", ""))
    except ValueError:
        return None


def _why_over(found: Draft) -> str:
    if found.decided_by:
        return f"这份拟稿已由{found.decided_by.called}{'同意发出' if found.agreed else '退回修改'}。"
    if found.decided_at:
        return "这份拟稿已经撤回，或者已有人直接答复。"
    return "事项已经往下办了，这份拟稿随之失效。"


@require(Ability.HANDLE)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own draft."""
    found = _draft_or_404(request, pk)
    if found.drafted_by_id != request.user.pk:
        raise PermissionDenied
    try:
        drafting.withdraw(found, by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "已撤回拟稿")
    return redirect("desk:case", found.case.number)
