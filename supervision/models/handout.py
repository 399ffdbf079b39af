"""交办 in batches: what 区委办 handed to units on one day, as one paper."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.models import Case
from grids.models import Organization


class HandOut(models.Model):
    """One batch of hand-outs (交办单), numbered by us per year; the document number is typed in."""

    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("批次")
    document_number = models.CharField("文号", max_length=40, blank=True)
    handed_at = models.DateTimeField("交办时间", default=timezone.now)
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="交办人")

    class Meta:
        verbose_name = verbose_name_plural = "交办单"
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="handout_numbered_per_year")]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}批交办"


class HandOutItemQuerySet(models.QuerySet):
    """Cases of batches."""

    def visible_to(self, user):
        """Those whose case the user may see; never a complaint about the user."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def for_paper(self):
        """In the order of the paper, with what its words are made of: two queries."""
        return self.select_related("case__category", "lead").prefetch_related("helpers").order_by("pk")


class HandOutItem(models.Model):
    """One case of a batch: who leads, who helps, what is to be done, until when, as it was handed out."""

    handout = models.ForeignKey(HandOut, models.PROTECT, related_name="items", verbose_name="交办单")
    case = models.ForeignKey(Case, models.PROTECT, related_name="handout_items", verbose_name="事项")
    lead = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="主办")
    helpers = models.ManyToManyField(Organization, related_name="+", blank=True, verbose_name="协办")
    instruction = models.TextField("交办要求")
    due_at = models.DateTimeField("办理期限")

    objects = HandOutItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "交办事项"
        constraints = [models.UniqueConstraint(fields=["handout", "case"], name="handoutitem_once_per_batch")]

    def __str__(self) -> str:
        return f"{self.handout_id} {self.case_id}"
