"""登记事项: staff enter a request for somebody who came, called, or was visited."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases import services as cases
from cases.models import Case, Report
from cases.services import likeness
from cases.services.similar import Asked, suggested
from common.errors import DomainError
from common.templatetags.weidu import receipt
from desk.case_similar import SHOWN
from desk.forms import RegisterForm
from grids.decorators import require
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


@require(Ability.REGISTER)
@never_cache
@require_POST
def similar(request: HttpRequest) -> HttpResponse:
    """What may be the same trouble as what is typed so far; posted, because words of residents belong in no address."""
    return render(request, "desk/parts/similar_choice.html", {"similar": _similar_typed(request)})


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
    """Open cases the person sees that may be the same trouble; none for a complaint about a colleague."""
    area, category, compound = (cleaned.get(name) for name in ("area", "category", "compound"))
    if not area or not category or cleaned.get("about"):
        return []
    place = f"{cleaned.get('place', '')} {compound.name if compound else ''}"
    words = likeness.told(cleaned.get("text", ""), subject=cleaned.get("title", ""), place=place)
    asked = Asked(area.code, [category.pk], compound.pk if compound else None, words)
    return suggested(Case.objects.visible_to(request.user).open().select_related("area"), asked, limit=SHOWN)


def _page(
    request: HttpRequest, form: RegisterForm, similar: list[Case] | None = None, *, ask: bool = False
) -> HttpResponse:
    context = {"form": form, "similar": similar or [], "ask": ask, "chosen": request.POST.get("join", "")}
    return render(request, "desk/register.html", context)
