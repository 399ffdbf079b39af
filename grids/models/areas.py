"""Areas of the administrative ladder."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from grids.levels import Level, code_at


class AreaQuerySet(models.QuerySet):
    """Areas by level and position; a parent is a prefix of the code."""

    def in_service(self):
        """Areas the district runs; 东城区 and 产业集聚区 stay out unless switched on."""
        return self.filter(in_service=True, valid_to__isnull=True)

    def on(self, level: int):
        """Areas of one level."""
        return self.filter(level=level)

    def beneath(self, code: str):
        """The area itself and everything beneath it."""
        return self.filter(code__startswith=code)


class Area(models.Model):
    """A place of the administrative ladder. The code is the path: immutable, never reused (docs/architecture.md).

    6 digits district (GB/T 2260), 9 street and 12 community (statistical codes), 15 grid (community + 3 digits).
    """

    code = models.CharField("代码", max_length=15, primary_key=True)
    level = models.PositiveSmallIntegerField("层级", choices=Level.choices)
    name = models.CharField("名称", max_length=40)
    full_name = models.CharField("全称", max_length=80, help_text="街道、社区、网格连写；名称有重复，显示时总用全称")
    kind = models.CharField(
        "类型", max_length=10, blank=True, choices=[("urban", "城市"), ("rural", "涉农"), ("virtual", "统计虚拟")]
    )
    in_service = models.BooleanField("由本区运行", default=True)
    demonstration = models.BooleanField("示范数据", default=False)
    phone = models.CharField("办公电话", max_length=20, blank=True, help_text="印在服务牌和网格公开页上")
    hours = models.CharField("值班时间", max_length=60, blank=True, help_text="如：每天8:00–20:00")
    about = models.CharField(
        "范围说明", max_length=200, blank=True, help_text="网格公开页上的一句话：包含哪些楼院、街巷"
    )
    boundary = models.JSONField("边界", null=True, blank=True, help_text="GeoJSON，WGS-84，可以不填")
    valid_from = models.DateField("启用日期", default=timezone.localdate)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged_from", verbose_name="并入"
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区域"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}(\d{3}){0,3}$"), name="area_code_is_a_path"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def parent_code(self) -> str:
        """Code of the area one level up; empty for the district."""
        return self.code[:-3] if len(self.code) > 6 else ""

    def code_on(self, level: int) -> str:
        """Code of the containing area on `level`."""
        return code_at(self.code, level)
