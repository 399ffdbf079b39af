"""上传 and the shell that works without a network."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability


@require(Ability.VISIT)
@require_safe
def upload(request: HttpRequest) -> HttpResponse:
    """What is still on this phone."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The pages without data."""
    return render(request, "field/base.html")
