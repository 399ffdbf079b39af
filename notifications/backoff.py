"""When a failed push is tried again. Pure: no clock, no queries."""

from datetime import timedelta

MAX_ATTEMPTS = 8


def pause_after(attempts: int) -> timedelta | None:
    """How long the next try waits once `attempts` have begun: 5, 15, 45 minutes … up to 12 hours; None after the last.

    Eight tries span about 34 hours, so a gateway may be down over a night. The first pause is also how long a
    deliverer that died keeps its row from the others; it exceeds the time-outs of one notice.
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return timedelta(minutes=min(5 * 3 ** (attempts - 1), 720))
