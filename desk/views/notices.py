"""通知: what the person's seats were told, unread first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from common.pages import bounded_count, keyset
from grids.decorators import require
from grids.permissions import Ability
from grids.scope import scope_of
from notifications.models import Notification
from notifications.services import mark_read


@require(Ability.HANDLE, Ability.REGISTER)
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The list; a POST marks one (`notice`) or all as read; `?open=` marks one and goes to its page."""
    if request.method == "POST":
        return _mark(request)
    if request.GET.get("open"):
        return _open(request, request.GET["open"])
    rows = Notification.objects.for_seats(scope_of(request.user).seats, request.user)
    unread = rows.unread(request.user)
    waiting = bounded_count(unread)
    shows_all = request.GET.get("view") == "all" or not waiting
    page = keyset(rows if shows_all else unread, order=("-id",), cursor=request.GET.get("page"))
    fresh = {n.pk for n in page} if not shows_all else _fresh(unread, page)
    context = {"page": page, "waiting": waiting, "shows_all": shows_all, "fresh": fresh}
    return render(request, "desk/notices.html", context)


def _fresh(unread, page) -> set[int]:
    return set(unread.filter(pk__in=[notice.pk for notice in page]).values_list("pk", flat=True))


def _mark(request: HttpRequest) -> HttpResponse:
    one = request.POST.get("notice", "")
    mark_read(request.user, seats=scope_of(request.user).seats, ids=[int(one)] if one.isdecimal() else None)
    return redirect("desk:notices")


def _open(request: HttpRequest, number: str) -> HttpResponse:
    """Reading what a notice is about counts as reading the notice; a second time changes nothing."""
    seats = scope_of(request.user).seats
    rows = Notification.objects.for_seats(seats, request.user)
    notice = rows.filter(pk=number).first() if number.isdecimal() else None
    if notice is None:
        raise Http404
    mark_read(request.user, seats=seats, ids=[notice.pk])
    ours = url_has_allowed_host_and_scheme(notice.target, allowed_hosts=None)
    return redirect(notice.target if notice.target and ours else "desk:notices")
