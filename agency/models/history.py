"""What happened to an errand: appended, never edited (a database trigger refuses)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from agency.models.request import AgencyRequest
from agency.states import Action, Step


class AgencyEventQuerySet(models.QuerySet):
    """Events of one errand."""

    def newest_first(self):
        """As timelines show them."""
        return self.order_by("-number").select_related("by")


class AgencyEvent(models.Model):
    """One step, numbered per errand. Holds nobody's name, door or money: retention could not reach it here."""

    request = models.ForeignKey(
        AgencyRequest, models.PROTECT, related_name="events", db_index=False, verbose_name="代办"
    )
    number = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="操作人",
    )
    action = models.CharField("动作", max_length=10, choices=Action.choices)
    from_step = models.CharField("原步骤", max_length=10, choices=Step.choices, blank=True)
    to_step = models.CharField("新步骤", max_length=10, choices=Step.choices)
    times = models.PositiveSmallIntegerField("第几次办", default=1)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = AgencyEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代办过程"
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="agency_event_numbered_per_request")]

    def __str__(self) -> str:
        return f"{self.request_id}-{self.number}"
