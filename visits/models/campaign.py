"""Campaigns: the district goes to the doors of some places between two days (进百家门、暖百家心、结百家亲)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of
from visits.models.lists import Purpose


class CampaignQuerySet(models.QuerySet):
    """Campaigns by time and scope."""

    def visible_to(self, user):
        """Campaigns that touch an area of the user's: above it, below it, or the same."""
        scope = scope_of(user, granting=Ability.VISIT)
        planning = scope_of(user, granting=Ability.PLAN_VISITS)
        touches = Q(pk__in=[])
        for code in scope.areas | planning.areas:
            above = [code[:length] for length in (6, 9, 12, 15) if length <= len(code)]
            touches |= Q(places__area__code__startswith=code) | Q(places__area_id__in=above)
        return self.filter(pk__in=self.model.objects.filter(touches).values("pk"))

    def on(self, day):
        """Campaigns that run on a day."""
        return self.filter(starts_date__lte=day, ends_date__gte=day, ended_at__isnull=True)


class Campaign(models.Model):
    """Each household of its places is to be met once between its two days. Ended early, never deleted."""

    name = models.CharField("名称", max_length=40)
    aim = models.CharField("目的", max_length=200, blank=True)
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, blank=True, verbose_name="走访目的")
    starts_date = models.DateField("开始日期")
    ends_date = models.DateField("结束日期")
    target_percent = models.PositiveSmallIntegerField("目标覆盖（%）", default=100)
    tagged_only = models.BooleanField("只访需关照的住户", default=False)
    created_at = models.DateTimeField("安排时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="安排人"
    )
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    demonstration = models.BooleanField("示范数据", default=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访活动"
        constraints = [
            models.CheckConstraint(condition=Q(ends_date__gte=F("starts_date")), name="campaign_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(target_percent__range=(1, 100)), name="campaign_target_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignPlace(models.Model):
    """A place of a campaign: an area with everything beneath, or one compound of it."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="places", verbose_name="活动")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name="区域")
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="小区")

    class Meta:
        verbose_name = verbose_name_plural = "活动范围"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "area", "compound"], nulls_distinct=False, name="one_place_of_a_campaign"
            )
        ]

    def __str__(self) -> str:
        return str(self.compound or self.area)
