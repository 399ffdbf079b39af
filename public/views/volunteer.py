"""报名: who would like to claim wishes says who they are; the community checks."""

from django.contrib import messages
from django.contrib.auth import login
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords
from common.errors import DomainError
from grids.levels import Level, code_at
from grids.scope import postings_of
from public import catalog, throttles
from public.forms_claims import EnrolForm, InvitedForm, VolunteerForm
from wishes import services as wishes
from wishes.models import Invitation, Volunteer

_BACKEND = "accounts.backends.NameOrPhoneBackend"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Somebody new opens an account; somebody signed in only names the community."""
    if Volunteer.objects.filter(user_id=request.user.pk).exists():
        return redirect("public:claims")
    if request.user.is_authenticated:
        return _enrol(request)
    form = VolunteerForm(_posted(request))
    if request.method == "GET":
        return _page(request, form)
    return _open(request, form, form.open) if _may_try(request, form) else _page(request, form, busy=True)


def _enrol(request: HttpRequest) -> HttpResponse:
    form = EnrolForm(_posted(request), initial={"community": _posted_at(request.user)})
    if not form.is_valid():
        return _page(request, form, "claims/enrol.html")
    try:
        form.enrol(request.user)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, "claims/enrol.html")
    return redirect(_next(request))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The link a unit was sent: used once, and known at once."""
    invitation = wishes.invitation_of(token)
    if invitation is None:
        return render(request, "claims/invitation_gone.html", status=404)
    if request.user.is_authenticated:
        return _accept(request, invitation)
    form = InvitedForm(_posted(request), unit=invitation.unit)
    if request.method == "GET":
        return _page(request, form, invitation=invitation)
    if not _may_try(request, form):
        return _page(request, form, invitation=invitation, busy=True)
    return _open(request, form, lambda: form.open(invitation), invitation=invitation)


def _accept(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Somebody with an account becomes the unit's representative after saying so."""
    refusal = ""
    if request.method == "POST":
        try:
            wishes.accept(invitation, by=request.user)
        except DomainError as error:
            refusal = error.message
        else:
            messages.success(request, f"登记好了，可以以{invitation.unit.name}的名义认领。")
            return redirect("public:claims")
    now = Volunteer.objects.filter(user=request.user, unit__isnull=False).select_related("unit").first()
    page = {"invitation": invitation, "refusal": refusal, "unit": now.unit if now else None}
    return render(request, "claims/accept.html", page)


def _may_try(request: HttpRequest, form: Form) -> bool:
    """Every sending counts; one that is complete counts as a registration too."""
    return not throttles.is_busy(request, "try") and not (form.is_valid() and throttles.is_busy(request, "enrol"))


def _open(request: HttpRequest, form: Form, opens, **more) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, **more)
    try:
        volunteer = opens()
    except DomainError as refusal:
        form.add_error("phone", refusal.message)
        return _page(request, form, **more)
    login(request, volunteer.user, backend=_BACKEND)
    messages.success(request, "报名收到了。" if volunteer.decided_at is None else "登记好了，可以认领微心愿。")
    return redirect(_next(request))


def _page(request: HttpRequest, form: Form, template: str = "claims/volunteer.html", **more) -> HttpResponse:
    page = {"form": form, "streets": catalog.streets(), "rules": passwords.RULES, "next": _wanted(request)}
    return render(request, template, page | more, status=429 if more.get("busy") else 200)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _posted_at(user) -> str:
    """The community of a posting, where there is one."""
    areas = [posting.area_id for posting in postings_of(user) if posting.area_id]
    return next((code_at(area, Level.COMMUNITY) for area in areas if len(area) >= 12), "")


def _wanted(request: HttpRequest) -> str:
    """The page of this site somebody came from; empty where none is named."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def _next(request: HttpRequest) -> str:
    return _wanted(request) or reverse("public:claims")
