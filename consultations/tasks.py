"""Periodic work of consultations."""

from celery import shared_task

from consultations.services.names import forget_ended


@shared_task
def forget_givers() -> int:
    """Names of who gave money or came, whose time is over; returns how many."""
    return forget_ended()
