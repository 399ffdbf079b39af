"""办理公示: the list, one line of it, the table to take away, the photos."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.spreadsheets import stream_csv
from files.services import photo_response
from public import catalog, throttles
from public import ledger as ledger_of_cases


def _sieve(request: HttpRequest) -> ledger_of_cases.Sieve:
    return ledger_of_cases.sieve(*(request.GET.get(name, "") for name in ("area", "category", "state", "q")))


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """What was reported, who acts, what became of it. The address holds the whole state; htmx gets the list alone."""
    chosen, cursor = _sieve(request), request.GET.get("page", "")
    page = ledger_of_cases.lines(chosen, cursor)
    shown = next((one for one in page if len(one.shots) == 2), None) if not cursor else None
    context = {
        "chosen": chosen,
        "counts": ledger_of_cases.counts(chosen),
        "most": ledger_of_cases.MOST,
        "page": page,
        "shown": shown,
        "others": [one for one in page if one is not shown],
        "streets": catalog.streets(),
        "kinds": catalog.kinds(),
        "figures": ledger_of_cases.figures(chosen),
    }
    fragment = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, "public/ledger.html#ledger" if fragment else "public/ledger.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@never_cache
@require_safe
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One publication; 404 from the moment it was taken back."""
    found = ledger_of_cases.line(pk)
    if found is None:
        raise Http404
    return render(request, "public/publication.html", {"line": found})


@never_cache
@require_safe
def table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """下载表格: the chosen lines as .csv, written as they are read."""
    chosen = _sieve(request)
    if throttles.is_busy(request, "download"):
        return render(request, "public/ledger_busy.html", {"chosen": chosen}, status=429)
    response = StreamingHttpResponse(
        stream_csv(ledger_of_cases.HEADERS, ledger_of_cases.table(chosen)), content_type="text/csv; charset=utf-8"
    )
    name = f"ledger-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def photo(request: HttpRequest, pk: int, which: str, size: str) -> HttpResponse:
    """A released photo, re-encoded when it was taken in; gone with the publication, so nobody keeps a copy for us."""
    held = ledger_of_cases.photo(pk, which)
    if held is None or size not in ("full", "thumb"):
        raise Http404
    return photo_response(held.photo, size=size)
