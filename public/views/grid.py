"""我的网格: who serves here and how to reach them, found by street, community, compound or road."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common.normalise import clean_text
from grids import shown
from grids.levels import Level
from public import catalog, neighbourhood, places

_LONGEST = 20


@require_safe
def grid(request: HttpRequest, code: str) -> HttpResponse:
    """The page a card's code leads to; the code of a merged grid leads on to the one it was merged into."""
    area = shown.current_area(code)
    if area is None:
        raise Http404
    if area.code != code:
        return redirect("public:grid", area.code)
    if area.level == Level.COMMUNITY:
        return render(request, "public/grid_community.html", {"community": neighbourhood.community(area)})
    return render(request, "public/grid.html", {"grid": neighbourhood.grid(area), "days": neighbourhood.DAYS})


@require_safe
def grids(request: HttpRequest) -> HttpResponse:
    """Finds the grid one lives in: by words, or from the list of streets and communities."""
    q = " ".join(clean_text(request.GET.get("q", "")).split())[:_LONGEST]
    found = places.find(q)
    page = {
        "q": q,
        "found": found[: places.SHOWN],
        "more": max(len(found) - places.SHOWN, 0),
        "communities": catalog.communities_called(q),
        "streets": catalog.streets(),
    }
    return render(request, "public/grids.html", page)
