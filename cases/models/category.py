"""What a case is about, and the time each level gets for it."""

from django.db import models
from django.db.models import Q

from cases.ladder import Allowance, LimitLevel, OnExpiry
from cases.states import MatterClass
from grids.models import Organization
from workdays.calendar import Span


class CategoryQuerySet(models.QuerySet):
    """Categories by use."""

    def active(self):
        """Categories one can choose."""
        return self.filter(active=True)

    def tops(self):
        """The first of the two levels, in their order."""
        return self.filter(parent__isnull=True).order_by("order", "code")


class Category(models.Model):
    """Two levels of what a request is about. Defaults of ours, seeded from the district's account; editable."""

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=30)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级类别"
    )
    icon = models.CharField("图标", max_length=40, blank=True)
    example = models.CharField("举例", max_length=60, blank=True)
    default_class = models.CharField("默认分级", max_length=10, choices=MatterClass.choices, default=MatterClass.SMALL)
    urgent = models.BooleanField("默认紧急", default=False)
    publishable = models.BooleanField("可以公示", default=True)
    usual_unit = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="通常承办单位"
    )
    order = models.PositiveSmallIntegerField("次序", default=100)
    active = models.BooleanField("在用", default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类别"

    def __str__(self) -> str:
        return self.name


class Limit(models.Model):
    """Signing and handling time of a level, for one category or (category empty) for all; defaults of ours, editable.

    Amounts are in working days, working hours, or natural hours and minutes (`Span`).
    """

    UNITS = [("workday", "个工作日"), ("workhour", "个工作小时"), ("hour", "小时"), ("minute", "分钟")]

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="limits", verbose_name="类别"
    )
    level = models.PositiveSmallIntegerField("层级", choices=LimitLevel.choices)
    urgent = models.BooleanField("紧急", default=False)
    sign_amount = models.PositiveSmallIntegerField("签收时限")
    sign_unit = models.CharField("签收单位", max_length=10, choices=UNITS)
    handle_amount = models.PositiveSmallIntegerField("办理时限")
    handle_unit = models.CharField("办理单位", max_length=10, choices=UNITS)
    extension_days = models.PositiveSmallIntegerField("最多延期（工作日）", default=0)
    on_expiry = models.CharField("到期后", max_length=10, choices=OnExpiry.choices, default=OnExpiry.CLIMB)
    is_default = models.BooleanField("本系统默认值", default=True, help_text="区里没有公布时限，默认值由本系统提出")
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["category", "level", "urgent"], name="limit_once_per_category", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(handle_amount__gt=0, sign_amount__gt=0), name="limit_gives_time"),
        ]

    def __str__(self) -> str:
        return self.basis

    @property
    def basis(self) -> str:
        """The rule in words, as it is stored with a step: what applied must stay readable after the row changes."""
        about = self.category.name if self.category else "各类事项"
        sign, handle = (
            Span(self.sign_amount, self.sign_unit),
            Span(self.handle_amount, self.handle_unit),
        )
        urgent = "紧急，" if self.urgent else ""
        return f"{self.get_level_display()}，{about}，{urgent}{sign}内签收，{handle}内办结"

    def allowance(self) -> Allowance:
        """The row as the ladder reads it."""
        return Allowance(
            sign=Span(self.sign_amount, self.sign_unit),
            handle=Span(self.handle_amount, self.handle_unit),
            on_expiry=self.on_expiry,
            basis=self.basis,
            extension_days=self.extension_days,
        )
