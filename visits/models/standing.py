"""Where the visits to a household stand: what the due rule reads, computed from the visits themselves."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from grids.permissions import Ability
from grids.scope import scope_of, within
from households.models import Household
from visits.states import AT_ODDS, Outcome, Part


class StandingQuerySet(models.QuerySet):
    """Where visits stand, by who may see it and what the community has to do."""

    def visible_to(self, user):
        """Households of the areas where the user plans visits."""
        scope = scope_of(user, granting=Ability.PLAN_VISITS)
        return self.filter(
            within(scope, area="household__area", street="household__street", community="household__community")
        )

    def handed(self):
        """Nobody opened, the tries are used up: the community finds another way."""
        return self.filter(handed_at__isnull=False).exclude(household__state=Household.State.MOVED)

    def at_odds(self):
        """The last visit found somebody moved, nobody living there or another address, and nobody held it against the
        register since. What the register says by now itself is left out.
        """
        rows = self.filter(outcome__in=AT_ODDS).exclude(household__state=Household.State.MOVED)
        rows = rows.exclude(outcome=Outcome.VACANT, household__kind=Household.Kind.VACANT)
        return rows.filter(Q(checked_visit__isnull=True) | ~Q(checked_visit=F("visit")))


class Standing(models.Model):
    """One row a household, rewritten from its visits by `visits.services.standing.renew`; never the truth itself."""

    household = models.OneToOneField(
        Household, models.PROTECT, primary_key=True, related_name="standing", verbose_name="住户"
    )
    met_date = models.DateField("最近见面", null=True, blank=True)
    reached_date = models.DateField("最近联系上", null=True, blank=True)
    tried_at = models.DateTimeField("最近走访", null=True, blank=True)
    outcome = models.CharField("最近结果", max_length=10, choices=Outcome.choices, blank=True)
    visit = models.ForeignKey(
        "visits.Visit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="最近一次"
    )
    absences = models.PositiveSmallIntegerField("连续家中无人", default=0)
    next_date = models.DateField("下次走访", null=True, blank=True)
    next_part = models.CharField("下次时段", max_length=10, choices=Part.choices, blank=True)
    # Set when the tries are used up; taken away when the community settles it or somebody was reached.
    handed_at = models.DateTimeField("交社区时间", null=True, blank=True)
    settled_at = models.DateTimeField("社区处理时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    settled_note = models.CharField("社区怎么处理", max_length=100, blank=True)
    # The visit whose outcome (moved, vacant, wrong address) the community has held against the register.
    checked_visit = models.ForeignKey(
        "visits.Visit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对过的一次"
    )
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    checked_note = models.CharField("核对结果", max_length=100, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "走访情况"
        indexes = [
            models.Index(fields=["handed_at"], name="standing_handed", condition=Q(handed_at__isnull=False)),
            models.Index(fields=["tried_at"], name="standing_at_odds", condition=Q(outcome__in=AT_ODDS)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="standing_settled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
                name="standing_checked_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"走访情况{self.pk}"
