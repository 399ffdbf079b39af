"""What staff do to a case: one page per action, and the decision on a request."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import services as cases
from cases.acts import ACTS, act_for, form_for, perform
from cases.models import Approval, Case
from cases.roles import may_decide, open_actions
from cases.states import Action
from common.errors import DomainError, StalePage
from desk.case_page import what_follows
from desk.forms import DecisionForm
from desk.views.case import case_or_404
from grids.decorators import require
from grids.permissions import Ability


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the form of an action. POST: carry it out; on refusal the form with everything typed, and why."""
    case = case_or_404(request, number)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    if request.method == "POST":
        return _carry_out(request, case, action)
    if action not in open_actions(case, request.user):
        raise PermissionDenied
    form = form_for(case, action, request.user)
    for name in form.fields.keys() & request.GET.keys():
        form.initial[name] = request.GET[name]
    return _act_page(request, case, action, form)


def _carry_out(request: HttpRequest, case: Case, action: Action) -> HttpResponse:
    seen = _seen(request)
    form = form_for(case, action, request.user, request.POST, request.FILES)
    if action not in open_actions(case, request.user):
        if seen is None or seen == case.event_count:
            raise PermissionDenied
        return _act_page(request, case, action, form, stale=cases.stale_words(case), gone=True)
    if not form.is_valid():
        return _act_page(request, case, action, form, seen=seen)
    told = act_for(case, action, request.user).told
    try:
        perform(case, action, form, seen=seen, by=request.user)
    except StalePage as stale:
        return _act_page(request, case_or_404(request, case.number), action, form, stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, case, action, form, seen=seen)
    messages.success(request, told)
    return _back(request, case)


def _act_page(
    request: HttpRequest,
    case: Case,
    action: Action,
    form,
    *,
    seen: int | None = None,
    stale: str = "",
    gone: bool = False,
) -> HttpResponse:
    """The action's page, or its form alone for the dialog. `gone`: the case moved on and the action went with it."""
    context = {
        "case": case,
        "action": action,
        "act": act_for(case, action, request.user),
        "form": form,
        "seen": case.event_count if seen is None else seen,
        "stale": stale,
        "gone": gone,
    }
    template = "desk/parts/act_form.html" if request.htmx and request.method == "GET" else "desk/act.html"
    return render(request, template, context, status=409 if stale else 200)


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    """To the case, or to the list where the case has left the person's sight."""
    visible = Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
    return redirect("desk:case", case.number) if visible else redirect("desk:cases")


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A request for 延期, 挂账, 不予受理 or 退回: GET shows what is asked, POST agrees or sends it back with a reason."""
    visible = Case.objects.visible_to(request.user)
    approval = get_object_or_404(
        Approval.objects.select_related(
            "asked_by", "decided_by", "case__handling_unit", "case__category", "case__area"
        ),
        pk=pk,
        case__in=visible,
    )
    if _is_over(approval):
        messages.warning(request, _why_over(approval))
        return redirect("desk:case", approval.case.number)
    if not may_decide(approval, request.user):
        raise PermissionDenied
    of_return = approval.kind == Approval.Kind.RETURN
    form = DecisionForm(request.POST if request.method == "POST" else None, of_return=of_return)
    if form.is_bound and form.is_valid():
        try:
            cases.decide(approval, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _decided(approval))
            return _back(request, approval.case)
    context = {"approval": approval, "case": approval.case, "form": form, "follows": what_follows(approval)}
    return render(request, "desk/decide.html", context)


def _decided(approval: Approval) -> str:
    if approval.agreed:
        return f"已同意{approval.get_kind_display()}"
    return "没有同意退回，单位继续办理" if approval.kind == Approval.Kind.RETURN else "已退回申请"


def _is_over(approval: Approval) -> bool:
    return bool(approval.decided_at) or approval.step != approval.case.step or not approval.case.is_open


def _why_over(approval: Approval) -> str:
    if approval.decided_by:
        refused = "决定不同意" if approval.kind == Approval.Kind.RETURN else "退回"
        return f"这个申请已由{approval.decided_by.called}{'同意' if approval.agreed else refused}。"
    return "事项已经转到别处办理，这个申请随之失效。"
