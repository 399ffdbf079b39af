"""Periodic work of supervision."""

from celery import shared_task

from supervision.services import sweeping


@shared_task
def sweep() -> int:
    """Urges, proposes and settles what is due; returns how many orders."""
    return sweeping.sweep().total
