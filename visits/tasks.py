"""Periodic work of visits."""

from celery import shared_task

from visits.services import hinting


@shared_task
def weekly_hints() -> int:
    """Hints about last week's visits, where they are switched on; returns how many are new."""
    return hinting.look_back()
