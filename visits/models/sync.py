"""What phones sent: the raw record first, whatever becomes of it. Nothing here is ever deleted by a refusal."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.fields import EncryptedField
from grids.models import Posting
from grids.permissions import Ability
from grids.scope import scope_of, within
from visits.models.visit import Visit
from visits.states import SubmissionState


class DeviceQuerySet(models.QuerySet):
    """Devices by scope."""

    def visible_to(self, user, at=None):
        """Devices of people posted now in the areas where the user plans visits."""
        here = Posting.objects.none()
        for code in sorted(scope_of(user, granting=Ability.PLAN_VISITS).areas):
            here = here | Posting.objects.current(at).beneath(code)
        return self.filter(user__in=here.values("user"))


class Device(models.Model):
    """A browser that sends records: what is still on it, not how it is used. One row a browser and person."""

    uuid = models.UUIDField("设备标识")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="使用人")
    app_version = models.CharField("页面版本", max_length=20, blank=True)
    pending = models.PositiveIntegerField("还没上传", default=0)
    oldest_pending_at = models.DateTimeField("最早一条的时间", null=True, blank=True)
    clock_offset = models.IntegerField("时钟误差（秒）", default=0)
    persisted = models.BooleanField("存储不会被清理", default=False)
    free_mb = models.PositiveIntegerField("剩余空间（MB）", null=True, blank=True)
    last_seq = models.PositiveIntegerField("用到的序号", default=0, help_text="手机给每条记录一个序号，从1起")
    seen_at = models.DateTimeField("最近联系", default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "设备"
        constraints = [models.UniqueConstraint(fields=["uuid", "user"], name="one_device_per_browser_and_person")]

    def __str__(self) -> str:
        return f"设备{self.pk}"


class SubmissionQuerySet(models.QuerySet):
    """Submissions by scope and state."""

    def visible_to(self, user):
        """Records of the areas where the user plans visits, and one's own."""
        scope = scope_of(user, granting=Ability.PLAN_VISITS)
        return self.filter(within(scope) | Q(user=user))

    def reviewable_by(self, user):
        """Records of the areas where the user plans visits: those the user may settle, and read in full."""
        return self.filter(within(scope_of(user, granting=Ability.PLAN_VISITS)))

    def settled(self):
        """Records a person has looked at."""
        return self.filter(state=SubmissionState.SETTLED)

    def to_review(self):
        """Records a person has to look at."""
        return self.filter(state=SubmissionState.REVIEW)


class Submission(models.Model):
    """One record as a phone sent it: committed before anything is made of it, acknowledged by its own id."""

    id = models.UUIDField("标识", primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name="设备")
    device_seq = models.PositiveIntegerField("设备序号", null=True)
    kind = models.CharField("种类", max_length=10, default="visit")
    schema_version = models.PositiveSmallIntegerField("格式版本", default=1)
    # Emptied 90 days after it was dealt with; the row stays, so that a second sending is still recognised.
    payload = EncryptedField("原文", kind="address", aad_field="id", null=True)
    sha256 = models.CharField("摘要", max_length=64)
    client_at = models.DateTimeField("手机时间", null=True)
    clock_offset = models.IntegerField("时钟误差（秒）", default=0)
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=SubmissionState.choices, default=SubmissionState.RECEIVED)
    fault = models.CharField("出入在哪里", max_length=200, blank=True)
    # Where it belongs while nobody knows better: the household's grid, else the sender's.
    area = models.ForeignKey(
        "grids.Area", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="网格"
    )
    street = models.GeneratedField(
        expression=models.functions.Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=models.functions.Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="submissions", verbose_name="记成的走访"
    )
    review_by = models.DateTimeField("核对期限", null=True, blank=True)
    settled_at = models.DateTimeField("核对时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    decision = models.CharField("怎么记", max_length=100, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "手机记录"
        indexes = [
            models.Index(fields=["user", "received_at"], name="submission_by_person"),
            models.Index(fields=["device", "device_seq"], name="submission_by_device"),
            models.Index(
                fields=["community", "review_by", "id"],
                name="submission_to_review",
                condition=Q(state=SubmissionState.REVIEW),
            ),
            models.Index(fields=["received_at"], name="submission_kept", condition=Q(payload__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="submission_settled_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Conflict(models.Model):
    """A second, different record under an id that was used: both are kept, a person says which is right."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="conflicts", verbose_name="先到的")
    uuid = models.UUIDField("标识", unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name="设备")
    device_seq = models.PositiveIntegerField("设备序号", null=True)
    schema_version = models.PositiveSmallIntegerField("格式版本", default=1)
    payload = EncryptedField("原文", kind="address", null=True)
    sha256 = models.CharField("摘要", max_length=64)
    client_at = models.DateTimeField("手机时间", null=True)
    clock_offset = models.IntegerField("时钟误差（秒）", default=0)
    received_at = models.DateTimeField("收到时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "两份不同的记录"
        constraints = [models.UniqueConstraint(fields=["submission", "sha256"], name="one_conflict_of_a_content")]

    def __str__(self) -> str:
        return str(self.uuid)
