"""Periodic work of errands."""

from celery import shared_task

from agency.services.retention import forget_ended


@shared_task
def forget_errands() -> int:
    """Doors, signatures, money and receipts whose time is over; returns how many errands."""
    return forget_ended()
