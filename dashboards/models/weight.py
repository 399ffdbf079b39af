"""How much each measure of 双认识, 双信任 and 双认同 counts. The district has published nothing: defaults, editable."""

from django.core.validators import MaxValueValidator
from django.db import models

from dashboards.measures import MEASURES


class DimensionWeight(models.Model):
    """The weight of one measure within its dimension; measures without a row count as `dashboards.measures` says."""

    measure = models.CharField(
        "指标", max_length=20, unique=True, choices=[(m.code, f"{m.dimension.label}：{m.name}") for m in MEASURES]
    )
    weight = models.PositiveSmallIntegerField(
        "权重", validators=[MaxValueValidator(100)], help_text="0–100，同一维度里按比例折算；0表示不计入"
    )

    class Meta:
        verbose_name = verbose_name_plural = "三双指标权重"

    def __str__(self) -> str:
        return self.get_measure_display()
