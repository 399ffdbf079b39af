"""Micro-wishes as staff see them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from grids.decorators import require
from grids.permissions import Ability
from wishes.models import Wish


@require(Ability.HANDLE)
def wish(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one wish."""
    found = get_object_or_404(Wish.objects.visible_to(request.user), number=number)
    return HttpResponse(found.status_label)
