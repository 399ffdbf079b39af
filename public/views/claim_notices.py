"""通知 of those who claim wishes: what they were told in person, unread first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from notifications.reading import Inbox
from public.claimed import inbox_of
from public.views.claims import volunteers


@require_http_methods(["GET", "POST"])
@volunteers
def notices(request: HttpRequest) -> HttpResponse:
    """The list; a POST marks one (`notice`) or all as read; `?open=` marks one and goes to its page."""
    inbox = inbox_of(request.user)
    if request.method == "POST":
        inbox.mark(request.POST.get("notice", ""))
        return redirect("public:claim-notices")
    if request.GET.get("open"):
        return _open(inbox, request.GET["open"])
    shown = inbox.listing(request.GET)
    context = {"waiting": inbox.waiting, "page": shown.page, "shows_all": shown.shows_all, "fresh": shown.fresh}
    return render(request, "claims/notices.html", context)


def _open(inbox: Inbox, number: str) -> HttpResponse:
    """Reading what a notice is about counts as reading the notice."""
    target = inbox.open(number)
    if target is None:
        raise Http404
    return redirect(target or "public:claim-notices")
