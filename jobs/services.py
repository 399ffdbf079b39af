"""Starting long work, telling how far it got, and doing it in a worker."""

import logging
import traceback
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from common.errors import DomainError
from jobs import registry
from jobs.models import MAX_ATTEMPTS, Job, RowProblem

MAX_ERRORS = 1000
_BROKEN = "处理时出现故障，已记入日志。请稍后重新提交，仍不行请联系管理员"
_DIED = "处理多次中断，请把文件分成几份再提交，仍不行请联系管理员"
_UNKNOWN = "系统不认识这种任务，请联系管理员"
logger = logging.getLogger(__name__)


class JobLost(Exception):
    """The job was taken over or ended by another worker: whoever gets this stops and rolls back."""


class JobFailed(Exception):
    """A run broke. Its text names the job and the kind of error, never a value the job was working on."""


def start(
    kind: str,
    *,
    payload: dict[str, Any],
    by,
    title: str = "",
    input_file: File | None = None,
    at: datetime | None = None,
) -> Job:
    """A waiting job; a worker takes it up within seconds. `payload` holds ids and codes, no personal values.

    Personal values belong in `input_file`, which is removed when the job ends. Raises ValueError for an unknown kind.
    """
    if registry.find(kind) is None:
        raise ValueError(f"no such kind of job: {kind}")
    job = Job(pk=uuid.uuid4(), kind=kind, title=title or kind, payload=payload, created_by=by)
    job.created_at = at or timezone.now()
    if input_file is not None:
        job.input_file.save("input", input_file, save=False)
    job.save(force_insert=True)
    return job


def advance(job: Job, *, done: int, total: int | None = None, at: datetime | None = None) -> None:
    """Note how far the job got; also its sign of life. Raises JobLost when another worker has it by now.

    Inside a transaction readers see the progress after the commit only; the locked row still keeps others away.
    """
    changes: dict[str, Any] = {"done": done, "heartbeat_at": at or timezone.now()}
    if total is not None:
        changes["total"] = total
    _update_mine(job, changes)


def finish(
    job: Job,
    *,
    result: dict[str, Any] | None = None,
    errors: Iterable[RowProblem] = (),
    result_file: File | None = None,
    at: datetime | None = None,
) -> None:
    """End the job well; refused rows are `errors` (the first 1,000 are kept), `result` holds counts. Raises JobLost."""
    changes: dict[str, Any] = {"result": result or {}, "errors": list(errors)[:MAX_ERRORS]}
    if job.total is not None:
        changes["done"] = job.total
    if result_file is not None:
        job.result_file.save("result", result_file, save=False)
        changes["result_file"] = job.result_file.name
    _end(job, Job.State.DONE, changes, at)


def fail(job: Job, *, problem: str, errors: Iterable[RowProblem] = (), at: datetime | None = None) -> None:
    """End the job badly: `problem` is Chinese text saying why and what to do. Raises JobLost."""
    _end(job, Job.State.FAILED, {"problem": problem[:300], "errors": list(errors)[:MAX_ERRORS]}, at)


def work(at: datetime | None = None) -> int:
    """Run every job that waits or whose worker died, one after another; returns how many. Any number may run at once.

    A refusal (DomainError) ends the job with its text. Any other error ends it with a plain sentence and is raised
    again as JobFailed; the remaining jobs are taken up by the next tick.
    """
    worked = 0
    while (job := _claim(at or timezone.now())) is not None:
        worked += 1
        _run(job)
    return worked


def _claim(at: datetime) -> Job | None:
    """One job, marked as ours by `started_at`, or None. Locked rows are being advanced or claimed by others."""
    with transaction.atomic():
        job = Job.objects.to_work(at).select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.state, job.started_at, job.heartbeat_at = Job.State.RUNNING, at, at
        job.attempts, job.done = job.attempts + 1, 0
        job.save(update_fields=["state", "started_at", "heartbeat_at", "attempts", "done"])
    return job


def _run(job: Job) -> None:
    run = registry.find(job.kind)
    if run is None:
        return fail(job, problem=_UNKNOWN)
    if job.attempts > MAX_ATTEMPTS:
        return fail(job, problem=_DIED)
    try:
        run(job)
        if not job.is_ended:
            finish(job)
    except JobLost:
        logger.warning("job %s was taken over by another worker", job.pk)
    except DomainError as refusal:
        fail(job, problem=refusal.message)
    except Exception as error:
        # The text of an error may repeat what somebody typed; where it happened says enough.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("job %s (%s) broke with %s\n%s", job.pk, job.kind, type(error).__name__, where)
        fail(job, problem=_BROKEN)
        raise JobFailed(f"job {job.pk} ({job.kind}) broke with {type(error).__name__}") from None


def _end(job: Job, state: Job.State, changes: dict[str, Any], at: datetime | None) -> None:
    upload, storage = job.input_file.name, job.input_file.storage
    job.input_file.close()
    _update_mine(job, {**changes, "state": state, "finished_at": at or timezone.now(), "input_file": ""})
    if upload:
        # The sheet of the day is full of names and phones: it goes as soon as it was read.
        transaction.on_commit(lambda: storage.delete(upload))


def _update_mine(job: Job, changes: dict[str, Any]) -> None:
    """Write while the job is still running for this worker; a second start would have moved `started_at`."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, started_at=job.started_at)
    if not mine.update(**changes):
        raise JobLost(str(job.pk))
    for field, value in changes.items():
        setattr(job, field, value)
