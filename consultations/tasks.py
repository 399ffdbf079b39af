"""Periodic work of consultations."""

from celery import shared_task

from consultations.services.names import forget_ended
from consultations.services.reminding import remind


@shared_task
def forget_givers() -> int:
    """Names of who gave money or came, whose time is over; returns how many."""
    return forget_ended()


@shared_task
def remind_conveners() -> int:
    """Decisions published to the end, told to their conveners; returns how many are new."""
    return remind()
