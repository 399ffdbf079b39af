"""走访覆盖: by place, with the list of households behind every figure for those who see households."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.pages import bounded_count, keyset
from desk.ground_page import address
from desk.household_list import DOOR_ORDER
from desk.visit_ground import READS_FIGURES, Ground, beneath, called, ground_of, period_of, planned_households
from grids.decorators import require
from grids.models import Area, Compound
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.models import Household
from visits.models import Pace
from visits.services import coverage as covering
from visits.services.coverage import Covered

WHICH = {
    "all": "全部住户",
    "unmet": "还没见面",
    "due": "该走访",
    "overdue": "超期",
    "tagged_due": "需关照该走访",
    "long": "一年没联系上",
    "handed": "交社区联系",
}
PLACES = {"street": "街道", "community": "社区", "compound": "小区", "area": "网格"}


@require(*READS_FIGURES)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Figures one level below the place of the address. Grids are told apart inside the own community only."""
    ground = ground_of(request.user, request.GET)
    period, offered = period_of(request.GET)
    today = timezone.localdate()
    rows = ground.narrow(Household.objects.all())
    table = covering.coverage(rows, ground.by, period, today)
    grids = covering.coverage(rows, "area", period, today) if ground.is_own_community else {}
    context = {
        "ground": ground,
        "period": period,
        "periods": offered,
        "lines": named(ground.by, table),
        "grids": named("area", grids),
        "total": sum(table.values(), Covered()),
        "column": PLACES[ground.by],
        "here": address(request.GET, "period"),
        "pace": Pace.current(),
        "today": today,
        **_ways(request, ground),
    }
    return render(request, "desk/coverage.html", context)


def named(by: str, table: dict) -> list[tuple]:
    """(key as text, what it is called, figures) in code order."""
    return [(str(key), words, table[key]) for key, words in called(by, list(table)).items()]


def _ways(request: HttpRequest, ground: Ground) -> dict:
    """What a figure leads to: the households for who plans visits there, else nothing."""
    own = scope_of(request.user, granting=Ability.PLAN_VISITS)
    held = abilities_of(request.user)
    return {
        "may_list": bool(own.areas) and Ability.HOUSEHOLDS in held,
        "may_list_tagged": Ability.CARE in held,
        "above": _above(ground),
    }


def _above(ground: Ground) -> Area | None:
    """The area one level up, where the reader may go there."""
    if ground.area is None or not ground.scope.covers(ground.area.parent_code):
        return None
    return Area.objects.filter(code=ground.area.parent_code).first()


@require(Ability.PLAN_VISITS)
@never_cache
@require_safe
def households(request: HttpRequest) -> HttpResponse:
    """The households behind one figure, in the order in which one walks."""
    which = request.GET.get("which", "due")
    if which not in WHICH or (which == "tagged_due" and Ability.CARE not in abilities_of(request.user)):
        raise Http404
    period, _ = period_of(request.GET)
    rows, place = _place(request, planned_households(request.user))
    today = timezone.localdate()
    found = covering.households(rows, which, period, today).select_related("compound", "area", "standing")
    context = {
        "page": keyset(found.defer("contact_phone", "search"), order=DOOR_ORDER, cursor=request.GET.get("page")),
        "found": bounded_count(found, 1000),
        "which": which,
        "views": [(key, words) for key, words in WHICH.items() if key != "tagged_due" or _sees_care(request)],
        "label": WHICH[which],
        "place": place,
        "period": period,
        "today": today,
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "which"),
    }
    return render(request, "desk/coverage_households.html", context)


def _sees_care(request: HttpRequest) -> bool:
    return Ability.CARE in abilities_of(request.user)


def _place(request: HttpRequest, rows) -> tuple:
    """Rows of the place of the address and what it is called. 404 for a place without a household the user may see."""
    compound, code = request.GET.get("compound", ""), request.GET.get("area", "")
    if compound:
        if not (compound.isascii() and compound.isdigit() and len(compound) < 10):
            raise Http404
        found = Compound.objects.filter(pk=int(compound)).select_related("area").first()
        rows = rows.filter(compound=int(compound))
    else:
        found = Area.objects.filter(code=code).first() if code else None
        rows = rows.filter(beneath(code)) if found else rows
    if (compound or code) and (found is None or not rows.exists()):
        raise Http404
    return rows, found
