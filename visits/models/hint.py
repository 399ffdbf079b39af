"""Hints: what looks odd about visits, told to the visitor as help. Never a judgement, never a figure about a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone

from grids.models import Area
from grids.permissions import Ability
from grids.scope import scope_of
from visits.models.visit import Visit
from visits.states import HINT_QUIET_FOR, HintAnswer, HintKind


class HintQuerySet(models.QuerySet):
    """Hints by who may read them. There is no `visible_to` that counts them by person, on purpose."""

    def of(self, user):
        """Hints about the user's own visits."""
        return self.filter(visitor=user)

    def open(self):
        """Those the visitor has not answered."""
        return self.filter(answer="")

    def told_to_community(self, user, at=None):
        """What visitors passed on, and what they left unanswered for a week, in the user's own communities."""
        codes = scope_of(user, granting=Ability.PLAN_VISITS).areas
        quiet = Q(answer="", found_at__lte=(at or timezone.now()) - HINT_QUIET_FOR)
        return self.filter(Q(answer=HintAnswer.EXPLAINED) | quiet, community__in=[c for c in codes if len(c) == 12])


class Hint(models.Model):
    """One thing about one visit the visitor may want to look at again."""

    kind = models.CharField("哪一种", max_length=10, choices=HintKind.choices)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="hints", verbose_name="走访")
    other = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="和它有关的一次"
    )
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="走访人"
    )
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    week_date = models.DateField("哪一周", help_text="这一周的星期一")
    found_at = models.DateTimeField("提示时间", default=timezone.now)
    answer = models.CharField("走访人怎么说", max_length=10, choices=HintAnswer.choices, blank=True)
    words = models.CharField("说明", max_length=200, blank=True)
    answered_at = models.DateTimeField("回答时间", null=True, blank=True)

    objects = HintQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访提示"
        indexes = [
            models.Index(fields=["visitor", "-found_at"], name="hint_by_visitor"),
            models.Index(fields=["community", "week_date"], name="hint_by_community"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "visit"], name="one_hint_of_a_kind_per_visit"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="hint_answer_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.kind}"
