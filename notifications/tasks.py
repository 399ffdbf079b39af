"""Periodic pushing of notices."""

from celery import shared_task

from notifications import services


@shared_task
def deliver() -> None:
    """Push what is due. The run ends by itself before the next tick."""
    services.deliver(limit=5000)
