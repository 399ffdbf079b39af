"""通知参加: who is asked to a meeting, and the page on which a unit or street answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from desk.forms_meetings import InviteForm, ReplyForm
from desk.meeting_page import lines, meeting_state
from desk.views.meetings import meeting_or_404, sent
from grids.decorators import require
from grids.permissions import Ability
from supervision.models import AgendaItem, Invitation, plans_meetings
from supervision.services import meetings as convening


@require(Ability.COLLECT, Ability.HAND_OUT)
@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose among units and streets not asked yet; they are told at once."""
    found = meeting_or_404(request, pk)
    form = InviteForm(sent(request), meeting=found)
    if request.method == "POST" and form.is_valid():
        try:
            new = convening.invite(found, **form.cleaned_data, by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已通知{len(new)}个单位")
            return redirect("desk:meeting", found.pk)
    return render(request, "desk/meeting_invite.html", {"meeting": found, "form": form})


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """What, when, where, which cases of theirs are on, and the reply; after the meeting, what was decided on those."""
    mine = Q(pk__in=Invitation.objects.to(request.user).values("pk"))
    rows = Invitation.objects.all() if plans_meetings(request.user) else Invitation.objects.filter(mine)
    found = get_object_or_404(rows.select_related("meeting", "unit", "area", "replied_by"), pk=pk)
    may_answer = Invitation.objects.to(request.user).filter(pk=found.pk).exists()
    form = ReplyForm(sent(request), initial=_given(found))
    if request.method == "POST":
        if not may_answer:
            raise PermissionDenied
        if form.is_valid() and _answered(request, found, form):
            return redirect("desk:invitation", found.pk)
    found.due_state = meeting_state(found.meeting, timezone.now())
    shown = lines(AgendaItem.objects.visible_to(request.user).filter(meeting=found.meeting), timezone.now())
    context = {
        "invitation": found,
        "meeting": found.meeting,
        "form": form,
        "may_answer": may_answer and not found.meeting.is_issued,
        "lines": shown,
        "others": found.meeting.agenda.count() - len(shown),
    }
    return render(request, "desk/invitation.html", context)


def _given(invitation: Invitation) -> dict:
    given = {"reply": invitation.reply, "words": invitation.note}
    return given if invitation.reply != Invitation.Reply.NONE else {}


def _answered(request: HttpRequest, found: Invitation, form: ReplyForm) -> bool:
    try:
        convening.answer_invitation(found, form.cleaned_data["reply"], form.cleaned_data["words"], by=request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, f"已回执：{found.get_reply_display()}")
    return True
