"""How long things around a wish may take. The district has published nothing: defaults of ours, marked as such."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q


class Pace(models.Model):
    """The one row of times and caps an administrator edits. Working days where people work, plain days where they volunteer."""

    review_days = models.PositiveSmallIntegerField(
        "审核（工作日）", default=2, validators=[MinValueValidator(1)], help_text="从提出到审核"
    )
    search_days = models.PositiveSmallIntegerField(
        "无人认领上提一级（工作日）", default=7, validators=[MinValueValidator(1)], help_text="每级各算"
    )
    remind_days = models.PositiveSmallIntegerField("认领无进展提醒（天）", default=6, validators=[MinValueValidator(1)])
    lapse_days = models.PositiveSmallIntegerField(
        "认领无进展取消（天）", default=7, validators=[MinValueValidator(1)], help_text="从最近一次进展起"
    )
    confirm_days = models.PositiveSmallIntegerField(
        "确认实现（工作日）", default=3, validators=[MinValueValidator(1)], help_text="报完成以后，过期提醒网格和社区"
    )
    claims_at_once = models.PositiveSmallIntegerField("一人同时最多认领", default=3, validators=[MinValueValidator(1)])
    price_guide = models.PositiveIntegerField("实物金额参考（元）", default=200)
    is_default = models.BooleanField("本系统默认值", default=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "心愿时限"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="pace_is_one_row"),
            models.CheckConstraint(
                condition=Q(remind_days__lt=F("lapse_days")),
                name="pace_reminds_before_it_cancels",
                violation_error_message="提醒要早于取消",
            ),
        ]

    def __str__(self) -> str:
        return "心愿时限"

    @classmethod
    def current(cls) -> "Pace":
        """The row in force; the defaults where it was never written."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
