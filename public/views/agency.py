"""代办服务: what the community does for people, the guide of each item, and the request on the same page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agency import services as errands
from common.errors import DomainError
from grids.levels import Level, level_of
from public import catalog, errand, throttles, visitor
from public.agency_forms import ErrandForm
from public.views.where import placed, where_page


# No `never_cache` here: 返回 in the browser must bring back what was typed.
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def agency(request: HttpRequest) -> HttpResponse:
    """The form, its errors, and the way to the receipt. htmx asks for the guide of the chosen item alone."""
    if request.method == "GET":
        asks_guide = bool(request.htmx and request.htmx.target == "guide")
        return _page(request, ErrandForm(initial=_linked(request)), fragment=asks_guide)
    form = ErrandForm(request.POST)
    if throttles.is_busy(request, "try"):
        return _page(request, form, busy=True)
    if "find" in request.POST or "choose" in request.POST:
        return _page(request, placed(form, request.POST.get("choose", "")))
    if not form.is_valid():
        return _page(request, form)
    if throttles.is_busy(request, "submit"):
        return _page(request, form, busy=True)
    try:
        asked = errands.ask(form.asking(), by=None)
    except DomainError as refusal:
        return _page(request, form, refusal=refusal.message)
    key = asked.case.uuid
    return visitor.keep_receipt(request, redirect("public:receipt", key), key)


def _linked(request: HttpRequest) -> dict[str, str]:
    """What a link to the form, or a choice on it, says already."""
    grid = catalog.place(request.GET.get("grid", ""))
    known = {name: request.GET[name] for name in ("item", "community") if name in request.GET}
    if grid and level_of(grid.code) == Level.GRID:
        known |= {"community": grid.code[:12], "grid": grid.code}
    return known


def _page(request: HttpRequest, form: ErrandForm, *, fragment: bool = False, **more) -> HttpResponse:
    """The form with everything typed so far."""
    page = {
        "form": form,
        "guides": errand.guides(),
        "guide": errand.guide(form["item"].value() or ""),
        **where_page(form),
        "door": "errand",
        "notice": catalog.notice(),
        **more,
    }
    template = "public/agency.html#guide" if fragment else "public/agency.html"
    response = render(request, template, page, status=429 if more.get("busy") else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response
