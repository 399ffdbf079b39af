"""What a unit or street owes on a case beside its holder, the whistle that called it, and what was agreed on the spot."""

from django.conf import settings
from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, When
from django.db.models.functions import Least
from django.utils import timezone

from cases.assignments import OPEN_STATES, WATCHED_STATES, Kind, State
from cases.due import owed_state
from cases.models.case import Case
from cases.states import ENDED
from grids.models import Area, Organization
from grids.scope import scope_of


class WhistleQuerySet(models.QuerySet):
    """Whistles by scope and whether they are over."""

    def visible_to(self, user):
        """Whistles from cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def under_way(self):
        """Not ended; a case that has ended took its whistle along."""
        return self.filter(ended_at__isnull=True).exclude(case__status__in=ENDED)

    def over(self):
        """Ended by the street, or with the case."""
        return self.filter(Q(ended_at__isnull=False) | Q(case__status__in=ENDED))


class Whistle(models.Model):
    """街道吹哨: from a case the street calls units to the spot by a time. Each unit's answer is an `Assignment`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="whistles", verbose_name="事项")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="吹哨街道")
    place = models.CharField("集合地点", max_length=120)
    arrive_by = models.DateTimeField("到场时间")
    purpose = models.CharField("请单位来做什么", max_length=500)
    called_at = models.DateTimeField("吹哨时间", default=timezone.now)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="吹哨人")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人"
    )
    outcome = models.CharField("现场结果", max_length=500, blank=True)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "街道吹哨"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="whistle_one_under_way_per_case"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="whistle_ended_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["-called_at", "-id"], name="whistle_newest_first")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.place}"

    @property
    def seat(self) -> str:
        """The street that whistled."""
        return f"area:{self.area_id}"

    @property
    def is_under_way(self) -> bool:
        """True until the street ends it, or the case is over."""
        return self.ended_at is None and not self.case.has_ended


class Coordination(models.Model):
    """A site visit or a coordination meeting on a case: who came, what was found; the next steps are assignments."""

    class Kind(models.TextChoices):
        SITE = "site", "现场查看"
        MEETING = "meeting", "协调会"

    case = models.ForeignKey(Case, models.PROTECT, related_name="coordinations", verbose_name="事项")
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="coordinations", verbose_name="因哪次吹哨"
    )
    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    held_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120)
    units = models.ManyToManyField(Organization, related_name="+", blank=True, verbose_name="到场单位")
    others = models.CharField("其他到场的人", max_length=200, blank=True, help_text="写身份，不写姓名：居民代表3人")
    findings = models.TextField("情况和商定")
    public_text = models.CharField("告诉居民什么", max_length=500, blank=True)
    noted_at = models.DateTimeField("记录时间", default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")

    class Meta:
        verbose_name = verbose_name_plural = "现场查看和会商"

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"


def _next_alarm() -> models.Expression:
    """The next time the sweep must look at an assignment; NULL where nothing is awaited or everything has been said."""
    unsigned = Choose(When(signed_at__isnull=True, sign_alarm_at__isnull=True, then=F("sign_by")))
    unwarned = Choose(When(warned_at__isnull=True, then=F("warn_at")))
    unmarked = Choose(When(late_at__isnull=True, then=F("due_at")))
    return Choose(When(state__in=[str(s) for s in WATCHED_STATES], then=Least(unsigned, unwarned, unmarked)))


class AssignmentQuerySet(models.QuerySet):
    """Assignments by whose they are, state and time."""

    def visible_to(self, user):
        """Assignments on cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def owed_by(self, user):
        """What the user's own units and areas owe: exactly what was handed to them."""
        scope = scope_of(user)
        owed = Q(pk__in=[])
        if scope.units:
            owed |= Q(unit__in=scope.units)
        if scope.areas:
            owed |= Q(area__in=scope.areas)
        return self.filter(owed).exclude(case__about=user)

    def handed_out_by(self, user):
        """What the user's own units and areas gave to others."""
        seats = [seat for seat in scope_of(user).seats if not seat.startswith("user:")]
        return self.filter(giver__in=seats).exclude(case__about=user)

    def to_decide(self):
        """The unit asks to be released; who gave it decides."""
        return self.filter(state=State.RETURN_ASKED)

    def signed(self):
        """Taken on and not reported."""
        return self.filter(state__in=[State.SIGNED, State.ARRIVED, State.RETURN_ASKED])

    def reported(self):
        """Answered, accepted or not."""
        return self.filter(state__in=[State.REPORTED, State.ACCEPTED])

    def open(self):
        """Somebody still owes something."""
        return self.filter(state__in=OPEN_STATES)

    def unsigned(self):
        """Nobody has signed."""
        return self.filter(state=State.GIVEN)

    def late(self, at=None):
        """Open past their time; a whistle's unit that came is not late any more."""
        return self.open().exclude(state=State.ARRIVED).filter(due_at__lt=at or timezone.now())

    def for_list(self):
        """What a row shows, in one query."""
        return self.select_related("case__category", "case__area", "unit", "area", "given_by", "signed_by")

    def most_pressing(self, at=None):
        """What is late first, then unsigned, then nearly due, each by deadline."""
        at = at or timezone.now()
        whose = Choose(
            When(due_at__lt=at, then=0), When(state=State.GIVEN, then=1), When(warn_at__lte=at, then=2), default=3
        )
        return self.annotate(press=whose).order_by("press", "due_at", "pk")


class Assignment(models.Model):
    """One thing one unit (or the street of the case) owes on a case, by a time. Changed by `cases.services.assigning` only.

    `giver` is the seat that handed it out and decides on returns; the case remembers its helpers in `helping_units`,
    which is what lets them see it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments", verbose_name="事项")
    kind = models.CharField("任务", max_length=12, choices=Kind.choices)
    state = models.CharField("进展", max_length=12, choices=State.choices, default=State.GIVEN)
    unit = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name="单位"
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name="街道或社区"
    )
    what = models.CharField("要做什么", max_length=500)
    owner = models.CharField("负责人", max_length=30, blank=True, help_text="姓加称呼，郭科长")
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name="吹哨"
    )
    coordination = models.ForeignKey(
        Coordination, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name="会商"
    )
    giver = models.CharField("交给任务的一方", max_length=40)
    given_at = models.DateTimeField("交给时间", default=timezone.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="交给任务的人",
        help_text="空：系统按时限发出",
    )
    sign_by = models.DateTimeField("签收期限")
    warn_at = models.DateTimeField("提醒时间")
    due_at = models.DateTimeField("期限")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人"
    )
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    reported_at = models.DateTimeField("反馈时间", null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="反馈人"
    )
    report = models.TextField("反馈", blank=True)
    return_reason = models.CharField("退回理由", max_length=500, blank=True)
    returns = models.PositiveSmallIntegerField("申请退回次数", default=0)
    ended_reason = models.CharField("解除原因", max_length=200, blank=True)
    sign_alarm_at = models.DateTimeField("签收提醒于", null=True, blank=True)
    warned_at = models.DateTimeField("临期提醒于", null=True, blank=True)
    late_at = models.DateTimeField("超期标记于", null=True, blank=True)
    next_alarm_at = models.GeneratedField(
        expression=_next_alarm(), output_field=models.DateTimeField(null=True), db_persist=True
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, area__isnull=False) | Q(unit__isnull=False, area__isnull=True),
                name="assignment_to_a_unit_or_an_area",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="assignment_signed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True, reported_by__isnull=True)
                | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="assignment_reported_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.WHISTLE) | Q(whistle__isnull=False), name="assignment_whistle_says_which"
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(kind=Kind.CO_HANDLE, state__in=[str(s) for s in OPEN_STATES]),
                name="assignment_one_open_co_handling_per_unit",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], condition=Q(next_alarm_at__isnull=False), name="assignment_alarm_queue"
            ),
            models.Index(
                fields=["unit", "due_at", "id"],
                condition=Q(state__in=[str(s) for s in OPEN_STATES], unit__isnull=False),
                name="assignment_work_unit",
            ),
            models.Index(fields=["giver", "id"], condition=Q(state=State.RETURN_ASKED), name="assignment_to_decide"),
            models.Index(
                fields=["area", "due_at", "id"],
                condition=Q(state__in=[str(s) for s in OPEN_STATES], area__isnull=False),
                name="assignment_work_area",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"

    @property
    def seat(self) -> str:
        """The seat that owes it."""
        return f"unit:{self.unit_id}" if self.unit_id else f"area:{self.area_id}"

    @property
    def whose(self) -> str:
        """Who owes it, in words."""
        return self.unit.name if self.unit else self.area.name

    @property
    def is_open(self) -> bool:
        """True while something is owed."""
        return self.state in OPEN_STATES

    @property
    def came_late(self) -> bool:
        """True where the report, or the arrival a whistle called for, came after its time."""
        done = self.arrived_at if self.kind == Kind.WHISTLE else self.reported_at
        return bool(done) and done > self.due_at

    @property
    def due_state(self) -> tuple[str, str]:
        """State and words of the deadline now, as `{% due_badge %}` shows it."""
        return owed_state(self)
