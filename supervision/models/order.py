"""督办: urging, orders with a demanded answer, and the circular when nothing helped."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models import Assignment, Case


class Order(models.Model):
    """One supervision order. 催办 goes out by itself; 督办单, the second one and 通报 are issued by 区委办.

    The answer it demands is an `Assignment` of kind ORDER of the body that holds the case. `trigger` makes what the
    portal proposes or sends by itself happen once: `late:<step>`, `reports:3`, `reopened:2`; empty where a person began.
    """

    class Kind(models.TextChoices):
        URGE = "urge", "催办"
        FIRST = "first", "督办单"
        SECOND = "second", "第二次督办单"
        CIRCULAR = "circular", "通报"

    class State(models.TextChoices):
        PROPOSED = "proposed", "建议督办"
        ISSUED = "issued", "已发出"
        ACCEPTED = "accepted", "已落实"
        DISMISSED = "dismissed", "不督办"

    case = models.ForeignKey(Case, models.PROTECT, related_name="orders", verbose_name="事项")
    kind = models.CharField("督办", max_length=10, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    number = models.PositiveSmallIntegerField("督办号", null=True, blank=True, help_text="督办单第N号，由系统编")
    document_number = models.CharField("文号", max_length=40, blank=True, help_text="由人填写")
    trigger = models.CharField("由什么引起", max_length=30, blank=True)
    why = models.CharField("督办原因", max_length=200)
    demand = models.CharField("要求", max_length=500, blank=True)
    answer_by = models.DateTimeField("答复期限", null=True, blank=True)
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, blank=True, related_name="order", verbose_name="要求答复的任务"
    )
    proposed_at = models.DateTimeField("建议时间", null=True, blank=True)
    issued_at = models.DateTimeField("发出时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发出人",
        help_text="空：系统按时限发出",
    )
    decided_at = models.DateTimeField("结束时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人"
    )
    decision_note = models.CharField("结束说明", max_length=500, blank=True)
    created_at = models.DateTimeField("记录时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "trigger"], condition=~Q(trigger=""), name="order_once_per_trigger"
            ),
            models.UniqueConstraint(
                fields=["year", "number"], condition=Q(number__isnull=False), name="order_numbered_per_year"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="order_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False), name="order_issued_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "answer_by", "id"], name="order_lanes"),
            models.Index(fields=["case", "-created_at"], name="order_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"
