"""The consultation: one topic from the opinions it came of to the works that were done."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from consultations.states import OPEN, OVER, PUBLIC, Majority, Status, Voting
from grids.levels import Level
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of, within


class ConsultationQuerySet(models.QuerySet):
    """Consultations by scope and state."""

    def visible_to(self, user):
        """Consultations of the user's ground and compounds, and those the user is asked to."""
        if not user.is_authenticated:
            return self.none()
        scope = scope_of(user)
        seen = within(scope) | Q(pk__in=self.model.objects.filter(attendees__user=user).values("pk"))
        if scope.around:
            seen |= Q(compound__in=scope.around)
        # Grids share a meeting of their community.
        own = [code[:12] for code in scope.at(Level.GRID)]
        return self.filter(seen | Q(area__in=own))

    def run_by(self, user):
        """Consultations the user's grid or community holds."""
        scope = scope_of(user, granting=Ability.HANDLE)
        grids, communities = scope.at(Level.GRID), scope.at(Level.COMMUNITY)
        return self.filter(Q(area__in=grids) | Q(area__in=[code[:12] for code in grids]) | Q(community__in=communities))

    def open(self):
        """Under way."""
        return self.filter(status__in=OPEN)

    def over(self):
        """Ended, failed or dropped."""
        return self.filter(status__in=OVER)

    def published(self):
        """What residents can read."""
        return self.filter(status__in=PUBLIC)

    def matching(self, words: str):
        """Consultations whose number, title or topic contain every part of `words`."""
        found = self
        for part in words.split()[:5]:
            found = found.filter(
                Q(number__istartswith=part.replace("-", "") or part)
                | Q(title__icontains=part)
                | Q(topic__icontains=part)
                | Q(compound__name__icontains=part)
            )
        return found

    def for_list(self):
        """What a row shows, in one query."""
        return self.select_related("area", "compound", "convener", "book")


class Consultation(models.Model):
    """A consultation (协商). `area` is the grid of its compound, or the community where it concerns several.

    Changed only by the verbs of `consultations.services`. Everything about it, its money included, changes under the
    lock of this row.
    """

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=20, unique=True)
    title = models.CharField("议题", max_length=40)
    topic = models.TextField("议什么")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="所属区域")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="小区")
    venue = models.CharField("地点", max_length=60, blank=True)
    planned_at = models.DateTimeField("什么时候开", null=True, blank=True)
    convener = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="召集人")
    households = models.PositiveIntegerField("应到户数", null=True, blank=True)

    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.TOPIC)
    event_count = models.PositiveIntegerField("过程条数", default=0)
    created_at = models.DateTimeField("提出时间", default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)
    held_at = models.DateTimeField("召开时间", null=True, blank=True)
    present = models.PositiveIntegerField("到会户数", null=True, blank=True)
    voting = models.CharField("怎么表决", max_length=10, choices=Voting.choices, blank=True)
    majority = models.CharField("怎样算通过", max_length=10, choices=Majority.choices, blank=True)
    minutes = models.TextField("会议记录", blank=True)
    decision = models.TextField("议定", blank=True)
    decided_at = models.DateTimeField("议定时间", null=True, blank=True)
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    objections_until = models.DateField("公示到哪天", null=True, blank=True)
    works_at = models.DateTimeField("开始执行", null=True, blank=True)
    review_at = models.DateTimeField("开始评议", null=True, blank=True)
    # The link residents answer by; made when the review opens, so that an earlier paper leads nowhere.
    review_key = models.UUIDField("评议链接", null=True, blank=True, unique=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.TextField("结果", blank=True)
    demonstration = models.BooleanField("示范数据", default=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "协商议事"
        constraints = [
            models.CheckConstraint(
                condition=Q(present__isnull=True) | Q(households__isnull=True) | Q(present__lte=F("households")),
                name="consultation_present_are_invited",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True)
                | Q(present__isnull=False) & ~Q(voting="") & ~Q(majority="") & ~Q(minutes=""),
                name="consultation_held_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.DECIDED, *PUBLIC]) | Q(decided_at__isnull=False) & ~Q(decision=""),
                name="consultation_decided_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=PUBLIC) | Q(published_at__isnull=False, objections_until__isnull=False),
                name="consultation_published_says_until_when",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OVER, ended_at__isnull=False) | ~Q(status__in=OVER) & Q(ended_at__isnull=True),
                name="consultation_over_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-created_at", "-id"], name="consultation_by_community"),
            models.Index(fields=["street", "-created_at", "-id"], name="consultation_by_street"),
            models.Index(fields=["area", "-created_at", "-id"], name="consultation_by_grid"),
            models.Index(fields=["-created_at", "-id"], name="consultation_newest"),
            models.Index(fields=["-published_at", "-id"], condition=Q(status__in=PUBLIC), name="consultation_public"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The staff page."""
        return reverse("desk:consultation", args=[self.number])

    @property
    def is_public(self) -> bool:
        """True while residents can read it."""
        return self.status in PUBLIC

    @property
    def is_over(self) -> bool:
        """True once nothing more is done about it."""
        return self.status in OVER

    @property
    def spot(self) -> str:
        """Where it lies: the compound's name, else the community's."""
        return self.compound.name if self.compound_id else self.area.full_name


class ConsultationCase(models.Model):
    """A case the topic came from, or that it settles."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="links", db_index=False, verbose_name="协商"
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="consultation_links", verbose_name="事项")
    linked_at = models.DateTimeField("关联时间", default=timezone.now)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人")

    class Meta:
        verbose_name = verbose_name_plural = "协商的事项"
        constraints = [models.UniqueConstraint(fields=["consultation", "case"], name="consultation_links_a_case_once")]

    def __str__(self) -> str:
        return f"{self.consultation_id} {self.case_id}"
