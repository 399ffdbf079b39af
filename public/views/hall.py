"""The hall itself, and the pages that only tell."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.preferences import remember_size
from common.normalise import clean_text
from common.templatetags.weidu import cn_time
from households.models import PrivacyNotice
from public import catalog, openness, sending, throttles, wall
from public.forms import RightsForm


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The service hall, with the communities one looks for."""
    q = clean_text(request.GET.get("q", ""))[:20]
    page = {
        "ended": openness.recently_ended(),
        "waiting": wall.longest_waiting(),
        "q": q,
        "found": catalog.communities_called(q),
    }
    return render(request, "public/home.html", page)


@require_safe
def cadre(request: HttpRequest) -> HttpResponse:
    """Where complaints about officials go. Stores nothing and has no form."""
    return render(request, "public/cadre.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The notice in force, and the earlier ones."""
    notices = list(PrivacyNotice.objects.filter(in_force_from__lte=timezone.now()).order_by("-in_force_from"))
    if not notices:
        raise Http404
    lines = [line.partition("：")[::2] for line in notices[0].body.splitlines()]
    return render(request, "public/privacy.html", {"current": notices[0], "lines": lines, "earlier": notices[1:]})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def rights(request: HttpRequest) -> HttpResponse:
    """A request about one's own data."""
    form = RightsForm(request.POST or None)
    busy = request.method == "POST" and throttles.is_busy(request, "submit")
    if busy or not form.is_valid():
        page = {"form": form, "busy": busy, "notice": catalog.notice()}
        return render(request, "public/rights.html", page, status=429 if busy else 200)
    asked = sending.ask_once(submission=form.submission, **form.cleaned_data)
    messages.success(request, f"申请已收到，最晚{cn_time(asked.due_at)}前按您留的手机号答复您。")
    return redirect("public:rights")


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """标准版 or 长辈版, remembered for a year; back to the page one came from."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return remember_size(request, redirect(wanted if safe else "public:home"), request.POST.get("size", ""))
