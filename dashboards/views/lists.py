"""The cases behind a figure."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.models import Case
from common.pages import bounded_count, keyset
from dashboards import access
from dashboards.services import periods
from dashboards.services.rows import SELECTIONS, behind
from grids.decorators import require

ORDER = ("-created_at", "-id")
COUNTED = 1000


@require(*access.READS_BOARDS)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Rows of one number, newest first, those the reader may see; how many more there are is said, not shown."""
    if not access.readable(request.user):
        raise PermissionDenied
    of = request.GET.get("of", "")
    area = access.board_area(request.user, request.GET.get("area", ""))
    if area is None or of not in SELECTIONS:
        raise Http404
    period, fault = periods.of_query(request.GET)
    now = timezone.now()
    found = behind(of, area.code, period, now)
    seen = behind(of, area.code, period, now, rows=Case.objects.visible_to(request.user))
    page = keyset(seen.for_list().defer(None), order=ORDER, cursor=request.GET.get("page"))
    total, visible = bounded_count(found, COUNTED), bounded_count(seen, COUNTED)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "of": of,
        "name": SELECTIONS[of].name,
        "found": visible,
        "hidden": total - visible,
        "area": area,
        "period": period,
        "fault": fault,
        "counts_times": of in ("signs", "late_signs", "signs_in_time"),
        "here": f"{kept.urlencode()}&",
    }
    return render(request, "dashboards/list.html", context)
