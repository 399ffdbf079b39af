"""What the community does for people, with the guide and the time promised. Defaults of ours, marked as such."""

from datetime import datetime, time

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agency import rules
from workdays import calendar
from workdays.rules import Span


class AgencyItemQuerySet(models.QuerySet):
    """Items by use."""

    def active(self):
        """Items one can ask for, in their order."""
        return self.filter(active=True).order_by("order", "code")


class AgencyItem(models.Model):
    """One thing that is done for people free of charge. The district has published no list: ours, editable."""

    code = models.SlugField("代号", max_length=30, unique=True)
    name = models.CharField("名称", max_length=20)
    icon = models.CharField("图标", max_length=40, blank=True)
    guide = models.CharField("怎么办", max_length=200, blank=True)
    papers = models.CharField("要带", max_length=200)
    place = models.CharField("在哪", max_length=100)
    after = models.CharField("办好后", max_length=100, blank=True)
    needs_words = models.BooleanField("要写明办什么", default=False)
    ask = models.CharField("请居民写什么", max_length=40, blank=True)
    cut_off = models.TimeField("当天办的截止时间", default=time(16), help_text="工作日这个时间以前提出的当天办")
    later_days = models.PositiveSmallIntegerField(
        "其余第几个工作日", default=2, validators=[MinValueValidator(1)], help_text="提出当天是工作日的算第一个"
    )
    back_days = models.PositiveSmallIntegerField(
        "办好后几个工作日内交回", default=1, validators=[MinValueValidator(1)], help_text="过了这个时间按层级上报"
    )
    order = models.PositiveSmallIntegerField("次序", default=100)
    active = models.BooleanField("在用", default=True)
    is_default = models.BooleanField("本系统默认值", default=True, editable=False)

    objects = AgencyItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代办事项"
        constraints = [
            models.CheckConstraint(condition=Q(later_days__gt=0, back_days__gt=0), name="agency_item_gives_time")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def promise(self) -> str:
        """How long it takes, as residents read it."""
        return rules.promise_in_words(cut_off=self.cut_off, later_days=self.later_days)

    def promised_by(self, asked: datetime) -> datetime:
        """Until when it is done where it is asked for at `asked`."""
        return rules.promised_by(
            timezone.localtime(asked), cut_off=self.cut_off, later_days=self.later_days, calendar=calendar.current()
        )

    def back_by(self, promised: datetime) -> datetime:
        """Until when receipts and change are back with the resident."""
        return calendar.current().add(promised, Span(self.back_days, "workday"))
