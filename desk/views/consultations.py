"""协商议事: the list, a new topic, the page of one, what is done to it, and its papers."""

from uuid import UUID

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Case
from common.errors import DomainError, StalePage
from consultations import services as verbs
from consultations import shown
from consultations.models import Consultation, WorkPhoto
from consultations.roles import may
from consultations.services.acting import stale_words
from consultations.states import Action
from desk.consultation_acts import ACTS
from desk.consultation_list import listing
from desk.consultation_page import ConsultationPage, visible
from desk.forms_consultations import HeldForm, TopicForm
from desk.ground_page import address
from files.services import photo_response
from grids.decorators import require
from grids.levels import Level
from grids.permissions import Ability
from grids.scope import scope_of

READS = (Ability.REGISTER, Ability.HANDLE)


def held_or_404(request: HttpRequest, number: str) -> Consultation:
    """The consultation of this number, where the signed-in person may see it."""
    found = visible(request.user, number)
    if found is None:
        raise Http404
    return found


def opens(user) -> bool:
    """True for who works in a grid or community: they call residents together."""
    scope = scope_of(user, granting=Ability.HANDLE)
    return bool(scope.at(Level.GRID) or scope.at(Level.COMMUNITY))


@require(*READS)
@require_safe
def consultations(request: HttpRequest) -> HttpResponse:
    """The list. The address holds its whole state."""
    context = {
        "list": listing(request.user, request.GET),
        "may_open": opens(request.user),
        "here": address(request.GET, "page"),
        "view_address": address(request.GET, "page", "view"),
    }
    return render(request, "desk/consultations.html", context)


@require(Ability.HANDLE)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """发起协商, of a case where the address names one."""
    if not opens(request.user):
        raise PermissionDenied
    case = _case(request)
    initial = {"title": case.headline[:40], "compound": case.compound_id, "area": case.area_id} if case else {}
    form = TopicForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = verbs.open_topic(form.wanted(), cases=[case] if case else [], by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已定议题，请通知居民")
            return redirect(made)
    return render(request, "desk/consultation_form.html", {"form": form, "case": case, "title": "发起协商"})


def _case(request: HttpRequest) -> Case | None:
    number = request.POST.get("case") or request.GET.get("case", "")
    if not number:
        return None
    return get_object_or_404(Case.objects.visible_to(request.user).filter(about__isnull=True), number=number)


@require(*READS)
@never_cache
@require_safe
def consultation(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one consultation."""
    found = held_or_404(request, number)
    context = {"page": ConsultationPage(found, request.user), "held": found, "link": _review_link(request, found)}
    return render(request, "desk/consultation.html", context)


def _review_link(request: HttpRequest, held: Consultation) -> dict | None:
    """The address residents answer by, and its code to print."""
    if held.review_key is None or held.is_over:
        return None
    url = request.build_absolute_uri(reverse("public:consultation-review", args=[held.review_key]))
    return {"url": url, "code": segno.make(url, error="m", micro=False).svg_data_uri(scale=4, border=2)}


@require(*READS)
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, number: str) -> HttpResponse:
    """改议题: words, time and place, until somebody has met."""
    found = held_or_404(request, number)
    if not may(found, Action.CHANGE, request.user):
        raise PermissionDenied
    form = TopicForm(request.POST if request.method == "POST" else None, user=request.user, held=found)
    if form.is_bound and form.is_valid():
        try:
            verbs.change(found, form.wanted(), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已改")
            return redirect(found)
    return render(request, "desk/consultation_form.html", {"form": form, "held": found, "title": "改议题"})


@require(*READS)
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """GET: the form of an action. POST: carry it out; on refusal the form with everything typed, and why."""
    found = held_or_404(request, number)
    if action not in ACTS:
        raise Http404
    action = Action(action)
    kind, posted = ACTS[action], request.method == "POST"
    form = kind.form(request.POST if posted else None, request.FILES if posted else None, held=found, user=request.user)
    if not may(found, action, request.user):
        return _moved_on(request, found, action, form) if posted and _late(request, found) else _refused()
    if not posted or not form.is_valid():
        return _act_page(request, found, action, form)
    try:
        kind.perform(found, form, seen_count=_seen(request), by=request.user)
    except StalePage as stale:
        return _act_page(request, held_or_404(request, number), action, form, stale=stale.message)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, found, action, form)
    messages.success(request, kind.told)
    return redirect(found)


def _refused() -> HttpResponse:
    raise PermissionDenied


def _late(request: HttpRequest, found: Consultation) -> bool:
    seen = _seen(request)
    return seen is not None and seen != found.event_count


def _moved_on(request: HttpRequest, found: Consultation, action: Action, form: HeldForm) -> HttpResponse:
    return _act_page(request, found, action, form, stale=stale_words(found), gone=True)


def _act_page(
    request: HttpRequest, found: Consultation, action: Action, form: HeldForm, *, stale: str = "", gone: bool = False
) -> HttpResponse:
    context = {
        "held": found,
        "action": action,
        "act": ACTS[action],
        "form": form,
        "seen": found.event_count,
        "stale": stale,
        "gone": gone,
    }
    return render(request, "desk/consultation_act.html", context, status=409 if stale else 200)


def _seen(request: HttpRequest) -> int | None:
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@require(*READS)
@require_safe
def photo(request: HttpRequest, number: str, pk: UUID, size: str) -> HttpResponse:
    """A photo of works or of a notice, for who may see the consultation."""
    found = held_or_404(request, number)
    if size not in ("full", "thumb"):
        raise Http404
    kept = WorkPhoto.objects.select_related("photo").filter(consultation=found, photo=pk).first()
    kept = kept or found.notices.select_related("photo").filter(photo=pk).first()
    if kept is None:
        raise Http404
    return photo_response(kept.photo, size=size)


@require(*READS)
@never_cache
@require_safe
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """The paper for the notice board, A4."""
    found = held_or_404(request, number)
    context = {"held": found, "now": timezone.now(), "body": body_of(found)}
    return render(request, "desk/print_consultation_notice.html", context)


@require(*READS)
@never_cache
@require_safe
def money(request: HttpRequest, number: str) -> HttpResponse:
    """收支公示 on A4 landscape: what counts now, without a name that was not agreed to."""
    found = held_or_404(request, number)
    context = {
        "held": found,
        "sheet": shown.sheet(found.book),
        "back": found.get_absolute_url(),
        "body": body_of(found),
        "now": timezone.now(),
        "watching": found.attendees.filter(signs=True).select_related("user").order_by("pk").first(),
    }
    return render(request, "desk/print_consultation_money.html", context)


def body_of(held: Consultation) -> str:
    """北大街道新村社区居民委员会."""
    return f"{shown.community_of(held)}居民委员会"
