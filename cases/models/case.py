"""The case: one trouble at one place, on its way up the ladder until it ends."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, When
from django.db.models.functions import Least, Left
from django.urls import reverse
from django.utils import timezone

from cases.due import due_state
from cases.models.category import Category
from cases.models.querysets import CaseQuerySet
from cases.states import ENDED, OPEN, Channel, ClosingLevel, MatterClass, Outcome, Satisfaction, Status
from grids.levels import Level
from grids.models import Area, Compound, Organization


def _next_alarm() -> models.Expression:
    """The next time the sweep must look: stated once, in the database, so that no service can forget to recompute it.

    NULL while nobody's clock runs: ended, merged, or marked at the top.
    """
    unsigned = Choose(When(signed_at__isnull=True, sign_alarm_at__isnull=True, then=F("sign_by")))
    unwarned = Choose(When(warned_at__isnull=True, then=F("warn_at")))
    unproposed = Choose(When(proposed_at__isnull=True, climb_at__gt=F("due_at"), then=F("due_at")))
    on_the_clock = Q(status__in=[Status.RECEIVED, Status.HANDLING], exhausted_at__isnull=True)
    return Choose(
        When(on_the_clock, then=Least(unsigned, unwarned, unproposed, F("climb_at"))),
        When(status=Status.CONFIRMING, then=Least(F("review_by"), F("follow_up_by"))),
        When(status=Status.SUSPENDED, then=F("review_at")),
    )


class Case(models.Model):
    """A request somebody must end, with who holds it (`level`, or `handling_unit`) and until when.

    Changed only by the verbs of `cases.services` and by the sweep. `step` counts holdings: every new deadline of a new
    holder is a new step, and an alarm fires at most once per step.
    """

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("受理编号", max_length=20, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="cases", verbose_name="类别")
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    title = models.CharField("公开标题", max_length=60, blank=True, help_text="由工作人员填写，居民可见")
    subject = models.CharField("反映标题", max_length=120, blank=True)
    text = models.TextField("反映内容")
    place = models.CharField("地点", max_length=120, blank=True)
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="小区")
    urgent = models.BooleanField("紧急", default=False)
    matter_class = models.CharField("分级", max_length=10, choices=MatterClass.choices, default=MatterClass.SMALL)

    origin_area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="发生地")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="所属区域")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )

    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.RECEIVED)
    level = models.PositiveSmallIntegerField("层级", choices=Level.choices)
    handling_unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="承办单位"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name="被反映的工作人员",
        help_text="本人看不到这件事项",
    )
    sent_from = models.PositiveSmallIntegerField("由哪一级送来", choices=Level.choices, null=True, blank=True)
    returned_levels = models.PositiveSmallIntegerField("退回过的层级", default=0, help_text="每级一位")
    routed_levels = models.PositiveSmallIntegerField("分派过的层级", default=0, help_text="每级一位")

    step = models.PositiveIntegerField("第几次承办", default=1)
    event_count = models.PositiveIntegerField("过程条数", default=0)
    received_at = models.DateTimeField("本级收到", default=timezone.now)
    sign_by = models.DateTimeField("签收期限", null=True)
    warn_at = models.DateTimeField("提醒时间", null=True)
    due_at = models.DateTimeField("办理期限")
    climb_at = models.DateTimeField("上报时间", null=True)
    basis = models.CharField("时限依据", max_length=120, blank=True)
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    sign_alarm_at = models.DateTimeField("签收提醒于", null=True, blank=True)
    warned_at = models.DateTimeField("临期提醒于", null=True, blank=True)
    proposed_at = models.DateTimeField("提请上报于", null=True, blank=True)
    exhausted_at = models.DateTimeField("到顶标记于", null=True, blank=True)
    queue_rank = models.GeneratedField(
        expression=Choose(When(exhausted_at__isnull=False, then=0), default=1),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    review_by = models.DateTimeField("复核期限", null=True, blank=True)
    follow_up_by = models.DateTimeField("回访期限", null=True, blank=True)
    review_at = models.DateTimeField("挂账复核时间", null=True, blank=True)
    remaining = models.DurationField("挂账时剩余工作时间", null=True, blank=True)
    next_alarm_at = models.GeneratedField(
        expression=_next_alarm(), output_field=models.DateTimeField(null=True), db_persist=True
    )

    # What the figures are counted from: set by the verbs, so that a total is a sum over rows and nothing else.
    first_sign_by = models.DateTimeField("首次签收期限", null=True, blank=True)
    first_signed_at = models.DateTimeField("首次签收时间", null=True, blank=True)
    signs = models.PositiveSmallIntegerField("应签收次数", default=0, help_text="签收了的和错过了的")
    late_signs = models.PositiveSmallIntegerField("超时签收次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    answered_in_time = models.BooleanField("按期办结", null=True, blank=True)
    minutes_total = models.PositiveIntegerField("总用时（工作分钟）", null=True, blank=True)
    minutes_grid = models.PositiveIntegerField("网格用时（工作分钟）", null=True, blank=True)
    minutes_community = models.PositiveIntegerField("社区用时（工作分钟）", null=True, blank=True)
    minutes_street = models.PositiveIntegerField("街道用时（工作分钟）", null=True, blank=True)
    minutes_district = models.PositiveIntegerField("区级用时（工作分钟）", null=True, blank=True)
    helping_units = ArrayField(models.IntegerField(), verbose_name="领到任务的单位", default=list, blank=True)

    external_number = models.CharField("外部编号", max_length=40, blank=True)
    external_due_at = models.DateTimeField("外部期限", null=True, blank=True)

    created_at = models.DateTimeField("登记时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    resolved_at = models.DateTimeField("答复办结时间", null=True, blank=True)
    accepted_at = models.DateTimeField("社区验收时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="验收人"
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_level = models.PositiveSmallIntegerField("办结层级", choices=ClosingLevel.choices, null=True, blank=True)
    outcome = models.CharField("是否解决", max_length=10, choices=Outcome.choices, blank=True)
    satisfaction = models.CharField("是否满意", max_length=15, choices=Satisfaction.choices, blank=True)
    refusal_reason = models.CharField("不予受理理由", max_length=500, blank=True)
    disputes = models.PositiveSmallIntegerField("反映未解决次数", default=0)
    reopenings = models.PositiveSmallIntegerField("重新办理次数", default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入事项"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_number"],
                condition=~Q(external_number=""),
                name="case_once_per_external_number",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status=Status.MERGED),
                name="case_merged_into_has_merged_status",
            ),
            models.CheckConstraint(
                condition=Q(handling_unit__isnull=True) | Q(level=Level.DISTRICT), name="case_unit_only_at_the_district"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="case_accepted_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CLOSED) | Q(closed_at__isnull=False, closed_level__isnull=False),
                name="case_closed_says_when_and_where",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], condition=Q(next_alarm_at__isnull=False), name="case_alarm_queue"
            ),
            models.Index(
                fields=["community", "level", "queue_rank", "due_at", "id"],
                condition=Q(status__in=OPEN),
                name="case_work_community",
            ),
            models.Index(
                fields=["street", "level", "queue_rank", "due_at", "id"],
                condition=Q(status__in=OPEN),
                name="case_work_street",
            ),
            models.Index(
                fields=["level", "queue_rank", "due_at", "id"], condition=Q(status__in=OPEN), name="case_work_level"
            ),
            models.Index(
                fields=["handling_unit", "queue_rank", "due_at", "id"],
                condition=Q(handling_unit__isnull=False),
                name="case_work_unit",
            ),
            models.Index(
                fields=["area", "queue_rank", "due_at", "id"], condition=Q(status__in=OPEN), name="case_work_grid"
            ),
            # The rarer turns: a dispute to look at, an answer to accept or to call about, what the district ended.
            models.Index(
                fields=["level", "street", "id"], condition=Q(review_by__isnull=False), name="case_turn_review"
            ),
            models.Index(
                fields=["level", "street", "community", "id"],
                condition=Q(status=Status.CONFIRMING),
                name="case_turn_confirming",
            ),
            models.Index(
                fields=["level", "street", "id"],
                condition=Q(status=Status.CLOSED, follow_up_by__isnull=False),
                name="case_turn_call",
            ),
            models.Index(fields=["status", "id"], condition=Q(level=Level.DISTRICT), name="case_ledger_units"),
            # The figures everybody may read, counted from the index alone.
            models.Index(
                fields=["resolved_at"],
                include=[
                    *("street", "community", "status", "closed_level"),
                    *("answered_in_time", "outcome", "satisfaction"),
                ],
                condition=Q(resolved_at__isnull=False, about__isnull=True),
                name="case_answered_lately",
            ),
            GinIndex(fields=["helping_units"], condition=~Q(helping_units=[]), name="case_helping_units"),
            models.Index(
                fields=["id"], condition=Q(status__in=OPEN, reopenings__gte=2), name="case_open_reopened_twice"
            ),
            models.Index(fields=["community", "-created_at", "-id"], name="case_ledger_community"),
            models.Index(fields=["street", "-created_at", "-id"], name="case_ledger_street"),
            models.Index(fields=["-created_at", "-id"], name="case_ledger_district"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The staff page of the case."""
        return reverse("desk:case", args=[self.number])

    @property
    def headline(self) -> str:
        """What staff call the case in lists: the public title, else the reporter's own first words."""
        if self.title or self.subject:
            return self.title or self.subject
        first = self.text.split("\n")[0]
        return first if len(first) <= 30 else f"{first[:29]}…"

    @property
    def status_label(self) -> str:
        """The status in words, without the dictionary Django builds at each `get_status_display`: lists ask often."""
        return Status(self.status).label

    @property
    def channel_label(self) -> str:
        """The channel in words, as cheaply."""
        return Channel(self.channel).label

    @property
    def is_open(self) -> bool:
        """True while it is somebody's turn."""
        return self.status in OPEN

    @property
    def has_ended(self) -> bool:
        """True once nothing more is expected, short of reopening."""
        return self.status in ENDED

    @property
    def due_state(self) -> tuple[str, str]:
        """State and words of the deadline now, as `{% due_badge %}` shows it."""
        return due_state(self)

    @property
    def live(self) -> "Case":
        """The case that carries on: the one this was merged into, else itself."""
        return self.merged_into.live if self.merged_into_id else self
