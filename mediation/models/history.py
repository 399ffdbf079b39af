"""What happened to a dispute: appended, never edited (a database trigger refuses)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from mediation.models.dispute import Dispute
from mediation.states import Action, Status


class DisputeEventQuerySet(models.QuerySet):
    """Events of one dispute."""

    def newest_first(self):
        """As timelines show them."""
        return self.order_by("-number").select_related("by")


class DisputeEvent(models.Model):
    """One thing that happened, numbered per dispute.

    `note` is worded by the portal: it names no party, because it is appended for good and read by whoever sees the case.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="events", db_index=False, verbose_name="纠纷")
    number = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间", default=timezone.now)
    action = models.CharField("动作", max_length=12, choices=Action.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name="操作人"
    )
    from_status = models.CharField("原状态", max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField("新状态", max_length=12, choices=Status.choices)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = DisputeEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "纠纷过程"
        constraints = [models.UniqueConstraint(fields=["dispute", "number"], name="dispute_event_numbered_per_dispute")]

    def __str__(self) -> str:
        return f"{self.dispute_id}-{self.number}"
