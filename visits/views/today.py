"""今日: whom to visit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability


@require(Ability.VISIT)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The due list."""
    return render(request, "field/base.html")
