"""A visit: what happened at a door, what was said there, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from common.fields import EncryptedField, SensitiveCharField
from consultations.models import Consultation
from files.models import Photo
from grids.models import Area, Compound, Organization
from grids.permissions import Ability
from grids.scope import scope_of, within
from households.models import Household, Resident
from visits.models.campaign import Campaign
from visits.models.lists import Purpose, Topic
from visits.states import Handling, OpinionState, Outcome, Told, Way
from wishes.models import Wish


class VisitQuerySet(models.QuerySet):
    """Visits by scope and time."""

    def visible_to(self, user):
        """Visits in the areas where the user may see households, and one's own."""
        return self.filter(within(scope_of(user, granting=Ability.HOUSEHOLDS)) | Q(visitor=user))

    def newest_first(self):
        """Youngest first."""
        return self.order_by("-happened_at", "-pk")


class Visit(models.Model):
    """One try at one door. `uuid` is the id of the record that brought it, so a second sending finds it.

    The row holds the newest version; every correction first leaves what was there as a `VisitVersion`.
    """

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="visits", verbose_name="住户")
    # As it was on the day: a visit is not carried along when the household changes its grid.
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    compound = models.ForeignKey(Compound, models.PROTECT, db_index=False, related_name="+", verbose_name="小区")
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="走访人")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    way = models.CharField("方式", max_length=10, choices=Way.choices, default=Way.HOME)
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="目的")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="活动"
    )
    happened_at = models.DateTimeField("走访时间")
    happened_date = models.DateField("走访日期")
    written_later = models.BooleanField("补记", default=False)
    people = models.ManyToManyField(Resident, related_name="+", blank=True, verbose_name="见到的人")
    others = SensitiveCharField("还见到", kind="name", max_length=40, blank=True)
    note = models.TextField("说明", blank=True)
    knows_chief = models.BooleanField("认识网格长", null=True, blank=True, help_text="双认识，选答")
    next_date = models.DateField("约好的日期", null=True, blank=True)
    next_part = models.CharField("约好的时段", max_length=10, blank=True)
    photos_expected = models.PositiveSmallIntegerField("应有照片", default=0)
    version = models.PositiveSmallIntegerField("版本", default=1)
    received_at = models.DateTimeField("记入时间", default=timezone.now)
    corrected_at = models.DateTimeField("更正时间", null=True, blank=True)
    demonstration = models.BooleanField("示范数据", default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访"
        indexes = [
            models.Index(fields=["household", "-happened_at"], name="visit_by_household"),
            models.Index(fields=["community", "-happened_at", "-id"], name="visit_by_community"),
            models.Index(fields=["street", "-happened_at", "-id"], name="visit_by_street"),
            models.Index(fields=["area", "-happened_at", "-id"], name="visit_by_grid"),
            models.Index(fields=["visitor", "-happened_at", "-id"], name="visit_by_visitor"),
            models.Index(fields=["campaign", "household"], name="visit_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"走访{self.pk}"

    def get_absolute_url(self) -> str:
        """The page of the visit on the phone."""
        return reverse("field:visit", args=[self.uuid])


class VisitVersion(models.Model):
    """What a visit said before a correction. Append-only."""

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="versions", verbose_name="走访")
    number = models.PositiveSmallIntegerField("版本")
    said = EncryptedField("原来的内容", kind="address")
    replaced_at = models.DateTimeField("更正时间")
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="更正人")

    class Meta:
        verbose_name = verbose_name_plural = "走访的旧版本"
        constraints = [models.UniqueConstraint(fields=["visit", "number"], name="one_visit_version_of_a_number")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.number}"


class Companion(models.Model):
    """Who came along: somebody of a unit, the street, the police (下派干部、街道、三官一律)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="companions", verbose_name="走访")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    unit = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")

    class Meta:
        verbose_name = verbose_name_plural = "同行"
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(unit__isnull=False), name="companion_is_somebody"
            ),
            models.UniqueConstraint(
                fields=["visit", "user", "unit"], nulls_distinct=False, name="companion_comes_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.user_id or self.unit_id}"


class LineQuerySet(models.QuerySet):
    """What was said, by scope and state."""

    def visible_to(self, user):
        """What was said on visits in the areas where the user may see households, and on one's own."""
        scope = scope_of(user, granting=Ability.HOUSEHOLDS)
        places = within(scope, area="visit__area", street="visit__street", community="visit__community")
        return self.filter(places | Q(visit__visitor=user))

    def waiting(self):
        """What the community has to decide about."""
        return self.filter(opinion_state=OpinionState.WAITING)

    def to_gather(self):
        """What is to be consulted about and belongs to no consultation yet."""
        return self.filter(opinion_state=OpinionState.CONSULTATION, consultation__isnull=True)


class Line(models.Model):
    """One thing said on a visit: a topic, a few words, and what the visitor made of it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="lines", verbose_name="走访")
    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name="话题")
    handling = models.CharField("处理", max_length=10, choices=Handling.choices, default=Handling.RECORD)
    detail = models.TextField("说了什么", blank=True)
    urgent = models.BooleanField("情况紧急", default=False)
    opinion_state = models.CharField("社区怎么定", max_length=12, choices=OpinionState.choices, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    decision_note = models.CharField("为什么", max_length=200, blank=True)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name="合成的议题"
    )
    # A correction takes a line away by dating it; what it opened stays.
    dropped_at = models.DateTimeField("更正时去掉", null=True, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "社情民意"
        indexes = [
            models.Index(
                fields=["opinion_state", "id"], name="line_waiting", condition=Q(opinion_state=OpinionState.WAITING)
            ),
            models.Index(fields=["topic", "visit"], name="line_by_topic"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="line_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(consultation__isnull=True) | Q(opinion_state=OpinionState.CONSULTATION),
                name="line_in_a_consultation_says_so",
            ),
            models.UniqueConstraint(
                fields=["visit", "topic"], condition=Q(dropped_at__isnull=True), name="one_line_of_a_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.topic_id}"


class Finding(models.Model):
    """A visit opened a case or a wish. Points down; neither knows of the visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name="走访")
    line = models.OneToOneField(
        Line, models.PROTECT, null=True, blank=True, related_name="finding", verbose_name="说到的事"
    )
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, related_name="visit_finding", verbose_name="事项"
    )
    wish = models.OneToOneField(
        Wish, models.PROTECT, null=True, blank=True, related_name="visit_finding", verbose_name="微心愿"
    )

    class Meta:
        verbose_name = verbose_name_plural = "走访发现"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, wish__isnull=False) | Q(case__isnull=False, wish__isnull=True),
                name="finding_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.case_id or self.wish_id}"


class Mention(models.Model):
    """Something already under way was talked about at the door: progress told, or the residents agree it is solved."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="mentions", verbose_name="走访")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项")
    wish = models.ForeignKey(Wish, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="微心愿")
    told = models.CharField("说了什么", max_length=10, choices=Told.choices)

    class Meta:
        verbose_name = verbose_name_plural = "说到在办的事"
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=True, wish__isnull=False) | Q(case__isnull=False, wish__isnull=True),
                name="mention_is_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["visit", "case", "wish"], nulls_distinct=False, name="mentioned_once_a_visit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.told}"


class VisitPhoto(models.Model):
    """A photo a visit speaks of, by the id the phone gave it: expected first, there once its bytes arrived."""

    uuid = models.UUIDField("标识", unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="走访")
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="说到的事"
    )
    photo = models.OneToOneField(Photo, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片")
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    arrived_at = models.DateTimeField("收到时间", null=True, blank=True)
    fault = models.CharField("为什么看不了", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "走访照片"

    def __str__(self) -> str:
        return str(self.uuid)
