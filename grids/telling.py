"""Letting the owner of a sheet know that its check or its writing ended."""

from jobs.models import Job
from notifications.services import notify


def tell_owner(job: Job, title: str) -> None:
    """A notice that leads to the page of the job."""
    notify(
        f"user:{job.created_by_id}",
        cause=f"job:{job.pk}",
        title=title,
        target=f"/desk/sheets/jobs/{job.pk}/",
        push=False,
    )
