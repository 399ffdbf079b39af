"""意见建议: what staff say about the portal itself, answered (国办函〔2026〕12号 asks for it)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SuggestionQuerySet(models.QuerySet):
    """Suggestions by who may read them."""

    def visible_to(self, user):
        """One's own; those who run the portal read all."""
        return self if user.is_superuser else self.filter(by=user)


class Suggestion(models.Model):
    """A complaint or an idea, and its answer."""

    text = models.TextField("内容")
    created_at = models.DateTimeField("提出时间", default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "意见建议"
        indexes = [models.Index(fields=["by", "-created_at"], name="suggestion_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="suggestion_answer_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"意见建议{self.pk}"
