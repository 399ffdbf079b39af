"""What happened to a wish and its claims: appended, never edited (a database trigger refuses)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from grids.levels import Level
from wishes.models.claim import Claim
from wishes.models.wish import Wish
from wishes.states import Action, Alarm, Status


class WishEventQuerySet(models.QuerySet):
    """Events of one wish."""

    def newest_first(self):
        """As timelines show them."""
        return self.order_by("-number").select_related("by")

    def public(self):
        """Events the wisher may read about."""
        return self.exclude(action__in=INTERNAL)


# What concerns staff and claimers among themselves; the wisher reads the outcome, never who claimed and why it ended.
INTERNAL = [Action.NOTE, Action.REWORD, Action.JOIN, Action.LEAVE, Alarm.REVIEW, Alarm.REMIND, Alarm.CONFIRM]


class WishEvent(models.Model):
    """One thing that happened, numbered per wish. `note` is read inside, `public_text` by the wisher too."""

    wish = models.ForeignKey(Wish, models.PROTECT, related_name="events", db_index=False, verbose_name="心愿")
    number = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间", default=timezone.now)
    action = models.CharField("动作", max_length=12, choices=[*Action.choices, *Alarm.choices])
    alarm = models.CharField("时限动作", max_length=12, choices=Alarm.choices, blank=True)
    step = models.PositiveIntegerField("第几步")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="操作人",
    )
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="认领")
    from_status = models.CharField("原状态", max_length=12, choices=Status.choices, blank=True)
    to_status = models.CharField("新状态", max_length=12, choices=Status.choices)
    to_level = models.PositiveSmallIntegerField("层级", choices=Level.choices)
    note = models.TextField("内部说明", blank=True)
    public_text = models.TextField("公开内容", blank=True)

    objects = WishEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "心愿过程"
        constraints = [
            models.UniqueConstraint(fields=["wish", "number"], name="wish_event_numbered_per_wish"),
            models.UniqueConstraint(
                fields=["wish", "step", "alarm"],
                condition=Q(alarm__in=[Alarm.REVIEW, Alarm.CLIMB, Alarm.EXHAUST]),
                name="wish_alarm_once_per_step",
            ),
            models.UniqueConstraint(fields=["claim"], condition=Q(alarm=Alarm.LAPSE), name="wish_claim_lapses_once"),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id}-{self.number}"
