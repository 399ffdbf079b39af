"""三官一律: service days of police, prosecutors, judges and lawyers in a community, and legal services. No residents' names."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone

from grids.models import Area
from grids.scope import scope_of, within
from mediation.states import DayStatus, LegalKind, Officer


class InCommunitiesQuerySet(models.QuerySet):
    """Rows that name a community."""

    def visible_to(self, user):
        """Those of the user's areas."""
        return self.filter(within(scope_of(user), area="community", community="community"))


class ServiceDay(models.Model):
    """A day on which an officer comes to a community (警力下沉日): planned, then held with what was done, or cancelled."""

    community = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    street = models.GeneratedField(
        expression=Left("community_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    officer = models.CharField("谁来", max_length=10, choices=Officer.choices)
    unit_name = models.CharField("单位", max_length=60, blank=True)
    service_date = models.DateField("日期")
    topic = models.CharField("主题和地点", max_length=100, blank=True)
    status = models.CharField("状态", max_length=10, choices=DayStatus.choices, default=DayStatus.PLANNED)
    consultations = models.PositiveSmallIntegerField("接待咨询（人次）", null=True, blank=True)
    mediations = models.PositiveSmallIntegerField("参与调解（件）", null=True, blank=True)
    talks = models.PositiveSmallIntegerField("宣讲（场）", null=True, blank=True)
    done = models.CharField("做了什么", max_length=300, blank=True)
    cancelled_why = models.CharField("取消原因", max_length=100, blank=True)
    planned_at = models.DateTimeField("安排时间", default=timezone.now)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人")
    settled_at = models.DateTimeField("登记结果时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记结果的人"
    )

    objects = InCommunitiesQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务日"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "officer", "service_date"],
                condition=~Q(status=DayStatus.CANCELLED),
                name="service_day_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="service_day_settled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status=DayStatus.HELD, consultations__isnull=False, mediations__isnull=False)
                & Q(talks__isnull=False)
                | ~Q(status=DayStatus.HELD)
                & Q(consultations__isnull=True, mediations__isnull=True)
                & Q(talks__isnull=True),
                name="service_day_counts_once_held",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-service_date", "-id"], name="service_day_community"),
            models.Index(fields=["-service_date", "-id"], name="service_day_district"),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.service_date}"


class LegalService(models.Model):
    """A legal service given in a community (法律服务): what kind, when, how many it served."""

    community = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="社区")
    street = models.GeneratedField(
        expression=Left("community_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    kind = models.CharField("服务", max_length=10, choices=LegalKind.choices)
    service_date = models.DateField("日期")
    served = models.PositiveSmallIntegerField("服务人次")
    words = models.CharField("说明", max_length=200, blank=True, help_text="不写姓名、电话和住址")
    given_at = models.DateTimeField("登记时间", default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = InCommunitiesQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "法律服务"
        constraints = [models.CheckConstraint(condition=Q(served__gte=1), name="legal_service_served_somebody")]
        indexes = [
            models.Index(fields=["community", "-service_date", "-id"], name="legal_service_community"),
            models.Index(fields=["-service_date", "-id"], name="legal_service_district"),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.get_kind_display()}"
