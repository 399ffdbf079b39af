from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries by their place in the chain and by what they are about."""

    def unsealed(self) -> "EntryQuerySet":
        """Entries that are not in the chain yet."""
        return self.filter(sequence__isnull=True)

    def sealed(self) -> "EntryQuerySet":
        """Entries of the chain, in its order."""
        return self.filter(sequence__isnull=False).order_by("sequence")

    def about(self, subject_kind: str, subject_id: int | str) -> "EntryQuerySet":
        """What was done to one subject, latest first."""
        return self.filter(subject_kind=subject_kind, subject_id=str(subject_id)).order_by("-id")


class Entry(models.Model):
    """One thing that was done: who, what, to which row. Holds ids and codes, never a personal value.

    Inserted in the transaction of the deed, without foreign keys so that nothing it names has to live as long. A
    trigger refuses deletion and every change but one: the sealer fills the last three columns, once.
    """

    class ActorKind(models.TextChoices):
        USER = "user", "工作人员"
        RESIDENT = "resident", "居民"
        PORTAL = "portal", "系统"
        API = "api", "接口"

    at = models.DateTimeField("时间", db_default=Now(), editable=False)
    actor_id = models.BigIntegerField("人员", null=True)
    actor_kind = models.CharField("身份", max_length=8, choices=ActorKind, db_default=Value("portal"))
    verb = models.CharField("动作", max_length=64)
    subject_kind = models.CharField("对象", max_length=40)
    subject_id = models.CharField("对象编号", max_length=40)
    details = models.JSONField("要点", default=dict, db_default=Value({}, models.JSONField()))
    sequence = models.BigIntegerField("链号", null=True, editable=False)
    previous_hash = models.BinaryField("前一条摘要", max_length=32, null=True)
    hash = models.BinaryField("摘要", max_length=32, null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_entry_subject"),
            models.Index(fields=["id"], name="audit_entry_unsealed", condition=Q(sequence__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["sequence"], name="audit_entry_sequence", condition=Q(sequence__isnull=False)
            ),
            models.CheckConstraint(
                name="audit_entry_sealed_as_a_whole",
                condition=Q(sequence__isnull=True, previous_hash__isnull=True, hash__isnull=True)
                | Q(sequence__isnull=False, previous_hash__isnull=False, hash__isnull=False),
            ),
            models.CheckConstraint(
                name="audit_entry_actor_kind", condition=Q(actor_kind__in=["user", "resident", "portal", "api"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"
