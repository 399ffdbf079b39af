"""One visit, written down and read again."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability
from visits.models import Visit


@require(Ability.VISIT)
@never_cache
@require_safe
def visit(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """What was written down."""
    found = Visit.objects.visible_to(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return render(request, "field/visit.html", {"visit": found})


@require(Ability.VISIT)
@never_cache
@require_safe
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a visit."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@never_cache
@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The number to call."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@never_cache
@require_safe
def correct(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A correction."""
    return render(request, "field/base.html")


@require(Ability.VISIT)
@never_cache
@require_safe
def photo(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A photo of a visit."""
    return render(request, "field/base.html")
