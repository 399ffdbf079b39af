"""Writing reports in a worker."""

from dashboards.services import reports
from jobs.models import Job
from jobs.registry import job_kind
from notifications.services import notify


@job_kind(reports.REPORT)
def report(job: Job) -> None:
    """Write the report and tell who asked for it."""
    reports.carry_out(job)
    seat = f"user:{job.created_by_id}"
    notify(seat, cause=f"job:{job.pk}", title=f"{job.title}已生成", target=f"/boards/reports/{job.pk}/", push=False)
