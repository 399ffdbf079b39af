"""回访: whom to call, the script with the three questions beside it, what came of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import CallBack
from cases.models.callback import MAX_TRIES
from cases.roles import may_list_call
from cases.services import calling
from cases.services.reveal import REASONS
from common.errors import DomainError
from common.pages import bounded_count, keyset
from common.templatetags.weidu import cn_date
from desk import call_page
from desk.forms_calls import CallForm
from desk.ground_page import address
from desk.views.case import case_or_404
from grids.decorators import require
from grids.permissions import Ability
from grids.scope import scope_of

SIZE, MOST = 20, 1000


@require(Ability.HANDLE)
@require_safe
def callbacks(request: HttpRequest) -> HttpResponse:
    """待回访: what the person's seats are to ask, those due first."""
    rows = CallBack.objects.at_seats_of(request.user).waiting()
    page = keyset(rows.for_list(), order=("due_by", "id"), cursor=request.GET.get("page"), size=SIZE)
    context = {
        "page": page,
        "rows": call_page.lines(page.rows),
        "found": bounded_count(rows, MOST),
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/callbacks.html", context)


@require(Ability.HANDLE)
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What was heard on the person's ground in the last 90 days: sums first, then call by call. Nobody is ranked."""
    rows = call_page.made(request.user)
    page = keyset(
        rows.for_list(), order=("-done_at", "-id"), cursor=request.GET.get("page"), size=SIZE, never_null=True
    )
    sums = call_page.sums(rows)
    context = {
        "page": page,
        "sums": sums,
        "figures": [sums.solved, sums.content],
        "found": bounded_count(rows, MOST),
        "days": call_page.DAYS,
        "here": address(request.GET, "page"),
    }
    return render(request, "desk/callback_results.html", context)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, pk: int) -> HttpResponse:
    """The script and the questions. 404 for other people's ground, 403 where another seat calls."""
    visible = CallBack.objects.visible_to(request.user).for_list()
    found = get_object_or_404(visible, pk=pk)
    if found.seat not in scope_of(request.user).seats:
        raise PermissionDenied
    if not found.is_waiting:
        messages.warning(request, "这次回访已经结束，不用再填。")
        return redirect("desk:case", found.case.number)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            calling.answer(found, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _told(found))
            return redirect("desk:callbacks")
    return render(request, "desk/callback.html", _context(request, found, form))


def _context(request: HttpRequest, found: CallBack, form: CallForm) -> dict:
    return {
        "call": found,
        "case": found.case,
        "form": form,
        "contact": call_page.contact_of(found, request.user),
        "answer": call_page.answer_of(found),
        "reasons": REASONS.items(),
        "tries_left": MAX_TRIES - found.tries,
        "caller": call_page.caller(found),
    }


def _told(found: CallBack) -> str:
    if found.is_waiting:
        return f"已记下没有联系上，{cn_date(found.due_by)}再问一次。"
    return "已记下：无法联系，不计入满意率。" if not found.reached else "回访已记下。"


@require(Ability.HANDLE)
@require_POST
def new(request: HttpRequest, number: str) -> HttpResponse:
    """列入回访, for the person's own seat."""
    case = case_or_404(request, number)
    if not may_list_call(case, request.user):
        raise PermissionDenied
    seat = call_page.own_seat(request.user, case)
    if not seat:
        raise Http404
    try:
        listed = calling.ask(case, seat=seat, by=request.user)
    except DomainError as refusal:
        messages.warning(request, refusal.message)
        return redirect("desk:case", case.number)
    return redirect("desk:callback", listed.pk)
