"""登记事项: staff enter a request for somebody who came, called, or was visited."""

from django.contrib import messages
from django.db.models import Case as Choose
from django.db.models import Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import services as cases
from cases.models import Case, Report
from common.errors import DomainError
from common.templatetags.weidu import receipt
from desk.case_page import SIMILAR_SHOWN
from desk.forms import RegisterForm
from grids.decorators import require
from grids.levels import Level, code_at
from grids.permissions import Ability, abilities_of


@require(Ability.REGISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """GET: the form; with htmx, the similar cases of a place and category. POST: open a case, or join an open one."""
    if request.method == "GET":
        if request.htmx:
            return render(request, "desk/parts/similar_choice.html", {"similar": _similar_typed(request)})
        return _page(request, RegisterForm(user=request.user))
    form = RegisterForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _page(request, form, _similar_typed(request))
    asked = form.request()
    if earlier := cases.find_report(asked):
        return _registered(request, earlier)
    near = _similar(request, form.cleaned_data)
    if near and "join" not in request.POST:
        return _page(request, form, near, ask=True)
    try:
        report = _enter(request, asked, near)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, near)
    return _registered(request, report)


def _registered(request: HttpRequest, report: Report) -> HttpResponse:
    messages.success(request, f"已登记，受理编号{receipt(report.receipt)}")
    # Who only reports (楼栋长、单元长) does not open cases: the next one may follow.
    if Ability.HANDLE in abilities_of(request.user):
        return redirect("desk:case", report.case.number)
    return redirect("desk:register")


def _enter(request: HttpRequest, asked: cases.Request, near: list[Case]) -> Report:
    chosen = request.POST.get("join", "")
    target = next((case for case in near if case.number == chosen), None)
    if target is not None:
        return cases.join(target, asked, by=request.user)
    return cases.register(asked, by=request.user)


def _similar_typed(request: HttpRequest) -> list[Case]:
    """Similar cases for what is typed so far, valid or not."""
    typed = request.POST if request.method == "POST" else request.GET
    form = RegisterForm(typed, user=request.user)
    form.is_valid()
    return _similar(request, form.cleaned_data)


def _similar(request: HttpRequest, cleaned: dict) -> list[Case]:
    """Open cases of the same community and category that the person sees; none for a complaint about a colleague."""
    area, category = cleaned.get("area"), cleaned.get("category")
    if not area or not category or cleaned.get("about"):
        return []
    rows = Case.objects.visible_to(request.user).open().filter(about__isnull=True, category=category)
    rows = rows.filter(community=code_at(area.code, Level.COMMUNITY)).for_page()
    if compound := cleaned.get("compound"):
        # The same compound first; what lies in another one is another trouble.
        here = Choose(When(compound=compound, then=0), default=1)
        rows = rows.filter(Q(compound=compound) | Q(compound__isnull=True)).order_by(here, "-created_at")
    else:
        rows = rows.order_by("-created_at")
    return list(rows[:SIMILAR_SHOWN])


def _page(
    request: HttpRequest, form: RegisterForm, similar: list[Case] | None = None, *, ask: bool = False
) -> HttpResponse:
    context = {"form": form, "similar": similar or [], "ask": ask, "chosen": request.POST.get("join", "")}
    return render(request, "desk/register.html", context)
