"""回访: whom to ask whether it is really solved, how they were asked, and what they said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.report import Report
from cases.states import Outcome, Satisfaction, UnsolvedReason


class CallBackQuerySet(models.QuerySet):
    """Call-backs by state."""

    def waiting(self):
        """Not asked yet."""
        return self.filter(done_at__isnull=True)

    def valid(self):
        """The person was reached and said whether it is solved."""
        return self.filter(reached=True).exclude(outcome="")


class CallBack(models.Model):
    """One question to one reporter about one answer: 是否解决, 是否满意, 未解决原因.

    `token` opens the three questions on the web without the receipt number; it ends with the answer.
    """

    class Why(models.TextChoices):
        DUE = "due", "到期回访"
        RANDOM = "random", "随机回访"
        UNHAPPY = "unhappy", "不满意回访"
        BY_HAND = "by_hand", "主动回访"

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        WEB = "web", "网页链接"
        VISIT = "visit", "入户"

    case = models.ForeignKey(Case, models.PROTECT, related_name="callbacks", verbose_name="事项")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="callbacks", verbose_name="反映人"
    )
    token = models.UUIDField("链接", default=uuid.uuid4, unique=True, editable=False)
    why = models.CharField("缘由", max_length=10, choices=Why.choices)
    seat = models.CharField("由谁回访", max_length=40)
    asked_for_at = models.DateTimeField("列入时间", default=timezone.now)
    due_by = models.DateTimeField("回访期限")
    sent_at = models.DateTimeField("链接发出时间", null=True, blank=True)
    done_at = models.DateTimeField("回访时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回访人"
    )
    way = models.CharField("方式", max_length=10, choices=Way.choices, blank=True)
    reached = models.BooleanField("联系上", null=True, blank=True)
    outcome = models.CharField("是否解决", max_length=10, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=15, choices=Satisfaction.choices, blank=True)
    unsolved_reason = models.CharField("未解决原因", max_length=12, choices=UnsolvedReason.choices, blank=True)
    note = models.CharField("回访情况", max_length=500, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, reached__isnull=True)
                | Q(done_at__isnull=False, reached__isnull=False),
                name="callback_done_says_whether_reached",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unsolved") | ~Q(unsolved_reason=""), name="callback_unsolved_says_why"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(done_at__isnull=True), name="callback_one_waiting_per_case"
            ),
        ]
        indexes = [
            models.Index(fields=["seat", "due_by", "id"], condition=Q(done_at__isnull=True), name="callback_work"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_why_display()}"
