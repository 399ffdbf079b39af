"""Long work with progress: imports and exports that outlive a page load."""

import uuid
from datetime import datetime, timedelta
from typing import Self, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

# A worker that has shown no sign of life for this long is dead.
SILENCE = timedelta(minutes=2)
MAX_ATTEMPTS = 3


class RowProblem(TypedDict):
    """One thing wrong with one row of an uploaded sheet. `value` is masked or shortened by whoever reports it."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str


class JobQuerySet(models.QuerySet):
    """Jobs as their owner and the workers ask for them."""

    def visible_to(self, user) -> Self:
        """The user's own jobs; nothing for somebody not signed in."""
        return self.filter(created_by_id=user.pk) if user.pk else self.none()

    def to_work(self, at: datetime | None = None) -> Self:
        """Waiting jobs, and running ones whose worker died; oldest first."""
        silent = (at or timezone.now()) - SILENCE
        return self.filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, heartbeat_at__lt=silent)).order_by(
            "created_at", "pk"
        )


def input_path(job: "Job", filename: str) -> str:
    """Where an upload is kept until the job ends; the name people gave the file is dropped."""
    return f"jobs/{job.pk}/input"


def result_path(job: "Job", filename: str) -> str:
    """Where the result is kept."""
    return f"jobs/{job.pk}/result"


class Job(models.Model):
    """One piece of long work. `payload` and `result` hold ids, codes and counts, never personal values."""

    class State(models.TextChoices):
        """Where the work stands."""

        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=100)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("总数", null=True, blank=True, help_text="开始前为空")
    done = models.PositiveIntegerField("已处理", default=0)
    errors = models.JSONField("问题", default=list, blank=True)
    problem = models.CharField("未完成的原因", max_length=300, blank=True)
    payload = models.JSONField("参数", default=dict, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    input_file = models.FileField("上传的文件", upload_to=input_path, blank=True)
    result_file = models.FileField("结果文件", upload_to=result_path, blank=True)
    attempts = models.PositiveSmallIntegerField("开始次数", default=0)
    created_at = models.DateTimeField("提交时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近进展", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state__in=["waiting", "running"]), name="job_to_work")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=F("total")), name="job_done_within_total"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="job_finished_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False, heartbeat_at__isnull=False),
                name="job_running_shows_life",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_ended(self) -> bool:
        """True once nothing more will happen, so that the page stops asking."""
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int | None:
        """Progress from 0 to 100, None before the total is known."""
        return self.done * 100 // self.total if self.total else None
