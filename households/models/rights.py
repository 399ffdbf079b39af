"""What residents are told about their data, and what they may ask of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.fields import EncryptedField, SensitiveCharField


class PrivacyNoticeQuerySet(models.QuerySet):
    """Notices by time."""

    def in_force(self, at=None):
        """The newest notice already in force, as a queryset of at most one."""
        return self.filter(in_force_from__lte=at or timezone.now()).order_by("-in_force_from")[:1]


class PrivacyNotice(models.Model):
    """A version of the notice a collecting form shows (个人信息保护法 arts. 7, 17, 35). Never edited: a new one is added."""

    version = models.CharField("版本", max_length=20, unique=True)
    short = models.TextField("表单上的提示")
    body = models.TextField("全文")
    in_force_from = models.DateTimeField("生效时间", default=timezone.now)

    objects = PrivacyNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个人信息保护告知"

    def __str__(self) -> str:
        return self.version


class RightsRequest(models.Model):
    """A person asks to see, correct or delete what is held about them (个人信息保护法 arts. 44-50)."""

    class Kind(models.TextChoices):
        SEE = "see", "查阅、复制"
        CORRECT = "correct", "更正、补充"
        DELETE = "delete", "删除"

    class Status(models.TextChoices):
        ASKED = "asked", "已收到"
        DONE = "done", "已办理"
        DECLINED = "declined", "未予办理"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("申请", max_length=10, choices=Kind.choices)
    receipt = models.CharField("受理编号", max_length=20, blank=True)
    name = SensitiveCharField("姓名", kind="name", max_length=30)
    phone = EncryptedField("手机号", kind="phone")
    phone_index = models.BinaryField("手机号索引", max_length=16)
    text = models.TextField("说明", blank=True)
    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, verbose_name="告知版本")
    created_at = models.DateTimeField("申请时间", default=timezone.now)
    due_at = models.DateTimeField("答复期限")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.ASKED)
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "个人信息权利申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="rights_request_answered_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
