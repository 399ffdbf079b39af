"""Periodic work of disputes."""

from celery import shared_task

from mediation.services.retention import forget_concluded


@shared_task
def forget_parties() -> int:
    """Disputes whose parties' time is over; returns how many."""
    return forget_concluded()
