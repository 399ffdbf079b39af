"""上传, the shell that works without a network, and what the browser needs to keep it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability
from visits import offline
from visits.following import next_door
from visits.views.visiting import household_or_404

_MOST_DOORS = 500


@require(Ability.VISIT)
@never_cache
@require_safe
def upload(request: HttpRequest) -> HttpResponse:
    """What is still on this phone; the scripts of the page fill it from the phone."""
    return render(request, "field/upload.html")


@require(Ability.VISIT)
@never_cache
@require_safe
def onward(request: HttpRequest, pk: int) -> HttpResponse:
    """From a door whose record the phone keeps to the next one. `written` are doors the phone has records of."""
    household = household_or_404(request, pk)
    written = [
        int(text) for text in request.GET.getlist("written")[:_MOST_DOORS] if text.isdecimal() and len(text) < 19
    ]
    following = next_door(household, request.user, timezone.localdate(), but=written)
    if following is None:
        return redirect("field:today")
    carried = {name: request.GET[name] for name in ("later", "day", "part") if name in request.GET}
    query = f"?{urlencode(carried)}" if carried else ""
    return redirect(reverse("field:visit-new", args=[following.pk]) + query)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The pages without data: the same for everybody, so a phone may keep them. Asks nobody to sign in."""
    return _fresh(HttpResponse(offline.shell_page()))


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the shell on the phone. From the root, so that it may answer for all of /field/."""
    answer = HttpResponse(offline.worker_script(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    return _fresh(answer)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How the portal stands on a phone's home screen."""
    icon = {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    words = {
        "name": "魏都区网格走访",
        "short_name": "走访",
        "lang": "zh-CN",
        "start_url": reverse("field:today"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f6f4",
        "theme_color": "#ffffff",
        "icons": [icon],
    }
    return JsonResponse(words, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def _fresh(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-cache"
    return answer
