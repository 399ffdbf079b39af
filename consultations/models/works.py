"""What is done about the decision, with photos, and what residents say about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consultations.models.consultation import Consultation
from consultations.states import Moment
from files.models import Photo


class WorkStep(models.Model):
    """One step: what, who (a unit in words), until when. Done, it says what residents read about it."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="steps", db_index=False, verbose_name="协商"
    )
    number = models.PositiveSmallIntegerField("次序")
    what = models.CharField("做什么", max_length=60)
    who = models.CharField("谁来做", max_length=40)
    until_date = models.DateField("哪天前")
    told = models.CharField("做得怎样", max_length=500, blank=True, help_text="居民可见")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "执行步骤"
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="work_step_numbered")]

    def __str__(self) -> str:
        return self.what


class WorkPhoto(models.Model):
    """A photo of the place before, during or after; residents see it once the decision is published."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="photos", verbose_name="协商")
    step = models.ForeignKey(
        WorkStep, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="步骤"
    )
    moment = models.CharField("什么时候", max_length=10, choices=Moment.choices)
    photo = models.OneToOneField(Photo, models.PROTECT, related_name="+", verbose_name="照片")
    taken_date = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "执行照片"

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.moment}"


class Review(models.Model):
    """One resident's judgement. The words are for the community; only the two counts are ever shown outside."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="reviews", verbose_name="协商")
    satisfied = models.BooleanField("满意")
    words = models.CharField("还想说的", max_length=300, blank=True)
    said_at = models.DateTimeField("评议时间", default=timezone.now)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代记人"
    )
    # One answer a browser: a keyed digest of its cookie, never the cookie.
    browser = models.CharField("浏览器", max_length=32, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "居民评议"
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "browser"], condition=~Q(browser=""), name="review_once_a_browser"
            )
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.pk}"
