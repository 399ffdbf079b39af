from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from workdays.rules import DayHours, Season

_DAY_OF_YEAR = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class Day(models.Model):
    """A day that differs from the rule Monday to Friday, as the State Council's yearly notice arranges it."""

    class Kind(models.TextChoices):
        OFF = "off", "休"
        WORK = "work", "班（调休）"

    date = models.DateField("日期", primary_key=True)
    kind = models.CharField("类型", max_length=4, choices=Kind.choices)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("来源", max_length=100, blank=True)
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "放假与调休"
        constraints = [models.CheckConstraint(condition=Q(kind__in=["off", "work"]), name="day_kind_is_off_or_work")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.get_kind_display()} {self.name}"


class Hours(models.Model):
    """Working hours of a season; where several hold a day the shortest season counts."""

    name = models.CharField("名称", max_length=40)
    start = models.CharField("起（月-日）", max_length=5, default="01-01")
    end = models.CharField("止（月-日，含）", max_length=5, default="12-31")
    morning_start = models.TimeField("上午上班")
    morning_end = models.TimeField("上午下班")
    afternoon_start = models.TimeField("下午上班")
    afternoon_end = models.TimeField("下午下班")
    is_default = models.BooleanField("系统默认值，待核定", default=False)
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作时间"
        constraints = [
            models.CheckConstraint(
                condition=Q(start__regex=_DAY_OF_YEAR) & Q(end__regex=_DAY_OF_YEAR),
                name="hours_edges_are_month_and_day",
                violation_error_message="起止日期请按“月-日”填写，例如06-01",
            ),
            models.CheckConstraint(
                condition=~Q(start__in=["02-30", "02-31", "04-31", "06-31", "09-31", "11-31"])
                & ~Q(end__in=["02-30", "02-31", "04-31", "06-31", "09-31", "11-31"]),
                name="hours_edges_exist",
                violation_error_message="起止日期不存在",
            ),
            models.CheckConstraint(
                condition=Q(morning_start__lt=F("morning_end"))
                & Q(morning_end__lte=F("afternoon_start"))
                & Q(afternoon_start__lt=F("afternoon_end")),
                name="hours_run_forward",
                violation_error_message="时间应依次为上午上班、上午下班、下午上班、下午下班",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.start}至{self.end}）"

    def as_season(self) -> Season:
        """The row as the calendar takes it."""
        hours = DayHours(self.morning_start, self.morning_end, self.afternoon_start, self.afternoon_end)
        return Season(self.start, self.end, hours)
