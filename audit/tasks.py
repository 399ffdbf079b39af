from celery import shared_task

from audit import services


@shared_task
def seal() -> None:
    """Puts what was recorded since the last time into the chain."""
    services.seal_all()
