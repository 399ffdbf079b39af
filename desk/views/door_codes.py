"""门牌码: the sheet of stickers of a building, and new codes where one was lost or copied."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from desk.cards import stickers
from desk.ground_page import kept_compound_or_404, told
from grids.decorators import require
from grids.models import Building, Compound, Door
from grids.permissions import Ability
from grids.services.doors import renew_codes


@require(Ability.KEEP_GROUND)
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the doors of `?building=` (none: those that stand in no building). POST: their stickers as PDF."""
    compound = kept_compound_or_404(request.user, pk)
    building = _building(request, compound)
    doors = _doors(compound, building)
    page = {"compound": compound, "building": building, "doors": doors}
    if request.method == "GET":
        return render(request, "desk/door_codes.html", page)
    try:
        target, name = stickers.print_stickers(compound, building, doors, by=request.user)
    except DomainError as refusal:
        return render(request, "desk/door_codes.html", page | {"refusal": refusal.message})
    return FileResponse(target, as_attachment=True, filename=name, content_type="application/pdf")


@require(Ability.KEEP_GROUND)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """New codes for one `door`, or for all of the building; the old ones lead nowhere at once."""
    compound = kept_compound_or_404(request.user, pk)
    building = _building(request, compound)
    asked = request.POST.get("door", "")
    chosen = [door.pk for door in _doors(compound, building) if asked in ("all", str(door.pk))]
    back = reverse("desk:door-codes", args=[pk]) + (f"?building={building.pk}" if building else "")
    done = f"换了{len(chosen)}个码，旧码已经不能用，请重新打印张贴。"
    return told(request, lambda: renew_codes(compound, chosen, by=request.user), done=done, back=back)


def _building(request: HttpRequest, compound: Compound) -> Building | None:
    """The building asked for; None where none is."""
    asked = request.POST.get("building") or request.GET.get("building") or ""
    if not asked:
        return None
    pk = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    found = compound.buildings.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _doors(compound: Compound, building: Building | None) -> list[Door]:
    """Doors in the order in which one puts stickers up."""
    rows = compound.doors.filter(building=building).select_related("building", "entrance")
    return sorted(rows, key=lambda door: (door.entrance.number if door.entrance else 0, len(door.room), door.room))
