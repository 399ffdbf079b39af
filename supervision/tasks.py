"""Periodic work of supervision."""

from celery import shared_task

from supervision.services.striking import strike_closed


@shared_task
def sweep_ledgers() -> int:
    """Strike off closed items, bring back those whose case came back; returns how many."""
    return strike_closed()
