"""Audit entries for signing in and out, wherever it happens. Receivers of Django's and axes' signals."""

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from accounts.models import User
from audit.services import record


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def note_sign_in(sender, request, user, **kwargs) -> None:
    """Somebody signed in."""
    record("account.signed_in", subject=("accounts.user", user.pk), by=user)


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def note_sign_out(sender, request, user, **kwargs) -> None:
    """Somebody signed out."""
    if user is not None:
        record("account.signed_out", subject=("accounts.user", user.pk), by=user)


@receiver(user_locked_out, dispatch_uid="accounts.locked")
def note_lock(sender, request, username, **kwargs) -> None:
    """An existing account was locked: once a lock, not once a further try."""
    if getattr(request, "axes_failures_since_start", None) != settings.AXES_FAILURE_LIMIT:
        return
    user = User.objects.filter(username=username).first()
    if user is not None:
        record("account.locked", subject=("accounts.user", user.pk), by=None, tries=settings.AXES_FAILURE_LIMIT)
