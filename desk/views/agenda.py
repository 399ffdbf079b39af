"""The agenda of a meeting: adding cases, one item's panel with what is decided, and judging earlier resolutions."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.services import assigning
from common.errors import DomainError
from desk.forms_meetings import AcceptForm, AddForm, RedoForm
from desk.meeting_page import MeetingPage, row_of
from desk.views.meetings import meeting_or_404, sent
from grids.decorators import require
from grids.permissions import Ability
from supervision.models import AgendaItem, Meeting, Resolution
from supervision.services import agenda, deciding
from supervision.services import meetings as convening
from supervision.services.deciding import Duty


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """从台账添加: what is offered, left over first; or any case by its number."""
    found = meeting_or_404(request, pk)
    form = AddForm(sent(request))
    if request.method == "POST" and form.is_valid() and _added(request, found, form):
        return redirect("desk:meeting-add", found.pk)
    offers = agenda.offers(found, request.user)
    typed = {"number": request.POST.get("number", ""), "question": request.POST.get("question", "")}
    offered = any(offer.case.number == typed["number"] for offer in offers)
    context = {"meeting": found, "form": form, "offers": offers, "typed": typed, "in_row": offered}
    return render(request, "desk/meeting_add.html", context)


def _added(request: HttpRequest, meeting: Meeting, form: AddForm) -> bool:
    """True when the case stands on the agenda now; else the form says why not."""
    number = form.cleaned_data["number"]
    case = Case.objects.visible_to(request.user).filter(number=number).first()
    if case is None:
        form.add_error("number", "没有找到这个编号的事项，请核对。")
        return False
    try:
        convening.add_case(meeting, case, form.cleaned_data["question"], by=request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, f"已列入议题：{case.headline}")
    return True


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting with one item's panel open. POST: what `do` says; on refusal the panel with everything typed."""
    found = get_object_or_404(AgendaItem.objects.visible_to(request.user).select_related("meeting"), pk=pk)
    page = MeetingPage(found.meeting, request.user, chosen=found)
    if request.method == "GET":
        if not found.meeting.is_issued:
            page.fill()
        return _panel(request, page)
    do = request.POST.get("do", "")
    if do == "row":
        page.fill(request.POST, judged=False, more=True)
        return _panel(request, page, rows_only=bool(request.htmx))
    if do == "decide":
        return _decide(request, page)
    if do not in SIMPLE:
        raise Http404
    return _simple(request, page, do)


def _panel(request: HttpRequest, page: MeetingPage, refusal: str = "", *, rows_only: bool = False) -> HttpResponse:
    context = {"page": page, "meeting": page.meeting, "refusal": refusal}
    response = render(request, "desk/parts/duties.html" if rows_only else "desk/meeting.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _decide(request: HttpRequest, page: MeetingPage) -> HttpResponse:
    page.fill(request.POST)
    # Both are judged, so that every error is shown at once.
    valid = [page.form.is_valid(), page.duties.is_valid()]
    if not all(valid):
        return _panel(request, page, "还没有记下：请改下面标出的地方，填写的内容都在。")
    given = page.form.cleaned_data
    try:
        deciding.decide(
            page.chosen,
            given["decision"],
            given["public_text"],
            page.duties.given(),
            opinions=given["opinions"],
            lead=given.get("lead"),
            shelve=page.form.shelving(),
            by=request.user,
        )
    except DomainError as refusal:
        return _panel(request, page, f"{refusal.message}填写的内容都在。")
    messages.success(request, "已记下")
    return _next(page)


def _next(page: MeetingPage) -> HttpResponse:
    """On to the next item nobody has decided, else back to the meeting."""
    waiting = page.meeting.agenda.filter(state=AgendaItem.State.OPEN).exclude(pk=page.chosen.pk).order_by("position")
    following = waiting.filter(position__gt=page.chosen.position).first() or waiting.first()
    return redirect("desk:agenda-item", following.pk) if following else redirect("desk:meeting", page.meeting.pk)


def _postpone(page: MeetingPage, request: HttpRequest) -> HttpResponse:
    deciding.postpone(page.chosen, by=request.user)
    messages.success(request, "已留到下次，下次排议题时排在最前面")
    return _next(page)


def _keep_opinions(page: MeetingPage, request: HttpRequest) -> HttpResponse:
    deciding.note_opinions(page.chosen, request.POST.get("opinions", ""), by=request.user)
    messages.success(request, "各方意见已存")
    return redirect("desk:agenda-item", page.chosen.pk)


def _remove(page: MeetingPage, request: HttpRequest) -> HttpResponse:
    convening.remove(page.chosen, by=request.user)
    messages.success(request, "已取下")
    return redirect("desk:meeting", page.meeting.pk)


def _move(steps: int):
    def move(page: MeetingPage, request: HttpRequest) -> HttpResponse:
        convening.move(page.chosen, steps, by=request.user)
        return redirect("desk:agenda-item", page.chosen.pk)

    return move


SIMPLE = {"postpone": _postpone, "opinions": _keep_opinions, "remove": _remove, "up": _move(-1), "down": _move(1)}


def _simple(request: HttpRequest, page: MeetingPage, do: str) -> HttpResponse:
    try:
        return SIMPLE[do](page, request)
    except DomainError as refusal:
        if not page.meeting.is_issued:
            page.fill(request.POST, judged=False)
        return _panel(request, page, refusal.message)


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def resolution(request: HttpRequest, pk: int, resolution: int) -> HttpResponse:
    """复看 at meeting `pk`: a report of an earlier resolution is accepted, or asked for again by a new date."""
    meeting = meeting_or_404(request, pk)
    rows = Resolution.objects.visible_to(request.user).before(meeting).for_list()
    found = get_object_or_404(rows, pk=resolution)
    if not row_of(found, found.item.case.number, meeting.held_at).to_judge and request.method == "POST":
        messages.warning(request, "这一项现在没有等着认可的反馈。")
        return redirect("desk:meeting", meeting.pk)
    accepts = request.POST.get("do") == "accept"
    accept = AcceptForm(request.POST if accepts else None)
    redo = RedoForm(request.POST if request.method == "POST" and not accepts else None)
    if request.method == "POST" and (accept if accepts else redo).is_valid():
        try:
            return _judged(request, meeting, found, accept if accepts else None, redo)
        except DomainError as refusal:
            (accept if accepts else redo).add_error(None, refusal.message)
    context = {"meeting": meeting, "resolution": found, "row": row_of(found, found.item.case.number, meeting.held_at)}
    return render(request, "desk/meeting_resolution.html", context | {"accept": accept, "redo": redo})


def _judged(request: HttpRequest, meeting: Meeting, found: Resolution, accept: AcceptForm | None, redo: RedoForm):
    if accept is not None:
        assigning.accept(found.assignment, accept.cleaned_data["words"], by=request.user)
        messages.success(request, "已认可")
    else:
        given = redo.cleaned_data
        due_at = Duty(given["due_date"]).due_at
        assigning.redo(found.assignment, given["reason"], due_at, by=request.user)
        messages.success(request, "已要求重新反馈")
    return redirect("desk:meeting", meeting.pk)
