"""Lists and intervals an administrator edits. The district has published none: defaults of ours, marked as such."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from cases.models import Category


class Topic(models.Model):
    """Something people talk about at the door: a chip of the visit page and a theme of 社情民意.

    `category` is what a case of this topic is filed under, `wish_kind` what a wish of it is; "" and null mean that the
    topic cannot become one.
    """

    code = models.SlugField("代号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=12)
    icon = models.CharField("图标", max_length=30, default="message")
    order = models.PositiveSmallIntegerField("次序", default=100, help_text="用得一样多的，按这个排")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="立为事项时的分类")
    wish_kind = models.CharField(
        "微心愿类型",
        max_length=10,
        blank=True,
        choices=[("goods", "实物"), ("service", "服务"), ("company", "陪伴")],
    )
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "走访话题"

    def __str__(self) -> str:
        return self.name


class Purpose(models.Model):
    """Why somebody goes to a door (日常走访、政策宣传…)."""

    code = models.SlugField("代号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20)
    order = models.PositiveSmallIntegerField("次序", default=100)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "走访目的"

    def __str__(self) -> str:
        return self.name


class Pace(models.Model):
    """The one row of intervals and switches. How often a care tag wants a visit stands on its kind (`visit_days`)."""

    ordinary_days = models.PositiveSmallIntegerField(
        "一般住户走访间隔（天）", default=182, validators=[MinValueValidator(1)], help_text="每年两次"
    )
    not_now_days = models.PositiveSmallIntegerField(
        "暂不便的下次走访（天）", default=14, validators=[MinValueValidator(1)]
    )
    tries = models.PositiveSmallIntegerField(
        "家中无人几次后交社区", default=3, validators=[MinValueValidator(1)], help_text="社区想别的办法联系"
    )
    pack_on = models.BooleanField("手机可以存住户名单", default=True, help_text="关掉后手机只存还没上传的记录")
    pack_hours = models.PositiveSmallIntegerField(
        "手机住户名单有效（小时）", default=72, validators=[MinValueValidator(1)]
    )
    hints_on = models.BooleanField("给走访人的提示", default=False, help_text="只帮走访人自己看，不作考核")
    is_default = models.BooleanField("本系统默认值", default=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "走访间隔和开关"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="visit_pace_is_one_row")]

    def __str__(self) -> str:
        return "走访间隔和开关"

    @classmethod
    def current(cls) -> "Pace":
        """The row in force; the defaults where it was never written."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
