"""办理公示: releasing words about a case, taking them back, and what is closed and not yet released."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import shown
from cases.models import Case, Publication
from cases.models.publication import listed_under
from cases.roles import may_release
from cases.services import publishing
from cases.services.acting import stale_words
from common.errors import DomainError, StalePage
from common.pages import bounded_count, keyset
from desk import work
from desk.forms_openly import PublishForm
from desk.ground_page import address
from desk.views.case import case_or_404
from grids.decorators import require
from grids.models import Area
from grids.permissions import Ability

SIZE, MOST = 20, 1000


@require(Ability.HANDLE)
@require_safe
def openly(request: HttpRequest) -> HttpResponse:
    """Closed cases the person may release and nobody has, newest first."""
    rows = work.to_publish(request.user)
    page = keyset(work.called(rows), order=("-created_at", "-id"), cursor=request.GET.get("page"), size=SIZE)
    found = bounded_count(rows, MOST)
    return render(request, "desk/openly.html", {"page": page, "found": found, "here": address(request.GET, "page")})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the words, prefilled. POST: the preview as residents will see it, or the release."""
    case = case_or_404(request, number)
    if not may_release(case, request.user):
        raise PermissionDenied
    if why_not := publishing.obstacle(case):
        messages.warning(request, why_not)
        return redirect("desk:case", case.number)
    form = PublishForm(request.POST or None, case=case, user=request.user)
    seen = _seen(request)
    if request.method == "GET" or not form.is_valid():
        return _page(request, case, form, seen=seen)
    if "preview" in request.POST:
        return _page(request, case, form, seen=seen, line=_preview(case, form))
    try:
        publishing.publish(case, **form.cleaned_data, seen=seen, by=request.user)
    except StalePage:
        return _page(request, case_or_404(request, number), form, stale=stale_words(case))
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, case, form, seen=seen)
    messages.success(request, "已公示，居民现在能看到。")
    return redirect("desk:case", case.number)


def _page(
    request: HttpRequest, case: Case, form: PublishForm, *, seen: int | None = None, line=None, stale: str = ""
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "seen": case.event_count if seen is None else seen,
        "line": line,
        "stale": stale,
        "standing": Publication.objects.of_case(case).exists(),
    }
    return render(request, "desk/publish.html", context, status=409 if stale else 200)


def _preview(case: Case, form: PublishForm) -> shown.Line:
    """What was typed, put together by what draws the public page."""
    row = Publication(case=case, released_at=timezone.now(), **vars(form.words), **listed_under(case))
    row.before, row.after = form.cleaned_data.get("before"), form.cleaned_data.get("after")
    codes = [case.area_id[:size] for size in (6, 9, 12, 15)]
    names = dict(Area.objects.filter(code__in=codes).values_list("code", "full_name"))
    (line,) = shown.as_lines([row], called=lambda code: names.get(code, ""), photo_url=_photo_url)
    return line


def _photo_url(row: Publication, which: str, size: str) -> str:
    return reverse("desk:photo", args=[getattr(row, which).photo_id, size])


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@require(Ability.HANDLE)
@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """撤下公示 by staff."""
    case = case_or_404(request, number)
    if not may_release(case, request.user):
        raise PermissionDenied
    try:
        publishing.take_back(case, Publication.Why.STAFF, by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, "已撤下，居民看不到了。")
    return redirect("desk:case", case.number)
