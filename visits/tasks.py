"""Periodic work of visits."""

from celery import shared_task

from visits import records
from visits.services import hinting, photos, syncing


@shared_task
def process_left() -> int:
    """Records from phones whose processing was cut off; returns how many were taken up."""
    return syncing.process_left(read=records.read)


@shared_task
def forget_payloads() -> int:
    """What phones sent, 90 days after it was dealt with; returns how many records were emptied."""
    return syncing.forget_payloads()


@shared_task
def weekly_hints() -> int:
    """Hints about last week's visits, where they are switched on; returns how many are new."""
    return hinting.look_back()


@shared_task
def forget_photos() -> int:
    """Photos that no visit spoke of for 30 days; returns how many."""
    return photos.forget_unclaimed()
