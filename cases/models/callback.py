"""回访: whom to ask whether it is really solved, how they were asked, and what they said."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.report import Report
from cases.states import Outcome, Satisfaction, UnsolvedReason
from grids.levels import Level
from grids.scope import scope_of

# How often somebody is called before it ends as 无法联系, and how long the link in the message works.
MAX_TRIES = 3
LINK_WORKS_FOR = timedelta(days=14)


class CallBackQuerySet(models.QuerySet):
    """Call-backs by state and seat."""

    def visible_to(self, user):
        """Call-backs about cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def at_seats_of(self, user):
        """Call-backs that the user's own seats make; nobody asks about a complaint against oneself."""
        return self.filter(seat__in=scope_of(user).seats).exclude(case__about=user)

    def waiting(self):
        """Not asked yet."""
        return self.filter(done_at__isnull=True)

    def done(self):
        """Asked, answered on the web, given up, or no longer to be asked."""
        return self.filter(done_at__isnull=False)

    def valid(self):
        """The person was reached and said whether it is solved."""
        return self.filter(reached=True).exclude(outcome="")

    def call_off(self, case: Case, why: str, at) -> None:
        """The waiting call-back of a case need not be made any more; it counts nowhere."""
        self.waiting().filter(case=case).update(done_at=at, reached=False, note=why)

    def for_list(self):
        """What a line shows, in one query."""
        return self.select_related("case__category", "case__area", "case__handling_unit", "report", "done_by")


class CallBack(models.Model):
    """One question to one reporter about one answer: 是否解决, 是否满意, 未解决原因.

    `token` opens the three questions on the web without the receipt number; it ends with the answer.
    """

    class Why(models.TextChoices):
        DUE = "due", "到期回访"
        RANDOM = "random", "随机回访"
        UNHAPPY = "unhappy", "不满意回访"
        BY_HAND = "by_hand", "主动回访"

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        WEB = "web", "网页链接"
        VISIT = "visit", "入户"

    case = models.ForeignKey(Case, models.PROTECT, related_name="callbacks", verbose_name="事项")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="callbacks", verbose_name="反映人"
    )
    token = models.UUIDField("链接", default=uuid.uuid4, unique=True, editable=False)
    why = models.CharField("缘由", max_length=10, choices=Why.choices)
    seat = models.CharField("由谁回访", max_length=40)
    asked_for_at = models.DateTimeField("列入时间", default=timezone.now)
    due_by = models.DateTimeField("回访期限")
    drawn_date = models.DateField("抽自哪天办结的", null=True, blank=True, help_text="随机回访")
    tries = models.PositiveSmallIntegerField("没联系上几次", default=0)
    sent_at = models.DateTimeField("链接发出时间", null=True, blank=True)
    done_at = models.DateTimeField("回访时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回访人"
    )
    way = models.CharField("方式", max_length=10, choices=Way.choices, blank=True)
    reached = models.BooleanField("联系上", null=True, blank=True)
    outcome = models.CharField("是否解决", max_length=10, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=15, choices=Satisfaction.choices, blank=True)
    unsolved_reason = models.CharField("未解决原因", max_length=12, choices=UnsolvedReason.choices, blank=True)
    note = models.CharField("回访情况", max_length=500, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, reached__isnull=True)
                | Q(done_at__isnull=False, reached__isnull=False),
                name="callback_done_says_whether_reached",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unsolved") | ~Q(unsolved_reason=""), name="callback_unsolved_says_why"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(done_at__isnull=True), name="callback_one_waiting_per_case"
            ),
            models.UniqueConstraint(fields=["case", "drawn_date"], name="callback_drawn_once_a_day"),
            models.CheckConstraint(
                condition=Q(drawn_date__isnull=True) | Q(why="random"), name="callback_drawn_is_random"
            ),
        ]
        indexes = [
            models.Index(fields=["seat", "due_by", "id"], condition=Q(done_at__isnull=True), name="callback_work"),
            models.Index(fields=["-done_at", "-id"], condition=Q(done_at__isnull=False), name="callback_done"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_why_display()}"

    @property
    def is_waiting(self) -> bool:
        """True until somebody was asked, or need not be."""
        return self.done_at is None

    @property
    def link_ends_at(self) -> datetime:
        """Until when the link in the message opens the questions."""
        return self.asked_for_at + LINK_WORKS_FOR

    @property
    def result(self) -> str:
        """How it ended, in words; empty while it waits."""
        if self.is_waiting:
            return ""
        if self.outcome:
            return self.get_outcome_display()
        if self.reached:
            return "没有问到"
        return "无法联系" if self.tries >= MAX_TRIES else "不用再问"


class CallShare(models.Model):
    """随机回访: how many of a hundred cases closed at a level are drawn each day. Defaults of ours; editable."""

    DEFAULT = 5

    level = models.PositiveSmallIntegerField("办理层级", choices=Level.choices, unique=True)
    percent = models.PositiveSmallIntegerField("抽取比例（%）", default=DEFAULT)

    class Meta:
        verbose_name = verbose_name_plural = "随机回访比例"
        constraints = [models.CheckConstraint(condition=Q(percent__lte=100), name="call_share_is_a_percentage")]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.percent}%"

    @classmethod
    def shares(cls) -> dict[int, int]:
        """Percent by level; the default where nobody decided."""
        return {level.value: cls.DEFAULT for level in Level} | dict(cls.objects.values_list("level", "percent"))
