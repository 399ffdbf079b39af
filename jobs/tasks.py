"""Periodic taking up of long work."""

from celery import shared_task

from jobs import services


@shared_task
def work() -> None:
    """Run the jobs that wait."""
    services.work()
