"""Periodic work of files."""

from celery import shared_task

from files.services import sweep_files


@shared_task
def sweep() -> int:
    """Stored files no row names any more; returns how many."""
    return sweep_files()
