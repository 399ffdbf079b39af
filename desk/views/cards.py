"""服务牌: what stands on the cards of a grid, and the sheet to print."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from desk.cards import content, sheet
from desk.cards.layout import FORMATS, Kind
from desk.forms_cards import CardsForm, areas_to_print
from grids.decorators import require
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability


@require(Ability.REGISTER)
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """GET: what would be printed for `?area=`. POST: the PDF, or why it cannot be printed."""
    areas = areas_to_print(request.user)
    area = _chosen(areas, request.POST.get("area") or request.GET.get("area", ""))
    if request.method == "GET":
        return _page(request, CardsForm(areas=areas, initial={"area": area.code if area else ""}), area)
    form = CardsForm(request.POST, areas=areas)
    if area is None or not form.is_valid():
        return _page(request, form, area)
    kind, copies = Kind(form.cleaned_data["kind"]), form.cleaned_data["copies"]
    try:
        target, name = sheet.print_cards(area, kind=kind, copies=copies, by=request.user)
    except DomainError as refusal:
        return _page(request, form, area, refusal=refusal.message)
    return FileResponse(target, as_attachment=True, filename=name, content_type="application/pdf")


def _chosen(areas: list[Area], code: str) -> Area | None:
    """The area of this code among one's own; the first grid where none is asked for."""
    if not code:
        return next((area for area in areas if area.level == Level.GRID), None)
    found = next((area for area in areas if area.code == code), None)
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, form: CardsForm, area: Area | None, *, refusal: str = "") -> HttpResponse:
    shown = content.of(area) if area else None
    page = {
        "form": form,
        "area": area,
        "shown": shown,
        "whole_community": bool(area) and area.level == Level.COMMUNITY,
        "unprintable": shown.unprintable() if shown else [],
        "callable": [one for one in shown.team if one.phone] if shown else [],
        "sizes": [(kind.label, FORMATS[kind], sheet.grid_of(kind).cards) for kind in Kind],
        "refusal": refusal,
    }
    return render(request, "desk/cards.html", page)
