"""楼栋: how far every building is, and its floors by doors."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.preferences import ELDER, chosen_size
from grids.decorators import require
from grids.models import Building, Compound, Door
from grids.permissions import Ability
from visits.services import floors, tiles

WIDEST, WIDEST_FOR_ELDERS = 6, 4


@require(Ability.VISIT)
@never_cache
@require_safe
def buildings(request: HttpRequest) -> HttpResponse:
    """Buildings in reach with plain numbers; `?compound=`: its doors that stand in no building, one by one."""
    if asked := request.GET.get("compound"):
        return _courtyard(request, asked)
    return render(request, "field/buildings.html", {"grounds": tiles.grounds(request.user, timezone.now())})


def _courtyard(request: HttpRequest, asked: str) -> HttpResponse:
    compound = Compound.objects.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    doors = tiles.loose_doors(compound, request.user) if compound else Door.objects.none()
    board = tiles.board(doors, request.user, timezone.now())
    if not board.tiles:
        raise Http404
    page = {"compound": compound, "board": board, "next": board.after(_asked_from(request))}
    return render(request, "field/courtyard.html", page)


@require(Ability.VISIT)
@never_cache
@require_safe
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """Floors by doors of one building; `?from=` names the household one stands at, else the one visited last today."""
    found = Building.objects.filter(pk=pk).select_related("compound").first()
    doors = Door.objects.visible_to(request.user).filter(building=pk)
    at = timezone.now()
    board = tiles.board(doors, request.user, at)
    if found is None or not board.tiles:
        raise Http404
    current = _asked_from(request) or tiles.current_in(found, request.user, timezone.localdate(at))
    following = board.after(current)
    widest = WIDEST_FOR_ELDERS if chosen_size(request) == ELDER else WIDEST
    bands = floors.lay_out(board.tiles, widest=widest)
    page = {
        "building": found,
        "siblings": tiles.siblings(found, request.user),
        "board": board,
        "bands": bands,
        "few": max(band.columns for band in bands) <= WIDEST_FOR_ELDERS,
        "current": current,
        "next": following,
        "elsewhere": None if following else tiles.next_elsewhere(found, request.user, at),
        "states": list(tiles.State),
    }
    return render(request, "field/building.html", page)


def _asked_from(request: HttpRequest) -> int | None:
    asked = request.GET.get("from", "")
    return int(asked) if asked.isdecimal() and len(asked) < 18 else None
