"""What django-axes counted, in the words the sign-in page needs."""

from datetime import datetime, timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.utils import timezone


def tries_left(request) -> int:
    """How many more wrong passwords lock the account that was just tried."""
    return max(settings.AXES_FAILURE_LIMIT - (getattr(request, "axes_failures_since_start", 0) or 0), 0)


def lock_length() -> timedelta:
    """How long a lock lasts."""
    return get_cool_off()


def locked_until(name: str, at: datetime | None = None) -> datetime:
    """When the account of this name opens again; counted from now where nothing was recorded."""
    last = AccessAttempt.objects.filter(username=name).aggregate(last=Max("attempt_time"))["last"]
    return (last or at or timezone.now()) + lock_length()
