"""我的认领: what one has in hand, and what one does about it. Shown to the person only, and kept nowhere."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from common.pages import bounded_count, keyset
from files.services import photo_response
from public import claimed
from public.forms_claims import ACTS, Act, ActForm
from wishes import services as wishes
from wishes.models import Claim, Volunteer


def volunteers(view: Callable) -> Callable:
    """Lets volunteers through, checked or not, and hands over their row; others are asked to register first."""

    @never_cache
    @login_required
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        volunteer = Volunteer.objects.select_related("unit", "community").filter(user=request.user).first()
        if volunteer is None:
            back = urlencode({"next": request.path})
            return redirect(f"{reverse('public:volunteer')}?{back}")
        request.volunteer = volunteer
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@volunteers
def claims(request: HttpRequest) -> HttpResponse:
    """In hand, waiting to be confirmed, ended."""
    rows = claimed.own(request.user)
    live = claimed.tell(rows.live().order_by("claimed_at", "pk"), request.user)
    ended = rows.exclude(pk__in=[told.claim.pk for told in live])
    shown = keyset(ended, order=("-ended_at", "-id"), cursor=request.GET.get("page"))
    page = {
        "volunteer": request.volunteer,
        "in_hand": [told for told in live if not told.waits],
        "waiting": [told for told in live if told.waits],
        "ended": claimed.tell(shown, request.user),
        "ended_count": bounded_count(ended, 1000),
        "page": shown,
        "held": len(live),
        "most": claimed.most_at_once(),
        "unread": claimed.inbox_of(request.user).waiting,
    }
    return render(request, "claims/claims.html", page)


def _own(request: HttpRequest, uuid: UUID) -> Claim:
    """The claim of this address where the person has a part in it, else 404."""
    return get_object_or_404(claimed.own(request.user), uuid=uuid)


@require_safe
@volunteers
def claim(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One claim; how to reach the wisher stays closed."""
    return _claim_page(request, _own(request, uuid))


def _claim_page(request: HttpRequest, found: Claim, status: int = 200, **more) -> HttpResponse:
    page = {"told": claimed.tell([found], request.user)[0], "lapse_days": claimed.lapse_days()}
    return render(request, "claims/claim.html", page | more, status=status)


@require_POST
@volunteers
def contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """打开: name, door and phone in plain, in this one answer; every opening is logged by the service."""
    found = _own(request, uuid)
    try:
        opened = wishes.contact_for_claimer(found, by=request.user)
    except DomainError as refusal:
        return _claim_page(request, found, status=409, refusal=refusal.message)
    return _claim_page(request, found, contact=opened)


@require_http_methods(["GET", "POST"])
@volunteers
def act(request: HttpRequest, uuid: UUID, action: str) -> HttpResponse:
    """报进展, 报完成, 放弃 and 退出, each on a page of its own."""
    chosen = ACTS.get(action)
    if chosen is None:
        raise Http404
    found = _own(request, uuid)
    if request.method == "GET" and chosen.action not in claimed.acts_of(found, request.user):
        return redirect("public:claim", found.uuid)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = chosen.form(*posted, by=request.user)
    if not form.is_valid():
        return _act_page(request, found, chosen, form)
    try:
        form.carry_out(found)
    except DomainError as refusal:
        return _act_page(request, found, chosen, form, status=409, refusal=refusal.message)
    messages.success(request, chosen.done)
    return redirect("public:claims")


def _act_page(
    request: HttpRequest, found: Claim, chosen: Act, form: ActForm, status: int = 200, **more
) -> HttpResponse:
    page = {"told": claimed.tell([found], request.user)[0], "act": chosen, "form": form}
    return render(request, "claims/act.html", page | more, status=status)


@require_safe
@volunteers
def photo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The photo that was sent with 报完成, for those of the claim."""
    found = _own(request, uuid)
    if found.proof_photo is None:
        raise Http404
    return photo_response(found.proof_photo, size="full")
