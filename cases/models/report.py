"""One person's asking: who spoke, how to reach them, what they said about the answer."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.states import Channel, Outcome, Satisfaction
from common.fields import EncryptedField, SensitiveCharField
from households.models import PrivacyNotice


class ReportQuerySet(models.QuerySet):
    """Reports by case."""

    def standing(self):
        """Reports not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Report(models.Model):
    """A reporter of a case: the first one, or one who joined. Each has a receipt of its own.

    The phone is encrypted with the row's uuid as additional data and findable through a blind index only.
    """

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    receipt = models.CharField("受理编号", max_length=20, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports", verbose_name="事项")
    is_first = models.BooleanField("首位反映人", default=True)
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    source = models.CharField("外部来源", max_length=40, blank=True)
    source_id = models.CharField("外部来源编号", max_length=80, blank=True)
    name = SensitiveCharField("称呼", kind="name", max_length=30, blank=True)
    phone = EncryptedField("手机号", kind="phone", null=True, blank=True)
    phone_index = models.BinaryField("手机号索引", max_length=16, null=True, blank=True)
    withheld = models.BooleanField("不让经办人员看到联系方式", default=False)
    wants_sms = models.BooleanField("短信告知进展", default=False)
    under_14 = models.BooleanField("反映人不满14周岁", default=False)
    guardian_consents = models.BooleanField("监护人同意", default=False)
    text = models.TextField("补充说明", blank=True)
    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, verbose_name="告知版本")
    said_at = models.DateTimeField("原始反映时间", null=True, blank=True, help_text="导入的事项：居民当时反映的时间")
    created_at = models.DateTimeField("提交时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    outcome = models.CharField("是否解决", max_length=10, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=15, choices=Satisfaction.choices, blank=True)
    comment = models.CharField("评价说明", max_length=500, blank=True)
    answered_at = models.DateTimeField("评价时间", null=True, blank=True)
    tail_failures = models.PositiveSmallIntegerField("尾号输错次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "反映人"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source_id=""), name="report_once_per_source_id"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(is_first=True), name="report_one_first_per_case"),
            models.CheckConstraint(
                condition=Q(under_14=False) | Q(guardian_consents=True), name="report_child_needs_guardian"
            ),
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="report_by_phone"),
            # Nearly every report is a first one: who else reported a trouble is found without reading those.
            models.Index(
                fields=["case"], condition=Q(is_first=False, withdrawn_at__isnull=True), name="report_joined_standing"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt
