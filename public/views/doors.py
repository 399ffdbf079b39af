"""The code on a door: staff who walk there go on to the visit, everybody else to the page of the grid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids import shown
from grids.models import Door
from grids.permissions import Ability, abilities_of
from households.models import Household
from public import throttles


@never_cache
@require_safe
def door(request: HttpRequest, token: str) -> HttpResponse:
    """Where a code leads. Says nothing about who lives there, nor whether anybody does, except to whoever may visit."""
    if throttles.is_busy(request, "look"):
        return render(request, "public/door_code.html", {"busy": True}, status=429)
    found = Door.objects.filter(token=token).first()
    if found is None:
        return render(request, "public/door_code.html", status=404)
    if Ability.VISIT in abilities_of(request.user) and (walked := _walked(request.user, found)):
        return redirect(walked)
    area = shown.current_area(found.area_id)
    if area is None:
        return redirect("public:grids")
    again = "" if request.user.is_authenticated else f"?{urlencode({'door': token})}"
    return redirect(reverse("public:grid", args=[area.code]) + again)


def _walked(user, door: Door) -> str:
    """The visit of the household behind the door; the board of the doors around it where nobody is registered there."""
    home = Household.objects.visible_to(user).living().filter(door=door).first()
    if home is not None:
        return reverse("field:visit-new", args=[home.pk])
    if not Door.objects.visible_to(user).filter(pk=door.pk).exists():
        return ""
    if door.building_id:
        return reverse("field:building", args=[door.building_id])
    return f"{reverse('field:buildings')}?{urlencode({'compound': door.compound_id})}"
