"""Totals of facts about cases. Written by triggers, the folder and the recount only (`dashboards/sql.py`)."""

from django.db import models
from django.utils import timezone


class Counts(models.Model):
    """One column a fact of `dashboards.facts`."""

    received = models.IntegerField(default=0)
    signed = models.IntegerField(default=0)
    responded = models.IntegerField(default=0)
    signs = models.IntegerField(default=0)
    late_signs = models.IntegerField(default=0)
    extended = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    reopened = models.IntegerField(default=0)
    otherwise = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    in_time = models.IntegerField(default=0)
    told = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    partly = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)
    content = models.IntegerField(default=0)
    closed_compound = models.IntegerField(default=0)
    closed_grid = models.IntegerField(default=0)
    closed_community = models.IntegerField(default=0)
    closed_street = models.IntegerField(default=0)
    closed_district = models.IntegerField(default=0)
    well_closed = models.IntegerField(default=0)

    class Meta:
        abstract = True


class DayTotal(Counts):
    """Sums of one local day: of a community (`area`), or in the whole district of a category, channel, class or unit.

    The same kinds with `m-` before them are sums of whole months, under the first of the month.
    """

    day = models.DateField("日期")
    kind = models.CharField("按什么", max_length=12)
    key = models.CharField("代码", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "日合计"
        constraints = [models.UniqueConstraint(fields=["kind", "day", "key"], name="one_total_of_a_day_and_key")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.key}"


class TimeTotal(models.Model):
    """How many cases closed on a day needed up to `bucket` working minutes, altogether or at a level; whole district."""

    day = models.DateField("办结日期")
    which = models.CharField("哪一级", max_length=12)
    bucket = models.IntegerField("工作分钟")
    n = models.IntegerField("件数")

    class Meta:
        verbose_name = verbose_name_plural = "用时合计"
        constraints = [models.UniqueConstraint(fields=["day", "which", "bucket"], name="one_total_of_a_day_and_time")]

    def __str__(self) -> str:
        return f"{self.day} {self.which} {self.bucket}"


class Delta(Counts):
    """What a change of cases adds to the totals and is not folded into them yet. Inserted by triggers, taken once."""

    day = models.DateField()
    community = models.CharField(max_length=12)
    category_id = models.BigIntegerField()
    channel = models.CharField(max_length=10)
    matter = models.CharField(max_length=10)
    unit_id = models.BigIntegerField(null=True)
    took_total = models.IntegerField(null=True)
    took_grid = models.IntegerField(null=True)
    took_community = models.IntegerField(null=True)
    took_street = models.IntegerField(null=True)
    took_district = models.IntegerField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待并入合计"

    def __str__(self) -> str:
        return f"{self.day} {self.community}"


class RollupFault(models.Model):
    """A kept total the recount found different from the cases, and by how much. It should never have a row."""

    found_at = models.DateTimeField("发现时间", default=timezone.now)
    day = models.DateField("日期")
    kind = models.CharField("按什么", max_length=16)
    key = models.CharField("代码", max_length=20)
    differences = models.JSONField("实数减合计")
    repaired = models.BooleanField("已改正", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "合计差错"

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.key}"
