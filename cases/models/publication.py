"""What the public ledger (办理公示) shows of a case: released by staff, without personal data, taken back on request."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.history import CasePhoto


class PublicationQuerySet(models.QuerySet):
    """Publications by state."""

    def standing(self):
        """What residents may read now."""
        return self.filter(taken_back_at__isnull=True)


class Publication(models.Model):
    """One line of the public ledger. Written by staff; state, level, unit and due date are read from the case itself."""

    class Why(models.TextChoices):
        """Who wanted it taken back."""

        RESIDENT = "resident", "反映人不想公示"
        STAFF = "staff", "工作人员撤下"
        ENDED = "ended", "事项已撤回、并案或不予受理"

    case = models.OneToOneField(Case, models.PROTECT, related_name="publication", verbose_name="事项")
    title = models.CharField("标题", max_length=60)
    text = models.CharField("反映了什么", max_length=500)
    reply = models.CharField("办理情况和答复", max_length=800, blank=True)
    place = models.CharField("地点", max_length=60, blank=True, help_text="小区名；太小的小区只写社区")
    before = models.ForeignKey(
        CasePhoto, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改造前照片"
    )
    after = models.ForeignKey(
        CasePhoto, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改造后照片"
    )
    released_at = models.DateTimeField("公示时间", default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公示人")
    taken_back_at = models.DateTimeField("撤下时间", null=True, blank=True)
    taken_back_why = models.CharField("撤下原因", max_length=10, choices=Why.choices, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理公示"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_why="")
                | Q(taken_back_at__isnull=False) & ~Q(taken_back_why=""),
                name="publication_taken_back_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-released_at", "-id"], condition=Q(taken_back_at__isnull=True), name="publication_newest"
            ),
        ]

    def __str__(self) -> str:
        return self.title
