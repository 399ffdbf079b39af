"""Periodic work of supervision."""

from celery import shared_task

from supervision.services import sweeping
from supervision.services.striking import strike_closed


@shared_task
def sweep() -> int:
    """Urges, proposes and settles what is due; returns how many orders."""
    return sweeping.sweep().total


@shared_task
def sweep_ledgers() -> int:
    """Strike off closed items, bring back those whose case came back; returns how many."""
    return strike_closed()
