"""The claim: who makes a wish come true, and until when they must give a sign of life."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, When
from django.utils import timezone

from files.models import Photo
from grids.models import Organization
from wishes.models.querysets import ClaimQuerySet
from wishes.models.wish import Wish
from wishes.states import ClaimStatus


class Claim(models.Model):
    """Somebody's promise to a wisher. At most one is LIVE for a wish, by constraint.

    `seen_at` is the last sign of life; without another one the claim is reminded at `remind_at` and cancelled at
    `lapse_at`, unless it was reported done (`reported_at`): then the others have to speak. `unit` is set where a unit
    claims through its representative.
    """

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    wish = models.ForeignKey(Wish, models.PROTECT, related_name="claims", verbose_name="心愿")
    claimer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="wish_claims", verbose_name="认领人"
    )
    unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="认领单位"
    )
    status = models.CharField("状态", max_length=10, choices=ClaimStatus.choices, default=ClaimStatus.LIVE)
    claimed_at = models.DateTimeField("认领时间", default=timezone.now)
    plan_date = models.DateField("打算哪天办", null=True, blank=True)
    seen_at = models.DateTimeField("最近进展", default=timezone.now)
    remind_at = models.DateTimeField("提醒时间")
    reminded_at = models.DateTimeField("已提醒于", null=True, blank=True)
    lapse_at = models.DateTimeField("取消时间")
    reported_at = models.DateTimeField("报完成时间", null=True, blank=True)
    proof = models.CharField("完成说明", max_length=200, blank=True)
    proof_photo = models.ForeignKey(
        Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="完成照片"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    reason = models.CharField("结束原因", max_length=200, blank=True, help_text="认领人能看到")
    next_alarm_at = models.GeneratedField(
        expression=Choose(
            When(status=ClaimStatus.LIVE, reported_at__isnull=True, reminded_at__isnull=True, then=F("remind_at")),
            When(status=ClaimStatus.LIVE, reported_at__isnull=True, then=F("lapse_at")),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认领"
        constraints = [
            models.UniqueConstraint(
                fields=["wish"], condition=Q(status=ClaimStatus.LIVE), name="claim_one_live_per_wish"
            ),
            models.CheckConstraint(
                condition=Q(status=ClaimStatus.LIVE, ended_at__isnull=True)
                | ~Q(status=ClaimStatus.LIVE) & Q(ended_at__isnull=False),
                name="claim_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__lte=F("lapse_at")), name="claim_is_reminded_before_it_lapses"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], condition=Q(next_alarm_at__isnull=False), name="claim_alarm_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_status_display()}"

    @property
    def is_live(self) -> bool:
        """True while the promise stands."""
        return self.status == ClaimStatus.LIVE

    @property
    def shows_contact(self) -> bool:
        """True while the claimer needs name, door and phone: live, and not yet reported done."""
        return self.is_live and self.reported_at is None


class ClaimMember(models.Model):
    """One of those who claim a wish together; the claimer is the first of them. Counts towards the person's cap."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="members", db_index=False, verbose_name="认领")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="成员")
    joined_at = models.DateTimeField("加入时间", default=timezone.now)
    left_at = models.DateTimeField("退出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "认领成员"
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "user"], condition=Q(left_at__isnull=True), name="claim_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.user_id}"
