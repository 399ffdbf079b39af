"""督办: urging, orders with a demanded answer, and the circular when nothing helped."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.assignments import OPEN_STATES
from cases.assignments import State as Task
from cases.models import Assignment, Case
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from supervision.rules import NUMBERED, Kind, Standing, State


class OrderQuerySet(models.QuerySet):
    """Orders by whose they are and how they stand."""

    def visible_to(self, user):
        """All of them for the two district bodies; a unit or street reads what was sent to it, proposals never."""
        scope, seen = scope_of(user), self.exclude(case__about=user.pk)
        if abilities_of(user) & {Ability.HAND_OUT, Ability.COLLECT}:
            return seen.filter(case__in=Case.objects.visible_to(user))
        mine = Q(pk__in=[])
        if scope.units:
            mine |= Q(assignment__unit__in=scope.units) | Q(kind=Kind.URGE, case__handling_unit__in=scope.units)
        if scope.areas:
            mine |= Q(assignment__area__in=scope.areas)
        return seen.sent().filter(mine)

    def sent(self):
        """Those that went out, whatever became of them."""
        return self.filter(issued_at__isnull=False)

    def proposed(self):
        """What the portal proposes and nobody decided."""
        return self.filter(state=State.PROPOSED)

    def issued(self):
        """Those that went out and have not ended."""
        return self.filter(state=State.ISSUED)

    def urging(self):
        """催办 whose holding lasts."""
        return self.issued().filter(kind=Kind.URGE)

    def demanding(self):
        """Those that wait for an answer or for its acceptance."""
        return self.issued().exclude(kind=Kind.URGE)

    def answered(self):
        """Those whose answer waits for 区委办."""
        return self.demanding().filter(assignment__state=Task.REPORTED)

    def newest_first(self):
        """As histories show them."""
        return self.order_by("-created_at", "-pk")

    def for_list(self):
        """What a line about an order shows, in one query."""
        related = ("case__category", "case__area", "case__handling_unit", "assignment__unit", "assignment__area")
        return self.select_related(*related)


class Order(models.Model):
    """One supervision order. 催办 goes out by itself; 督办单, the second one and 通报 are issued by 区委办.

    The answer it demands is an `Assignment` of kind ORDER of the body that holds the case. `trigger` makes what the
    portal proposes or sends by itself happen once: `late:<step>`, `reports:3`, `reopened:2`; empty where a person began.
    Changed by `supervision.services.ordering` and the sweep only.
    """

    Kind = Kind
    State = State

    case = models.ForeignKey(Case, models.PROTECT, related_name="orders", verbose_name="事项")
    kind = models.CharField("督办", max_length=10, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    number = models.PositiveSmallIntegerField("督办号", null=True, blank=True, help_text="督办单第N号，由系统编")
    document_number = models.CharField("文号", max_length=40, blank=True, help_text="由人填写")
    trigger = models.CharField("由什么引起", max_length=30, blank=True)
    why = models.CharField("督办原因", max_length=200)
    demand = models.CharField("要求", max_length=500, blank=True)
    answer_by = models.DateTimeField("答复期限", null=True, blank=True)
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, blank=True, related_name="order", verbose_name="要求答复的任务"
    )
    proposed_at = models.DateTimeField("建议时间", null=True, blank=True)
    issued_at = models.DateTimeField("发出时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发出人",
        help_text="空：系统按时限发出",
    )
    decided_at = models.DateTimeField("结束时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人"
    )
    decision_note = models.CharField("结束说明", max_length=500, blank=True)
    ended_at = models.DateTimeField("失效时间", null=True, blank=True, help_text="事项、任务结束，或者发了下一份")
    created_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "trigger"], condition=~Q(trigger=""), name="order_once_per_trigger"
            ),
            models.UniqueConstraint(
                fields=["year", "number"], condition=Q(number__isnull=False), name="order_numbered_per_year"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="order_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False), name="order_issued_says_when"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | ~Q(state="ended") & Q(ended_at__isnull=True),
                name="order_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "answer_by", "id"], name="order_lanes"),
            models.Index(fields=["case", "-created_at"], name="order_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """The staff page of the order."""
        return reverse("desk:order", args=[self.pk])

    @property
    def called(self) -> str:
        """督办单第3号, 督办单第4号（第二次）, 通报, 催办."""
        if self.number is None:
            return self.get_kind_display()
        return f"督办单第{self.number}号" + ("（第二次）" if self.kind == Kind.SECOND else "")

    @property
    def is_numbered(self) -> bool:
        """True for papers with a number of ours."""
        return self.kind in NUMBERED

    @property
    def progress(self) -> str:
        """How far it is, in words: the task's own state while an answer is demanded."""
        if self.state == State.ISSUED and self.assignment:
            return "已答复，待认可" if self.assignment.state == Task.REPORTED else self.assignment.get_state_display()
        return self.get_state_display()

    @property
    def due_at(self):
        """Until when the answer is due now: the task's own date moves when an answer does not do."""
        return self.assignment.due_at if self.assignment else self.answer_by

    def standing(self, *, at=None, holder: str = "", refused: bool = False) -> Standing:
        """How an order that went out stands. `holder`: the seat that should answer now; `refused`: an answer did not do."""
        task = self.assignment
        if self.state != State.ISSUED or task is None or task.state not in (*OPEN_STATES, Task.REPORTED):
            return Standing.OVER
        if task.state == Task.REPORTED:
            return Standing.ANSWERED
        if task.state == Task.RETURN_ASKED:
            return Standing.RETURNING
        if holder and task.seat != holder:
            return Standing.MOVED
        if refused:
            return Standing.REFUSED
        return Standing.OVERDUE if task.due_at <= (at or timezone.now()) else Standing.WAITING
