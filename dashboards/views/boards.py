"""运行情况: the board of a district, street or community."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dashboards import access
from dashboards.board import Board
from dashboards.services import periods
from grids.decorators import require


@require(*access.READS_BOARDS)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The address holds area and period; htmx gets what is below the heading alone."""
    if not access.readable(request.user):
        raise PermissionDenied
    area = access.board_area(request.user, request.GET.get("area", ""))
    if area is None:
        raise Http404
    period, fault = periods.of_query(request.GET)
    shown = Board(request.user, area, period, timezone.now(), with_kinds="kinds" in request.GET)
    context = {
        "board": shown,
        "area": area,
        "areas": access.choices(request.user, area),
        "period": period,
        "periods": periods.CHOICES,
        "fault": fault,
        "typed": {"first": request.GET.get("from", ""), "last": request.GET.get("to", "")},
    }
    response = render(request, f"dashboards/board.html{_part(request)}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _part(request: HttpRequest) -> str:
    """The breakdown alone, what is below the heading, or the whole page."""
    if not request.htmx or request.htmx.boosted or request.htmx.history_restore_request:
        return ""
    return "#kinds" if request.htmx.target == "kinds" else "#board"
