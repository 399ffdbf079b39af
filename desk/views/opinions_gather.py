"""合成议题: ticked opinions become one consultation, a new one or one under way."""

import uuid as uuids

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cases.forms import StyledForm
from common.errors import DomainError
from consultations.models import Consultation
from consultations.services import Topic
from desk.forms_consultations import TopicForm
from desk.visit_ground import own_communities, planned_lines
from grids.decorators import require
from grids.permissions import Ability
from visits import services as visits
from visits.models import Line
from visits.states import OpinionState

MOST = 200


class IntoForm(StyledForm):
    """A consultation under way, or a new one."""

    into = forms.ModelChoiceField(
        label="并入哪个议题", queryset=Consultation.objects.none(), required=False, empty_label="新定一个议题"
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Consultation.objects.run_by(user).open().order_by("-created_at")
        self.fields["into"].queryset = rows
        self.fields["into"].label_from_instance = lambda held: f"{held.title}（{held.get_status_display()}）"


@require(Ability.PLAN_VISITS)
@never_cache
@require_POST
def gather(request: HttpRequest) -> HttpResponse:
    """First POST: what was ticked, with everything like it beside; second: the consultation itself."""
    mine = offered(request.user)
    picked = list(mine.filter(uuid__in=_ids(request))[:MOST])
    if not picked:
        messages.error(request, "请先勾选要合成的意见。")
        return redirect("desk:opinions")
    goes = "go" in request.POST
    into = IntoForm(request.POST if goes else None, user=request.user)
    existing = into.is_valid() and into.cleaned_data["into"] if goes else None
    topic = TopicForm(request.POST if goes and not existing else None, user=request.user, initial=_suggested(picked))
    if goes and into.is_valid() and (existing or topic.is_valid()):
        wanted: Consultation | Topic = existing or topic.wanted()
        try:
            held, taken = visits.gather(picked, wanted, by=request.user)
        except DomainError as refusal:
            into.add_error(None, refusal.message)
        else:
            messages.success(request, f"{taken}条意见已合成议题“{held.title}”")
            return redirect(held)
    context = {"picked": picked, "more": _alike(mine, picked), "into": into, "topic": topic}
    return render(request, "desk/opinions_gather.html", context)


def offered(user):
    """What the own communities may still gather: waiting, or left for a consultation."""
    rows = planned_lines(user).filter(visit__community__in=own_communities(user), consultation__isnull=True)
    rows = rows.filter(opinion_state__in=[OpinionState.WAITING, OpinionState.CONSULTATION])
    return rows.select_related("topic", "visit__compound", "visit__area").order_by("pk")


def _ids(request: HttpRequest) -> list[uuids.UUID]:
    ids = []
    for text in request.POST.getlist("pick")[:MOST]:
        try:
            ids.append(uuids.UUID(text))
        except ValueError:
            continue
    return ids


def _alike(mine, picked: list[Line]) -> list[Line]:
    """The others said in the same compounds, or in the same community about the same topics."""
    compounds, topics = {line.visit.compound_id for line in picked}, {line.topic_id for line in picked}
    rows = mine.filter(visit__community=picked[0].visit.community).exclude(pk__in=[line.pk for line in picked])
    alike = rows.filter(visit__compound__in=compounds) | rows.filter(topic__in=topics)
    return list(alike[: MOST - len(picked)])


def _suggested(picked: list[Line]) -> dict:
    """The compound where all of them were said in one, else the community."""
    compounds = {line.visit.compound_id for line in picked}
    area = picked[0].visit.community
    return {"compound": compounds.pop(), "area": None} if len(compounds) == 1 else {"area": area}
