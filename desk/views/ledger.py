"""区级研判: what climbed to the district, reviewed one by one by 区委组织部 and handed out by 区委办."""

from django.core.exceptions import PermissionDenied
from django.forms import RadioSelect
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from cases.acts import ACTS, form_for, perform
from cases.models import Case, Event
from cases.roles import open_actions
from cases.services.acting import OFFICE_UNIT
from cases.states import Action, Alarm, Status
from common.errors import DomainError
from common.pages import keyset
from desk import work
from desk.filters import InboxFilter
from grids.decorators import require
from grids.levels import Level
from grids.permissions import Ability, abilities_of

VIEWS = {"review": "待研判", "hand-out": "待交办", "units": "部门办理中", "done": "已办结"}
ORDER = ("queue_rank", "due_at", "id")
DECIDED_HERE = (Action.COLLECT, Action.HAND_OUT, Action.RETURN)


@require(Ability.COLLECT, Ability.HAND_OUT)
@require_http_methods(["GET", "POST"])
def ledger(request: HttpRequest) -> HttpResponse:
    """The lists with the review of one case beside them; a POST takes an action and shows the next case."""
    view = request.GET.get("view")
    view = view if view in VIEWS else _own_view(request.user)
    chosen = _chosen(request)
    forms = _forms(chosen, request.user)
    if request.method == "POST":
        answer = _act(request, chosen, forms, view)
        if answer:
            return answer
    context = {**_list(request, view), "chosen": chosen, "forms": forms, "acts": ACTS, "view": view}
    if chosen:
        context |= {"steps": steps(chosen), "reason": _reason(chosen), "people": chosen.reports.standing().count()}
    fragment = request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request
    response = render(request, "desk/ledger.html#ledger" if fragment else "desk/ledger.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _own_view(user) -> str:
    return "review" if Ability.COLLECT in abilities_of(user) else "hand-out"


def _selections(user) -> dict:
    seen = Case.objects.visible_to(user).filter(level=Level.DISTRICT)
    return {
        "review": seen.to_collect(),
        "hand-out": seen.open().filter(handling_unit__code=OFFICE_UNIT),
        "units": seen.open().filter(handling_unit__takes_cases=True),
        "done": seen.filter(status__in=[Status.CONFIRMING, Status.CLOSED]),
    }


def _list(request: HttpRequest, view: str) -> dict:
    selections = _selections(request.user)
    narrowed = InboxFilter(request.GET, selections[view], user=request.user)
    found = work.counts(request.user, {**selections, "found": narrowed.qs})
    rows = work.called(narrowed.qs).select_related(
        "category__usual_unit", "category", "area", "handling_unit", "assignee"
    )
    now = timezone.now()
    page = keyset(rows, order=ORDER, cursor=request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("case", "page"):
        kept.pop(name, None)
    kept["view"] = view
    return {
        "tabs": [(slug, label, found[slug]) for slug, label in VIEWS.items()],
        "rows": [(case, max((now - case.created_at).days, 0)) for case in page],
        "page": page,
        "found": found["found"],
        "filter": narrowed,
        "here": f"{kept.urlencode()}&",
    }


def _chosen(request: HttpRequest) -> Case | None:
    number = request.POST.get("case") or request.GET.get("case")
    if not number:
        return None
    case = Case.objects.visible_to(request.user).for_page().filter(number=number).first()
    if case is None:
        raise Http404
    return case


def _forms(case: Case | None, user) -> dict:
    """The unbound forms of what the person may decide here now."""
    if case is None:
        return {}
    possible = open_actions(case, user)
    return {a: _dressed(form_for(case, a, user)) for a in DECIDED_HERE if a in possible}


def _dressed(form):
    """The form with the classes of this page's controls."""
    for field in form.fields.values():
        if isinstance(field.widget, RadioSelect):
            continue
        field.widget.attrs["class"] = (
            "form-select" if getattr(field.widget, "input_type", "") == "select" else "form-control"
        )
    return form


def _act(request: HttpRequest, case: Case | None, forms: dict, view: str) -> HttpResponse | None:
    """Take the action; None where the page is to be shown again with what was typed and what is wrong."""
    action = request.POST.get("action", "")
    if case is None or action not in DECIDED_HERE:
        raise PermissionDenied
    form = forms[Action(action)] = _dressed(form_for(case, Action(action), request.user, request.POST))
    if not form.is_valid():
        return None
    following = _after(request, case, view)
    seen = request.POST.get("seen", "")
    try:
        perform(case, Action(action), form, seen=int(seen) if seen.isdecimal() else None, by=request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return None
    query = {"view": view, "done": action} | ({"case": following} if following else {})
    return redirect(f"{reverse('desk:ledger')}?{urlencode(query)}")


def _after(request: HttpRequest, case: Case, view: str) -> str:
    """Number of the case that follows in the list, else of its first one."""
    rows = _selections(request.user)[view].exclude(pk=case.pk).order_by(*ORDER)
    later = rows.filter(queue_rank=case.queue_rank, due_at__gte=case.due_at)
    later |= rows.filter(queue_rank__gt=case.queue_rank)
    return next(iter(later.values_list("number", flat=True)[:1]), "") or next(
        iter(rows.values_list("number", flat=True)[:1]), ""
    )


def _reason(case: Case) -> str:
    """What the street wrote when it passed the case up; the neutral sentence where its time ran out."""
    last = (
        Event.objects.filter(case=case, to_level=Level.DISTRICT, action__in=[Action.ESCALATE, Alarm.CLIMB])
        .order_by("-number")
        .first()
    )
    if last is None:
        return ""
    return last.note or "办理时限已到，按时限转区级继续办理，街道没有另写理由。"


def steps(case: Case) -> list[dict]:
    """The ladder: per level its name, how long it held the case, and whether it has passed, holds or was skipped."""
    held: dict[int, float] = {}
    level, since = None, None
    for event in Event.objects.filter(case=case).order_by("number").only("at", "to_level"):
        if level is not None:
            held[level] = held.get(level, 0) + (event.at - since).total_seconds()
        level, since = event.to_level, event.at
    if level is not None:
        end = case.closed_at or timezone.now()
        held[level] = held.get(level, 0) + max((end - since).total_seconds(), 0)
    return [
        {
            "label": step.label,
            "state": "now" if step == case.level else "passed" if step in held else "",
            "words": _span(held[step]) if step in held else "未经过",
        }
        for step in Level
    ]


def _span(seconds: float) -> str:
    days = int(seconds // 86400)
    return f"{days}天" if days else f"{int(seconds // 3600)}小时" if seconds >= 3600 else "不到1小时"
