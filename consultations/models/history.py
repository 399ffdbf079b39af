"""What happened to a consultation: appended, never edited (a database trigger refuses)."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from consultations.models.consultation import Consultation
from consultations.states import Action, Status


class ConsultationEvent(models.Model):
    """One thing that happened, numbered per consultation. `note` stays inside, `public_text` is read by residents too."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="events", db_index=False, verbose_name="协商"
    )
    number = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间", default=timezone.now)
    action = models.CharField("动作", max_length=10, choices=Action.choices)
    # A resident who answers on the web has no account.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    from_status = models.CharField("原状态", max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField("新状态", max_length=12, choices=Status.choices)
    note = models.TextField("内部说明", blank=True)
    public_text = models.TextField("公开内容", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "协商过程"
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="consultation_event_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}-{self.number}"
