"""联席研判: the list, planning one, its page, issuing and printing what was decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from desk.forms_meetings import IssueForm, PlanForm
from desk.meeting_page import MeetingPage, sheet
from desk.meetings_work import asked, planned
from grids.decorators import require
from grids.permissions import Ability
from supervision.models import Meeting, plans_meetings
from supervision.services import meetings as convening


def meeting_or_404(request: HttpRequest, pk: int) -> Meeting:
    """A meeting the signed-in person may know of."""
    return get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where it is only looked at."""
    return request.POST if request.method == "POST" else None


@require(Ability.HANDLE)
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings, newest first: all of them for who plans, invitations for units and streets."""
    plans = plans_meetings(request.user)
    page = (planned if plans else asked)(request.user, request.GET.get("page"))
    return render(request, "desk/meetings.html", {"plans": plans, "page": page})


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """安排会议."""
    form = PlanForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = convening.plan(**form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已安排{made}，请定议题、通知单位")
            return redirect("desk:meeting", made.pk)
    return render(request, "desk/meeting_form.html", {"form": form, "title": "安排会议", "go": "安排会议"})


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """改时间地点."""
    found = meeting_or_404(request, pk)
    local = timezone.localtime(found.held_at)
    form = PlanForm(sent(request), initial={"held_at": local, "place": found.place})
    if request.method == "POST" and form.is_valid():
        try:
            convening.change(found, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已改，通知过的单位会再收到一次通知")
            return redirect("desk:meeting", found.pk)
    context = {"form": form, "meeting": found, "title": "改时间地点", "go": "改时间地点"}
    return render(request, "desk/meeting_form.html", context)


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: what was decided last time, the agenda, who comes."""
    found = meeting_or_404(request, pk)
    return render(request, "desk/meeting.html", {"page": MeetingPage(found, request.user), "meeting": found})


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """印发议定事项, with the document number a person types."""
    found = meeting_or_404(request, pk)
    form = IssueForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            convening.issue(found, form.cleaned_data["document_number"], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "议定事项已印发，参加单位会收到通知")
            return redirect("desk:meeting", found.pk)
    context = {
        "form": form,
        "meeting": found,
        "title": "印发议定事项",
        "go": "印发",
        "explains": "印发以后，议题和议定不能再改；落实情况在下次会议上复看。",
    }
    return render(request, "desk/meeting_form.html", context)


@require(Ability.HANDLE)
@never_cache
@require_safe
def print_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The resolutions on A4, or the agenda (?of=agenda): of cases the person may see."""
    found = meeting_or_404(request, pk)
    of_agenda = request.GET.get("of") == "agenda"
    own = found.invitations.to(request.user).first()
    context = {"sheet": sheet(found, request.user), "of_agenda": of_agenda, "now": timezone.now()}
    context |= {"plans": plans_meetings(request.user), "invitation": own}
    return render(request, "desk/print_meeting.html", context)
