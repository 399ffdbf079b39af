"""Periodic taking up of long work."""

from celery import shared_task

from jobs import imports, services


@shared_task
def work() -> None:
    """Run the jobs that wait."""
    services.work()


@shared_task
def forget_sheets() -> int:
    """Remove sheets that were checked and never written; returns how many."""
    return imports.forget_old()
