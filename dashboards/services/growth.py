"""Topics that grow: categories of which clearly more is received than four weeks before."""

from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.services import reading
from dashboards.services.periods import Period

WINDOW_DAYS, AT_LEAST = 28, 5


@dataclass(frozen=True)
class Growing:
    """Received of one category in the last four weeks and in the four before."""

    category_id: int
    now: int
    before: int


def growing(code: str, day: date) -> list[Growing]:
    """Categories with at least five received in the four weeks to `day` and half as many again as before, by id."""
    now, before = (_received(code, day - timedelta(days=WINDOW_DAYS * back)) for back in (0, 1))
    found = [Growing(category, n, before.get(category, 0)) for category, n in sorted(now.items())]
    return [one for one in found if one.now >= AT_LEAST and 2 * one.now >= 3 * one.before]


def _received(code: str, last: date) -> dict[int, int]:
    period = Period("weeks", "", last - timedelta(days=WINDOW_DAYS - 1), last)
    categories = reading.by_kind(code, period)["category"]
    return {int(key): sums["received"] for key, sums in categories.items()}
