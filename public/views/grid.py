"""我的网格: who serves here and how to reach them, found by street, community, compound or road."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from common.normalise import clean_text
from files.models import Photo
from files.services import photo_response
from grids import shown
from grids.levels import Level
from grids.models import ServiceCentre
from public import catalog, neighbourhood, places

_LONGEST = 20
_DOOR_CODE = re.compile(r"[\w-]{8,24}", re.ASCII)


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
    page = {"grid": neighbourhood.grid(area), "days": neighbourhood.DAYS, "door": _scanned(request)}
    return render(request, "public/grid.html", page)


def _scanned(request: HttpRequest) -> str:
    """The code on a door that led here, to go back to after signing in; empty where none did."""
    code = request.GET.get("door", "")
    return code if _DOOR_CODE.fullmatch(code) and not request.user.is_authenticated else ""


@require_safe
def centre_picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture of a service centre in use. It is meant for everybody, so browsers may keep it for an hour."""
    in_use = ServiceCentre.objects.filter(closed_date__isnull=True)
    photo = get_object_or_404(Photo, pk__in=in_use.filter(picture=pk).values("picture"))
    response = photo_response(photo, size="full")
    response["Cache-Control"] = "public, max-age=3600"
    return response


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
