"""Periodic work of households."""

from celery import shared_task

from households.services.retention import forget_gone


@shared_task
def forget_residents() -> int:
    """People whose time is over; returns how many rows."""
    return forget_gone()
