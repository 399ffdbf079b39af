"""Cadres paired with households (结百家亲), and what was done."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class PairingQuerySet(models.QuerySet):
    """Dated pairings."""

    def current(self, at=None):
        """Pairings in force on the local date of `at`; the day one ends no longer counts, so that ending is at once."""
        day = timezone.localdate(at or timezone.now())
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Pairing(models.Model):
    """A cadre paired with a household (结百家亲), from a day to a day."""

    household = models.ForeignKey("households.Household", models.PROTECT, related_name="pairings", verbose_name="住户")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pairings", verbose_name="结对干部")
    valid_from = models.DateField("开始日期", default=timezone.localdate)
    valid_to = models.DateField("结束日期", null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(valid_to__isnull=True), name="one_paired_cadre_per_household"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="pairing_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.user}"


class PairingDeed(models.Model):
    """One thing done for a paired household. Append-only."""

    pairing = models.ForeignKey(Pairing, models.PROTECT, related_name="deeds", verbose_name="结对")
    happened_date = models.DateField("日期", default=timezone.localdate)
    text = models.CharField("做了什么", max_length=300)
    noted_at = models.DateTimeField("登记时间", default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "结对记录"

    def __str__(self) -> str:
        return f"{self.pairing_id} {self.happened_date}"
