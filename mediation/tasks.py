"""Periodic work of disputes."""

from celery import shared_task

from mediation.services.reminding import remind
from mediation.services.retention import forget_concluded


@shared_task
def forget_parties() -> int:
    """Disputes whose parties' time is over; returns how many."""
    return forget_concluded()


@shared_task
def remind_mediators() -> int:
    """Disputes whose limit date comes near or is over, told to who mediates; returns how many."""
    return remind()
