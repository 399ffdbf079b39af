"""Periodic work of cases."""

from celery import shared_task

from cases import services as cases


@shared_task
def sweep() -> int:
    """Everything that fell due; returns how many cases were reached."""
    return cases.sweep().total
