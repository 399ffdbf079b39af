"""Periodic work of the desk: what reaches over several apps."""

from celery import shared_task

from desk import handing_over
from desk.ledgers import exporting


@shared_task
def fall_handovers() -> int:
    """Hand-overs nobody confirmed in time; returns how many fell to whoever ordered them."""
    return handing_over.fall_due()


@shared_task
def clear_ledgers() -> int:
    """Large ledgers nobody may fetch any more; returns how many were removed."""
    return exporting.clear()
