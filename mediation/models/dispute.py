"""The dispute: what GB/T 31000-2015 table 30 asks of a community about a case of the category 矛盾纠纷."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from common.fields import EncryptedField, SensitiveCharField
from mediation import codes
from mediation.models.querysets import DisputeQuerySet
from mediation.states import CONCLUDED, OPEN, Origin, Side, Status


class Dispute(models.Model):
    """One dispute, one case. Place, account and resolution may name people: they are read by `is_insider` only.

    Changed only by the verbs of `mediation.services`. `limit_date` is the last day of mediation, one month after it was
    taken on unless both sides agree to a longer time.
    """

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="+", verbose_name="事项")
    origin = models.CharField("来源", max_length=10, choices=Origin.choices)
    happened_date = models.DateField("发生日期")
    place = SensitiveCharField("发生地点", kind="address", max_length=120, blank=True)
    scale = models.CharField("事件规模", max_length=2)
    category = models.CharField("事件类别", max_length=4)
    people = models.PositiveSmallIntegerField("涉及人数")
    involved_unit = models.CharField("涉及单位", max_length=60, blank=True)
    account = models.TextField("纠纷简述", blank=True)
    limit_date = models.DateField("化解时限")
    extensions = models.PositiveSmallIntegerField("延长次数", default=0)
    way = models.CharField("化解方式", max_length=4)
    organisation = models.CharField("化解组织", max_length=60)
    resolver_contact = models.CharField("化解责任人联系方式", max_length=30, blank=True, help_text="单位电话")
    is_success = models.BooleanField("化解是否成功", null=True, blank=True)
    resolution = models.TextField("化解情况", blank=True)

    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.REGISTERED)
    event_count = models.PositiveIntegerField("过程条数", default=0)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受理人"
    )
    concluded_at = models.DateTimeField("有结果的时间", null=True, blank=True)
    forgotten_at = models.DateTimeField("个人信息清除时间", null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "矛盾纠纷"
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="dispute_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, concluded_at__isnull=True, is_success__isnull=True)
                | Q(status__in=CONCLUDED, concluded_at__isnull=False, is_success__isnull=False),
                name="dispute_concluded_says_when_and_how",
            ),
            models.CheckConstraint(condition=Q(people__gte=2), name="dispute_takes_two"),
        ]
        indexes = [
            models.Index(fields=["limit_date", "id"], condition=Q(status__in=OPEN), name="dispute_by_limit"),
            models.Index(fields=["created_at"], name="dispute_registered"),
            models.Index(fields=["concluded_at"], condition=Q(concluded_at__isnull=False), name="dispute_concluded"),
        ]

    def __str__(self) -> str:
        return self.case.number

    def get_absolute_url(self) -> str:
        """The staff page of the dispute."""
        return reverse("desk:dispute", args=[self.case.number])

    @property
    def status_label(self) -> str:
        """The status in words."""
        return Status(self.status).label

    @property
    def is_open(self) -> bool:
        """True while a result is waited for."""
        return self.status in OPEN

    @property
    def category_words(self) -> str:
        """事件类别 in words, with its group."""
        return codes.said(codes.categories(), self.category)

    @property
    def scale_words(self) -> str:
        """事件规模 in words."""
        return codes.said(codes.scales(), self.scale)

    @property
    def way_words(self) -> str:
        """化解方式 in words."""
        return codes.said(codes.ways(), self.way)


class Party(models.Model):
    """Somebody who is in dispute: name, and how to reach them. Nothing else is kept about them."""

    uuid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="parties", verbose_name="纠纷")
    side = models.CharField("地位", max_length=10, choices=Side.choices)
    name = SensitiveCharField("姓名", kind="name", max_length=30, blank=True)
    phone = EncryptedField("手机号", kind="phone", null=True, blank=True)
    address = SensitiveCharField("住址", kind="address", max_length=120, blank=True)
    added_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        indexes = [models.Index(fields=["dispute", "id"], name="party_of_dispute")]

    def __str__(self) -> str:
        return f"{self.get_side_display()}{self.pk}"


class Mediator(models.Model):
    """Somebody of staff who mediates a dispute, and therefore knows between whom it is. Ends, is never deleted."""

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="mediators", verbose_name="纠纷")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="调解员")
    is_lead = models.BooleanField("化解责任人", default=False)
    assigned_at = models.DateTimeField("指定时间", default=timezone.now)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="指定人")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "调解员"
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "user"], condition=Q(ended_at__isnull=True), name="mediator_once_a_dispute"
            ),
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at__isnull=True, is_lead=True), name="mediator_one_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.user_id}"
