"""The row of times every district starts with."""

from wishes.models import Pace


def load() -> None:
    """Insert it where it is missing. Idempotent."""
    Pace.objects.get_or_create(pk=1)
