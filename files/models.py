"""Photos as they are kept: re-encoded, without a word about where and with what they were taken."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from files.photos import FULL_EDGE


class Photo(models.Model):
    """A stored photo and its thumbnail. Who may see it is decided by what it is attached to, never here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.FileField("照片", max_length=100, unique=True)
    thumb = models.FileField("缩略图", max_length=100, unique=True)
    width = models.PositiveSmallIntegerField("宽")
    height = models.PositiveSmallIntegerField("高")
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    # Residents upload without an account.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="上传人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        constraints = [
            models.CheckConstraint(
                condition=Q(width__range=(1, FULL_EDGE), height__range=(1, FULL_EDGE)), name="photo_edges_within_limit"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
