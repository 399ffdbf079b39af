"""类案: open cases that staff say are one trouble. Each stays a case of its own, with its own clock and its own answer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case


class BundleQuerySet(models.QuerySet):
    """Bundles by who may see them."""

    def visible_to(self, user):
        """Bundles that hold a case the user sees; of the others nobody hears."""
        held = BundledCase.objects.standing().filter(case__in=Case.objects.visible_to(user))
        return self.filter(pk__in=held.values("bundle"))


class Bundle(models.Model):
    """One trouble that several cases tell of, in the words of staff."""

    title = models.CharField("类案名称", max_length=60)
    opened_at = models.DateTimeField("归类时间", default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="归类人")

    objects = BundleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类案"

    def __str__(self) -> str:
        return self.title


class BundledCaseQuerySet(models.QuerySet):
    """Cases in bundles."""

    def standing(self):
        """Not taken out again."""
        return self.filter(removed_at__isnull=True)


class BundledCase(models.Model):
    """That a case belongs to a bundle, from when to when: at most one at a time. Rows end, they are not deleted."""

    bundle = models.ForeignKey(Bundle, models.PROTECT, related_name="members", verbose_name="类案")
    case = models.ForeignKey(Case, models.PROTECT, related_name="bundled", verbose_name="事项")
    added_at = models.DateTimeField("归入时间", default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="归入人")
    removed_at = models.DateTimeField("移出时间", null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移出人"
    )

    objects = BundledCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类案中的事项"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(removed_at__isnull=True), name="bundled_case_in_one_bundle"
            ),
            # A resident who takes a case back is no member of staff.
            models.CheckConstraint(
                condition=Q(removed_at__isnull=False) | Q(removed_by__isnull=True),
                name="bundled_case_removed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.case_id}"
