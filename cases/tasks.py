"""Periodic work of cases."""

from celery import shared_task

from cases import services as cases
from cases.services import likeness
from cases.services.assignment_sweep import sweep_assignments as sweep_due_assignments
from cases.services.calling import draw_random
from cases.services.photos import discard_unused
from cases.services.retention import forget_ended


@shared_task
def sweep() -> int:
    """Everything that fell due; returns how many cases were reached."""
    return cases.sweep().total


@shared_task
def sweep_assignments() -> int:
    """What fell due among assignments; returns how many."""
    return sweep_due_assignments()


@shared_task
def discard_photos() -> int:
    """Photos of forms that were never sent; returns how many."""
    return discard_unused()


@shared_task
def forget_reporters() -> int:
    """Names and phones whose time is over; returns how many reports."""
    return forget_ended()


@shared_task
def draw_calls() -> int:
    """The day's random call-backs; returns how many."""
    return draw_random()


@shared_task
def place_alike() -> int:
    """New cases beside those that say the same; returns how many."""
    return likeness.place()


@shared_task
def refresh_likeness() -> int:
    """How frequent words are, and what each case is told by; returns how many cases are compared."""
    return likeness.refresh()
