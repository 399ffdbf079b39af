"""上传, the shell that works without a network, and what the browser needs to keep it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids.decorators import require
from grids.permissions import Ability
from visits import offline


@require(Ability.VISIT)
@never_cache
@require_safe
def upload(request: HttpRequest) -> HttpResponse:
    """What is still on this phone; the scripts of the page fill it from the phone."""
    return render(request, "field/upload.html")


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
