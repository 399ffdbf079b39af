"""便民服务点: where residents find services and work near home."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids import shown
from grids.levels import Level, level_of
from grids.models import ServicePoint
from public import catalog, neighbourhood

_A_PAGE = 20


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Service and employment points of a street or community, in words: open, full or paused."""
    place = catalog.place(request.GET.get("place", ""))
    if place and level_of(place.code) == Level.GRID:
        place = catalog.place(place.code[:12])
    kind = request.GET.get("kind", "")
    kind = kind if kind in ServicePoint.Kind.values else ""
    rows = neighbourhood.points_of(place.code if place else "", kind)
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "public/points.html",
        {
            "page": page,
            "rows": [(row, catalog.community_called(row.area_id), shown.dialled(row.phone)) for row in page],
            "place": place,
            "kind": kind,
            "kinds": [("", "全部"), *ServicePoint.Kind.choices],
            "streets": catalog.streets(),
        },
    )
