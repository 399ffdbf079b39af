"""Writing a large ledger."""

from desk.ledgers.exporting import EXPORT, carry_out
from jobs.models import Job
from jobs.registry import job_kind
from notifications.services import notify


@job_kind(EXPORT)
def export_ledger(job: Job) -> None:
    """Write the ledger, then tell its owner, who fetches it from the page of the job."""
    carry_out(job)
    notify(
        f"user:{job.created_by_id}",
        cause=f"job:{job.pk}",
        title=f"{job.title.removeprefix('导出')}已生成，共{job.result['rows']}行",
        target=f"/desk/ledgers/jobs/{job.pk}/",
        push=False,
    )
