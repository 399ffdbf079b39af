"""Periodic work of the figures."""

from celery import shared_task

from dashboards.services import folding


@shared_task
def fold() -> int:
    """Changes noted since the last time, into the totals; returns how many."""
    return folding.fold()


@shared_task
def recount() -> int:
    """Every total against a fresh count; returns how many were wrong."""
    return len(folding.recount().apart)
