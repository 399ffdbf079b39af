"""Sign-in, sign-out, passwords and one's own account."""

from datetime import timedelta

from axes.helpers import get_client_username
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import passwords, services
from accounts.forms import PasswordForm, SignInForm
from accounts.kept import opened
from accounts.lockout import lock_length, locked_until
from accounts.models import User
from accounts.preferences import remember_size

KEPT_FOR = int(timedelta(days=30).total_seconds())


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Who is signed in already is taken to where they start."""
    kept = request.POST.get("kept", "")
    if request.user.is_authenticated:
        return _carry_on(request, kept) or redirect(_start(request.user))
    form = SignInForm(request, request.POST or None)
    if not form.is_valid():
        return sign_in_page(request, form, kept=kept)
    login(request, form.user)
    if form.cleaned_data["keep"]:
        request.session.set_expiry(KEPT_FOR)
    answer = _carry_on(request, kept) or redirect(_next(request) or _start(form.user))
    return remember_size(request, answer, form.user.size) if form.user.size else answer


def sign_in_page(request: HttpRequest, form: SignInForm | None = None, *, kept: str = "") -> HttpResponse:
    """The sign-in form; with `kept`, what was typed into another form before the session ended (accounts.kept)."""
    kept = kept if opened(kept) else ""
    shown = {"form": form or SignInForm(request), "next": _next(request), "kept": kept}
    answer = render(request, "accounts/sign_in.html", shown)
    add_never_cache_headers(answer)
    return answer


def _carry_on(request: HttpRequest, sealed: str) -> HttpResponse | None:
    """The page that sends a kept form after all; None where there is none, or a password has to be replaced first."""
    found = opened(sealed)
    if found is None or request.user.must_change_password:
        return None
    return render(request, "accounts/carry_on.html", {"kept": found})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, "已退出登录")
    return redirect("accounts:sign-in")


@never_cache
@sensitive_post_parameters()  # before the guard: what is typed here is not kept where nobody is signed in either
@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password: forced after one of somebody else's making, otherwise whenever the person wants."""
    forced = request.user.must_change_password
    form = PasswordForm(request.user, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/password.html", {"form": form, "forced": forced, "rules": passwords.RULES})
    services.change_password(request.user, password=form.cleaned_data["new"], by=request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, "新密码已生效，别处的登录已全部退出")
    return redirect(_start(request.user) if forced else "accounts:profile")


@never_cache
@login_required
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """One's own account; administrators also see the keys that act in their name."""
    keys = request.user.api_keys.working().order_by("created_at") if request.user.is_staff else None
    return render(request, "accounts/profile.html", {"keys": keys})


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """What a locked account sees instead of the form: until when, and what to do. Called by axes' middleware."""
    until = locked_until(get_client_username(request, credentials) or "")
    minutes = int(lock_length().total_seconds() // 60)
    return render(request, "accounts/locked.html", {"until": until, "minutes": minutes}, status=429)


def _start(user: User) -> str:
    """The page somebody starts from; the project says which."""
    return import_string(settings.START_PAGE)(user)


def _next(request: HttpRequest) -> str:
    """Where to go after signing in; empty unless it is a page of this site other than the sign-in page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted != resolve_url(settings.LOGIN_URL) else ""
