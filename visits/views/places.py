"""楼栋: floors by doors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability


@require(Ability.VISIT)
@require_safe
def buildings(request: HttpRequest) -> HttpResponse:
    """Buildings of the own grids."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@require_safe
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """Floors by doors of one building."""
    return render(request, "field/base.html")
