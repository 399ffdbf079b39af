"""社情民意: what was said on visits by theme, and what the community makes of it."""

import uuid as uuids

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from desk.forms_visits import DecideForm
from desk.ground_page import address
from desk.opinion_page import STATES, figures, listing
from desk.visit_ground import READS_FIGURES, ground_of, own_communities, period_of, planned_lines
from grids.decorators import require
from grids.permissions import Ability, abilities_of
from visits import services as visits
from visits.services.deciding import FOR_MANY
from visits.states import OpinionState

MOST_AT_ONCE = 100


@require(*READS_FIGURES)
@never_cache
@require_safe
def opinions(request: HttpRequest) -> HttpResponse:
    """Figures by theme and place; below, for who plans visits, what was said. The address holds the whole state."""
    return _page(request)


def _page(request: HttpRequest, **more) -> HttpResponse:
    ground = ground_of(request.user, request.GET)
    period, offered = period_of(request.GET)
    plans = Ability.PLAN_VISITS in abilities_of(request.user)
    context = {
        "ground": ground,
        "period": period,
        "periods": offered,
        "figures": figures(ground, period),
        "states": [state.label if state else "只记录或已办" for state in map(OpinionState, STATES)],
        "list": listing(request.user, request.GET, ground, period) if plans else None,
        "own": own_communities(request.user),
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "view"),
        **more,
    }
    return render(request, "desk/opinions.html", context)


@require(Ability.PLAN_VISITS)
@never_cache
@require_http_methods(["GET", "POST"])
def opinion(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """One thing somebody said, and the form that decides about it; a refusal comes back with everything typed."""
    rows = planned_lines(request.user).select_related(
        "topic__category",
        "decided_by",
        "consultation",
        "visit__visitor",
        "visit__compound",
        "visit__household",
        "visit__area",
    )
    line = rows.filter(uuid=uuid).first()
    if line is None:
        raise Http404
    decides = visits.may_decide(line, request.user)
    if request.method == "POST" and not decides:
        raise PermissionDenied
    form = DecideForm(request.POST if request.method == "POST" else None, line=line)
    if form.is_bound and form.is_valid():
        try:
            line = visits.decide(line, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            line.refresh_from_db()
        else:
            messages.success(request, f"“{line.topic.name}”已定：{line.get_opinion_state_display()}")
            return redirect("desk:opinions")
    waits = decides and line.opinion_state == OpinionState.WAITING
    return render(request, "desk/opinion.html", {"line": line, "form": form, "waits": waits})


@require(Ability.PLAN_VISITS)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The same decision about the ticked lines of the own community."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/desk/opinions/"
    lines = list(_picked(request))
    to = request.POST.get("to", "")
    try:
        if not lines:
            raise DomainError("请先勾选要一起定的。")
        if to not in FOR_MANY:
            raise DomainError("请选择拟协商或者不办理；立为事项和微心愿要一条一条定。")
        done = visits.decide_many(lines, to=to, note=request.POST.get("note", ""), by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    late = len(lines) - done
    messages.success(
        request, f"已定{done}条：{OpinionState(to).label}" + (f"，另外{late}条已经有人定了" if late else "")
    )
    return redirect(back)


def _picked(request: HttpRequest):
    """The ticked lines the user's own community decides about; what is not an id is no line."""
    ids = []
    for text in request.POST.getlist("pick")[:MOST_AT_ONCE]:
        try:
            ids.append(uuids.UUID(text))
        except ValueError:
            continue
    return planned_lines(request.user).filter(uuid__in=ids, visit__community__in=own_communities(request.user))
