"""What 经办人 of a unit wrote and 审批人 has not let out yet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.assignments import OPEN_STATES
from cases.models.assignment import Assignment
from cases.models.case import Case
from cases.states import OPEN, ClosingLevel


class DraftQuerySet(models.QuerySet):
    """Drafts by whether they still wait."""

    def waiting(self):
        """Undecided, and what they answer is still asked: the case at the same step, the assignment still open."""
        answers = Q(kind="resolve", step=F("case__step"), case__status__in=OPEN)
        reports = Q(kind="report", assignment__state__in=OPEN_STATES)
        return self.filter(answers | reports, decided_at__isnull=True)

    def of_units(self, units):
        """What people of these units wrote: read by nobody else until it is let out."""
        return self.filter(
            Q(kind="resolve", case__handling_unit__in=units) | Q(kind="report", assignment__unit__in=units)
        )


class Draft(models.Model):
    """A unit's answer on its way out: the answer that ends a case, or the report on an assignment. Stops no clock.

    One person writes, another lets it out or hands it back with a reason; a step that is over takes its drafts along.
    Withdrawn by its writer, or overtaken by an answer given directly: decided by nobody, not agreed.
    """

    class Kind(models.TextChoices):
        RESOLVE = "resolve", "办结答复"
        REPORT = "report", "任务反馈"

    case = models.ForeignKey(Case, models.PROTECT, related_name="drafts", verbose_name="事项")
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, blank=True, related_name="drafts", verbose_name="任务"
    )
    kind = models.CharField("文稿", max_length=10, choices=Kind.choices)
    step = models.PositiveIntegerField("第几次承办")
    closed_level = models.PositiveSmallIntegerField("办结层级", choices=ClosingLevel.choices, null=True, blank=True)
    public_text = models.TextField("公开答复", blank=True)
    note = models.TextField("办理情况", blank=True)
    unfinished = models.TextField("为什么先答复", blank=True, help_text="协办单位还没有反馈时")
    drafted_at = models.DateTimeField("拟稿时间", default=timezone.now)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    agreed = models.BooleanField("同意", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=500, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待审文稿"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(decided_at__isnull=True, kind="resolve"),
                name="draft_one_answer_undecided",
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(decided_at__isnull=True, kind="report"),
                name="draft_one_report_undecided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")), name="draft_two_people"
            ),
            models.CheckConstraint(
                condition=Q(kind="resolve", assignment__isnull=True, closed_level__isnull=False)
                | Q(kind="report", assignment__isnull=False),
                name="draft_says_what_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"

    @property
    def unit(self):
        """The unit it is written for."""
        return self.assignment.unit if self.assignment else self.case.handling_unit

    @property
    def is_waiting(self) -> bool:
        """True while somebody may let it out: what `waiting()` says of many."""
        if self.decided_at:
            return False
        if self.assignment:
            return self.assignment.is_open
        return self.case.is_open and self.step == self.case.step
