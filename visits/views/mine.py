"""我的: what I wrote down, what I raised, and what I want to say about the portal."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from common.pages import bounded_count, keyset
from grids.decorators import require
from grids.permissions import Ability
from visits.forms_own import SuggestionForm
from visits.models import Suggestion, Visit
from visits.services import may_correct, own, suggesting
from visits.services import raised as things
from visits.services.hinting import hints_for
from wishes.models import Volunteer

PER_PAGE = 20


@require(Ability.VISIT)
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Where everything of one's own is found, with today's count for oneself."""
    page = {
        "today": own.today_of(request.user, timezone.localdate()),
        "hints": hints_for(request.user),
        "claims": Volunteer.objects.filter(user=request.user).exists(),
    }
    return render(request, "field/mine.html", page)


@require(Ability.VISIT)
@never_cache
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Visits I wrote down, youngest first; those of today and yesterday may be corrected."""
    rows = Visit.objects.filter(visitor=request.user).select_related("household", "compound")
    page = keyset(rows, order=("-happened_at", "-id"), cursor=request.GET.get("page"), size=PER_PAGE)
    found = [(visit, may_correct(visit, request.user)) for visit in page.rows]
    context = {"page": page, "visits": found, "found": bounded_count(rows, 1000), "here": "", "measure": "次"}
    return render(request, "field/visits.html", context)


@require(Ability.VISIT)
@never_cache
@require_safe
def raised(request: HttpRequest) -> HttpResponse:
    """What my visits opened and where it stands now; `?state=ended`: what has ended."""
    ended = request.GET.get("state") == "ended"
    rows = things.of(request.user, ended=ended)
    page = keyset(rows, order=things.ORDER, cursor=request.GET.get("page"), size=PER_PAGE)
    context = {
        "page": page,
        "households": things.by_household(page.rows, request.user),
        "ended": ended,
        "found": bounded_count(rows, 1000),
        "here": "state=ended&" if ended else "",
        "measure": "件",
    }
    return render(request, "field/raised.html", context)


@require(Ability.VISIT)
@never_cache
@require_http_methods(["GET", "POST"])
def suggestions(request: HttpRequest) -> HttpResponse:
    """意见建议: what I said with the answers; POST says something new, and what was typed stays where it is refused."""
    form = SuggestionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            suggesting.suggest(form.cleaned_data["text"], by=request.user)
        except DomainError as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, "已经收到，答复以后会通知您。")
            return redirect("field:suggestions")
    rows = Suggestion.objects.filter(by=request.user).order_by("-created_at", "-pk")[:50]
    return render(request, "field/suggestions.html", {"form": form, "suggestions": rows})
