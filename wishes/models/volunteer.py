"""Who may claim: people whose name and unit the community has checked, and units that were invited."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone

from grids.models import Area, Organization
from grids.permissions import Ability
from grids.scope import scope_of, within
from wishes.states import VolunteerState


class VolunteerQuerySet(models.QuerySet):
    """Volunteers by state and scope."""

    def visible_to(self, user):
        """Volunteers whose community lies where the user may decide about wishes."""
        return self.filter(
            within(
                scope_of(user, granting=Ability.WISHES),
                area="community",
                street="street",
                community="community",
            )
        )

    def pending(self):
        """Those nobody has checked yet."""
        return self.filter(state=VolunteerState.PENDING)


class Volunteer(models.Model):
    """A person who may claim wishes. Real name and unit stand on the account; nothing about party membership is kept."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="volunteer", verbose_name="账号")
    community = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="报名社区")
    street = models.GeneratedField(
        expression=Left("community_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    unit = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代表单位",
        help_text="受邀单位的经办人，可以代表单位认领",
    )
    state = models.CharField("状态", max_length=10, choices=VolunteerState.choices, default=VolunteerState.PENDING)
    reason = models.CharField("未通过或停用的理由", max_length=100, blank=True)
    created_at = models.DateTimeField("报名时间", default=timezone.now)
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿者"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="volunteer_decided_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["state", "community"], name="volunteer_to_check")]

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def may_claim(self) -> bool:
        """True once the community has checked the person."""
        return self.state == VolunteerState.APPROVED


class Invitation(models.Model):
    """A link that lets one person of a unit register as its representative; used once."""

    unit = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name="单位")
    community = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="邀请的社区")
    token_hash = models.CharField("摘要", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("邀请时间", default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人")
    expires_at = models.DateTimeField("有效至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "单位邀请"
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return str(self.unit_id)
