"""Importing the day's 12345 sheet: a check of all rows, then one transaction for all of them."""

from django.core.files.base import ContentFile
from django.db import transaction

from audit.services import record
from cases import services as cases
from cases.sheets import check_hotline, read_hotline
from common.errors import DomainError
from jobs import services as jobs
from jobs.models import Job
from jobs.registry import job_kind
from notifications.services import notify

CHECK, WRITE = "import-12345", "import-12345-write"
_EVERY = 50


@job_kind(CHECK)
def check(job: Job) -> None:
    """Check every row. The sheet is kept as the result only where nothing is wrong with it, for the writing."""
    with job.input_file.open() as upload:
        rows = read_hotline(upload)
        upload.seek(0)
        content = upload.read()
    if not rows:
        raise DomainError("表里没有数据。请从表头下一行开始填写。")
    jobs.advance(job, done=0, total=len(rows))
    found = check_hotline(rows, by=job.created_by, progress=lambda done: jobs.advance(job, done=done))
    wrong = len({problem["row"] for problem in found.problems})
    result = {"total": found.total, "ready": len(found.ready), "known": len(found.known), "wrong": wrong}
    kept = ContentFile(content) if not wrong and found.ready else None
    jobs.finish(job, result=result, errors=found.problems, result_file=kept)
    _tell(job, f"12345事项检查完成，{f'{wrong}行需要修改' if wrong else '可以写入'}")


@job_kind(WRITE)
def write(job: Job) -> None:
    """Register every row of a checked sheet in one transaction, or none; rows registered meanwhile are passed over."""
    checked = Job.objects.visible_to(job.created_by).filter(pk=job.payload["checked"], kind=CHECK).first()
    if checked is None or not checked.result_file:
        raise DomainError("这份表已经写入，或者已经清除。需要的话请重新上传。")
    with checked.result_file.open() as sheet:
        rows = read_hotline(sheet)
    jobs.advance(job, done=0, total=len(rows))
    with transaction.atomic():
        found = check_hotline(rows, by=job.created_by)
        if found.problems:
            raise DomainError("检查以后情况有了变化，有的行不能写入，一行也没有写。请重新上传检查。")
        _register(job, found.ready)
        record("cases.import", subject=("job", str(job.pk)), by=job.created_by, new=len(found.ready))
        jobs.finish(job, result={"new": len(found.ready), "known": len(found.known), "total": found.total})
        transaction.on_commit(lambda: discard(checked))
    _tell(job, f"12345事项已写入{len(found.ready)}件")


def _register(job: Job, ready: list) -> None:
    for position, (number, request) in enumerate(ready, start=1):
        try:
            cases.register(request, by=job.created_by)
        except DomainError as refusal:
            raise DomainError(f"第{number}行：{refusal.message}一行也没有写，请核对后重新上传。") from refusal
        if position % _EVERY == 0:
            jobs.advance(job, done=position)


def discard(checked: Job) -> None:
    """Remove a kept sheet: it is full of names and phones."""
    name, storage = checked.result_file.name, checked.result_file.storage
    if name:
        Job.objects.filter(pk=checked.pk).update(result_file="")
        storage.delete(name)


def _tell(job: Job, title: str) -> None:
    notify(
        f"user:{job.created_by_id}", cause=f"job:{job.pk}", title=title, target=f"/desk/import/{job.pk}/", push=False
    )
