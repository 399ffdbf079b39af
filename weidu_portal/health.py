"""What a load balancer and an operator ask: is it alive, is it ready. Counts and seconds only, nothing personal."""

from datetime import datetime

import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.models import Case
from wishes.models import Claim, Wish

# The sweep runs twice within a tick of 60 seconds; a case that waits two ticks says that nobody sweeps.
OLDEST_DUE_LIMIT_SECONDS = 120
BROKER_TIMEOUT_SECONDS = 2


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """`ok` as long as this process answers; asks neither the database nor the broker."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer and the sweep keeps up, else 503; the body says which of them."""
    database = database_answers()
    broker = broker_answers()
    waiting = oldest_due_seconds() if database else None
    ready = database and broker and (waiting or 0) <= OLDEST_DUE_LIMIT_SECONDS
    body = {"ready": ready, "database": database, "broker": broker, "oldest_due_seconds": waiting}
    return JsonResponse(body, status=200 if ready else 503)


def database_answers() -> bool:
    """True if the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def broker_answers() -> bool:
    """True if the broker answers a ping within two seconds."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_timeout=BROKER_TIMEOUT_SECONDS,
            socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def oldest_due_seconds(at: datetime | None = None) -> int:
    """For how many seconds the case, wish or claim whose alarm is longest due has waited for its sweep; 0 when none is."""
    now = at or timezone.now()
    waiting = [model.objects.aggregate(earliest=Min("next_alarm_at"))["earliest"] for model in (Case, Wish, Claim)]
    earliest = min(filter(None, waiting), default=now)
    return max(int((now - earliest).total_seconds()), 0)
