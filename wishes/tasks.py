"""Periodic work of micro-wishes."""

from celery import shared_task

from wishes import services as wishes
from wishes.services.retention import forget_ended


@shared_task
def sweep() -> int:
    """Everything that fell due; returns how often an alarm fired."""
    return wishes.sweep().total


@shared_task
def forget_wishers() -> int:
    """Names, doors and phones whose time is over; returns how many wishes."""
    return forget_ended()
