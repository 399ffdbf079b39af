"""我的: what I raised, wrote down and want to say."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability


@require(Ability.VISIT)
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Visits I wrote down."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My page."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@require_safe
def raised(request: HttpRequest) -> HttpResponse:
    """What I raised and where it stands."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """意见建议."""
    return render(request, "field/base.html")
