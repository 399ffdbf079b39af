"""Nothing opens before a password made by somebody else was replaced."""

from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

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
