"""通知: what the person's seats were told, unread first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grids.decorators import require
from grids.permissions import Ability
from grids.scope import scope_of
from notifications.reading import Inbox


@require(Ability.HANDLE, Ability.REGISTER)
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The list; a POST marks one (`notice`) or all as read; `?open=` marks one and goes to its page."""
    inbox = Inbox(request.user, scope_of(request.user).seats)
    if request.method == "POST":
        inbox.mark(request.POST.get("notice", ""))
        return redirect("desk:notices")
    if request.GET.get("open"):
        return _open(inbox, request.GET["open"])
    shown = inbox.listing(request.GET)
    context = {"waiting": inbox.waiting, "page": shown.page, "shows_all": shown.shows_all, "fresh": shown.fresh}
    return render(request, "desk/notices.html", context)


def _open(inbox: Inbox, number: str) -> HttpResponse:
    """Reading what a notice is about counts as reading the notice; a second time changes nothing."""
    target = inbox.open(number)
    if target is None:
        raise Http404
    return redirect(target or "desk:notices")
