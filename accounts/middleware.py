"""Sessions that ended while a form was open, and passwords that must be replaced first."""

from urllib.parse import parse_qs, quote, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from accounts.kept import keep
from accounts.views import sign_in_page

ENDED = "登录已到期。填的内容还在这一页，提交时会先请您登录。"
OPEN_VIEWS = frozenset({"accounts:password", "accounts:sign-out", "public:size"})


class FirstPasswordMiddleware:
    """Sends whoever must change the password to that page. Signing out and the size of type stay possible."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """A redirect to the change page, or None to go on."""
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        if request.resolver_match.view_name in OPEN_VIEWS:
            return None
        if request.resolver_match.namespace == "sync":
            # A phone's outbox reads JSON only; to it, a password that must be changed is a sign-in not yet done.
            return JsonResponse({"error": "password", "words": "请先登录改密码，记录还在手机上。"}, status=401)
        if request.htmx:
            return HttpResponseClientRedirect(reverse("accounts:password"))
        return redirect("accounts:password")


class SessionEndedMiddleware:
    """Loses nothing of a form that arrives after the session ended.

    Its fields are kept in the sign-in page that answers it. A button without fields leads back to the page it was on. A
    part of a page asked for by htmx never shows the sign-in page in the middle of another.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        if answer.status_code != 302 or request.user.is_authenticated or not _asks_to_sign_in(request, answer):
            return answer
        if request.htmx:
            return _part(request)
        if request.method != "POST":
            return answer
        sealed = keep(request)
        if sealed:
            return sign_in_page(request, kept=sealed)
        page = _page_before(request)
        return redirect(_sign_in_address(page)) if page else answer


def _asks_to_sign_in(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Whether `answer` sends to the sign-in page because this very address wants somebody signed in."""
    where = urlsplit(answer["Location"])
    return where.path == reverse("accounts:sign-in") and parse_qs(where.query).get("next") == [request.get_full_path()]


def _part(request) -> HttpResponse:
    if request.method == "POST":
        return HttpResponse(ENDED, status=401, content_type="text/plain; charset=utf-8")
    page = request.htmx.current_url_abs_path
    return HttpResponseClientRedirect(_sign_in_address(page) if page else reverse("accounts:sign-in"))


def _page_before(request: HttpRequest) -> str:
    """The path of the page the button was on, where it is one of ours."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _sign_in_address(page: str) -> str:
    return f"{reverse('accounts:sign-in')}?next={quote(page)}"
