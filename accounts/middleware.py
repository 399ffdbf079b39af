"""Nothing opens before a password made by somebody else was replaced."""

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
        if request.htmx:
            return HttpResponseClientRedirect(reverse("accounts:password"))
        return redirect("accounts:password")
