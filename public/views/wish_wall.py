"""微心愿墙: what waits for somebody to claim it, and what came true."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from public import catalog
from public import wall as wall_of_wishes


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The wishes that wait, those longest on the wall first. The address holds the whole state; htmx gets the list alone."""
    asked = (request.GET.get(name, "") for name in ("kind", "street", "community"))
    chosen = wall_of_wishes.sieve(*asked)
    context = {
        "chosen": chosen,
        "counts": wall_of_wishes.counts(chosen),
        "page": wall_of_wishes.cards(chosen, request.GET.get("page", "")),
        "streets": catalog.streets(),
        "street": catalog.place(chosen.street),
        "realised": wall_of_wishes.recently_realised(),
        "figures": wall_of_wishes.this_year(),
        "few": wall_of_wishes.FEW,
    }
    fragment = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, "public/wishes.html#wall" if fragment else "public/wishes.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The wishes that came true, newest first; nobody is named or ranked."""
    page = wall_of_wishes.realised(request.GET.get("page", ""))
    return render(request, "public/wishes_done.html", {"page": page})
