"""How often one browser, one receipt and one network may ask, counted on the cache server; open when that is down.

The network's limits are loose: a street office or a whole courtyard shares one address.
"""

import logging
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter

logger = logging.getLogger(__name__)

# (purpose, what is counted) → limit. The environment of a load test may widen them: settings.PUBLIC_LIMITS.
LIMITS = {
    ("submit", "browser"): "10/hour",
    ("submit", "network"): "300/hour",
    ("enrol", "browser"): "5/hour",
    ("enrol", "network"): "60/hour",
    ("try", "browser"): "40/hour",
    ("try", "network"): "900/hour",
    ("look", "browser"): "600/hour",
    ("look", "network"): "9000/hour",
    ("download", "browser"): "20/hour",
    ("download", "network"): "120/hour",
    ("call", "browser"): "60/hour",
    ("call", "receipt"): "60/hour",
    ("call", "network"): "600/hour",
    ("track", "browser"): "30/hour",
    ("track", "receipt"): "20/hour",
    ("track", "network"): "600/hour",
}
_SECONDS_TO_ANSWER = 0.5


@cache
def limiter() -> FixedWindowRateLimiter:
    """Counts in fixed windows, with little patience for a cache server that does not answer."""
    options = {"socket_connect_timeout": _SECONDS_TO_ANSWER, "socket_timeout": _SECONDS_TO_ANSWER}
    return FixedWindowRateLimiter(RedisStorage(f"{settings.REDIS_URL}/1", wrap_exceptions=True, **options))


def is_busy(request: HttpRequest, purpose: str, *, receipt: str = "") -> bool:
    """Counts one more `purpose` (a first part of LIMITS); True where a limit is passed."""
    counted = {"browser": _browser(request), "network": _network(request), "receipt": receipt}
    results = [_passes(purpose, what, key) for what, key in counted.items() if key and _limit(purpose, what)]
    return not all(results)


def _passes(purpose: str, what: str, key: str) -> bool:
    limit = _limit(purpose, what)
    try:
        return limit is None or limiter().hit(limit, purpose, what, _hidden(key))
    except StorageError:
        logger.warning("throttle %s/%s stays open: no answer from the cache server", purpose, what)
        return True


def _limit(purpose: str, what: str) -> RateLimitItem | None:
    """The limit; settings may widen it under the key "submit-network"."""
    widened = getattr(settings, "PUBLIC_LIMITS", {})
    text = widened.get(f"{purpose}-{what}") or LIMITS.get((purpose, what))
    return parse(text) if text else None


def _hidden(key: str) -> str:
    """Addresses and receipts are personal data: the cache server holds a keyed digest."""
    return salted_hmac("public.throttles", key, algorithm="sha256").hexdigest()[:32]


def _browser(request: HttpRequest) -> str:
    """What every browser that sends a form carries, with or without a session."""
    return request.META.get("CSRF_COOKIE") or ""


def _network(request: HttpRequest) -> str:
    """The address the request came from: the one our own proxy saw, where there is one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
