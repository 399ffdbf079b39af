"""The Word templates of weekly and monthly reports, as people uploaded them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


def template_path(template: "ReportTemplate", filename: str) -> str:
    """Where a template is kept; the name people gave the file is dropped."""
    return f"report-templates/{template.key}.docx"


class ReportTemplate(models.Model):
    """One uploaded template. The newest of a pace is used; older ones stay, so that nothing is lost by an upload."""

    class Pace(models.TextChoices):
        WEEKLY = "weekly", "周报"
        MONTHLY = "monthly", "月报"

    key = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    pace = models.CharField("报告", max_length=10, choices=Pace.choices)
    file = models.FileField("模板", upload_to=template_path)
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")

    class Meta:
        verbose_name = verbose_name_plural = "报告模板"
        indexes = [models.Index(fields=["pace", "-uploaded_at"], name="reporttemplate_newest")]

    def __str__(self) -> str:
        return f"{self.get_pace_display()} {self.uploaded_at:%Y-%m-%d}"
