"""What happened to a case: append-only events, requests and their decisions, pauses of the clock, photos."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.report import Report
from cases.states import Action, Alarm, Mark, Status
from files.models import Photo
from grids.levels import Level
from grids.models import Organization


class EventQuerySet(models.QuerySet):
    """Events of one case."""

    def newest_first(self):
        """As timelines show them."""
        return self.order_by("-number").select_related("by", "unit", "assignment__unit", "assignment__area")

    def public(self):
        """Events a resident may read about; notes stay inside, and who was given what, unless words were added for them."""
        return self.exclude(action__in=INTERNAL).exclude(action__startswith=Action.ASSIGN, public_text="")


# Never shown outside: what staff say among themselves, and what concerns other people.
INTERNAL = [
    Action.NOTE,
    Action.HAND_OVER,
    Action.ASK_EXTENSION,
    Action.ASK_SUSPENSION,
    Action.ASK_REFUSAL,
    Action.DECLINE,
    Action.CLASSIFY,
    Action.TITLE,
    Action.JOIN,
    Action.ASK_RETURN,
    Action.DRAFT,
    Action.DRAFT_BACK,
    Action.ASSIGN_SIGN,
    Action.ASSIGN_RETURN,
    Action.ASSIGN_KEEP,
    Action.ASSIGN_REDO,
    Action.ASSIGN_END,
    Action.WHISTLE_END,
    Action.LIST,
    Action.PUBLISH,
    Action.TAKE_BACK,
    Action.BUNDLE,
    Action.UNBUNDLE,
    *Mark,
    Alarm.SIGN,
    Alarm.WARN,
    Alarm.PROPOSE,
    Alarm.FOLLOW_UP,
]


class Event(models.Model):
    """One thing that happened, numbered per case; inserted, never edited (a database trigger refuses).

    `note` is read by staff only, `public_text` by residents too. An event of the sweep names its `alarm`.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False, verbose_name="事项")
    number = models.PositiveIntegerField("序号")
    at = models.DateTimeField("时间", default=timezone.now)
    action = models.CharField("动作", max_length=20, choices=[*Action.choices, *Alarm.choices, *Mark.choices])
    alarm = models.CharField("时限动作", max_length=12, choices=Alarm.choices, blank=True, db_default="")
    step = models.PositiveIntegerField("第几次承办")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="操作人",
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="反映人"
    )
    from_status = models.CharField("原状态", max_length=12, choices=Status.choices, blank=True, db_default="")
    to_status = models.CharField("新状态", max_length=12, choices=Status.choices)
    from_level = models.PositiveSmallIntegerField("原层级", choices=Level.choices, null=True, blank=True)
    to_level = models.PositiveSmallIntegerField("新层级", choices=Level.choices)
    unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="单位"
    )
    assignment = models.ForeignKey(
        "cases.Assignment", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="任务"
    )
    due_at = models.DateTimeField("当时的办理期限", null=True, blank=True)
    basis = models.CharField("时限依据", max_length=160, blank=True, db_default="")
    note = models.TextField("内部说明", blank=True, db_default="")
    public_text = models.TextField("公开内容", blank=True, db_default="")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "过程"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="event_numbered_per_case"),
            models.UniqueConstraint(
                fields=["case", "step", "alarm"], condition=~Q(alarm=""), name="event_alarm_once_per_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.number} {self.get_action_display()}"


class Approval(models.Model):
    """延期, 挂账, 不予受理 or a unit's 退回: asked for by one person, decided by another. While undecided, the clock stops.

    At most one undecided request a step; who asked cannot decide. When the case moves on, the step changes and the
    request lapses with it.
    """

    class Kind(models.TextChoices):
        EXTEND = "extend", "延期"
        SUSPEND = "suspend", "挂账"
        REFUSE = "refuse", "不予受理"
        RETURN = "return", "退回"

    class ReasonClass(models.TextChoices):
        """Why a case cannot be solved now."""

        FUNDS = "funds", "资金未落实"
        PLAN = "plan", "已列入计划"
        LAW = "law", "法律法规限制"
        HISTORY = "history", "历史遗留"
        SEASON = "season", "受季节或施工条件限制"
        OTHER = "other", "其他"

    case = models.ForeignKey(Case, models.PROTECT, related_name="approvals", verbose_name="事项")
    kind = models.CharField("申请", max_length=10, choices=Kind.choices)
    step = models.PositiveIntegerField("第几次承办")
    level = models.PositiveSmallIntegerField("申请层级", choices=Level.choices)
    days = models.PositiveSmallIntegerField("延期工作日", null=True, blank=True)
    reason_class = models.CharField("挂账原因", max_length=10, choices=ReasonClass.choices, blank=True)
    review_date = models.DateField("复核日期", null=True, blank=True)
    reason = models.CharField("理由", max_length=500)
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    agreed = models.BooleanField("同意", null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请和审批"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step"], condition=Q(decided_at__isnull=True), name="approval_one_undecided_per_step"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="approval_two_people"
            ),
            models.CheckConstraint(
                condition=Q(kind="extend", days__gt=0)
                | Q(kind="suspend", review_date__isnull=False) & ~Q(reason_class="")
                | Q(kind__in=["refuse", "return"]),
                name="approval_says_what_it_asks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"


class Pause(models.Model):
    """A stretch in which the handling clock stood still, and how far it moved the deadline (working time)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="pauses", verbose_name="事项")
    step = models.PositiveIntegerField("第几次承办")
    why = models.CharField("原因", max_length=60)
    started_at = models.DateTimeField("开始", default=timezone.now)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    moved = models.DurationField("顺延工作时间", null=True, blank=True)
    warn_before = models.DateTimeField("原提醒时间", null=True)
    due_before = models.DateTimeField("原办理期限")
    climb_before = models.DateTimeField("原上报时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "停表"

    def __str__(self) -> str:
        return f"{self.case_id} {self.why}"


class CasePhoto(models.Model):
    """A photo of a case: from a reporter, or from staff with an event."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="photos", verbose_name="事项")
    photo = models.OneToOneField(Photo, models.PROTECT, related_name="+", verbose_name="照片")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="反映人"
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="过程")
    draft = models.ForeignKey(
        "cases.Draft", models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="拟稿"
    )
    public = models.BooleanField("反映人可见", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "事项照片"

    def __str__(self) -> str:
        return f"{self.case_id} {self.photo_id}"
