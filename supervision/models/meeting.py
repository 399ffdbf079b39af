"""联席研判: the meeting, who is asked to come, what is on the agenda, and what was decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.assignments import OPEN_STATES, State
from cases.models import Assignment, Case
from grids.models import Area, Organization
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of


def plans_meetings(user) -> bool:
    """True for 区委组织部 and 区委办: they plan meetings, write down what was decided, and see all of them."""
    return bool(abilities_of(user) & {Ability.COLLECT, Ability.HAND_OUT})


class MeetingQuerySet(models.QuerySet):
    """Meetings by who may know of them."""

    def visible_to(self, user):
        """Every meeting for who plans them, else those the user's own unit or street is asked to."""
        if plans_meetings(user):
            return self.all()
        return self.filter(pk__in=Invitation.objects.to(user).values("meeting"))


class Meeting(models.Model):
    """2026年第11次联席研判. Planned, held item by item, issued; reviewed at the next one.

    Once issued it is frozen: `printed` keeps the resolutions as they went out, as words without personal data, because
    an assignment that is asked for again gets another date.
    """

    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("第几次")
    held_at = models.DateTimeField("开会时间")
    place = models.CharField("地点", max_length=80)
    document_number = models.CharField("文号", max_length=40, blank=True, help_text="由人填写")
    planned_at = models.DateTimeField("安排时间", default=timezone.now)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人")
    invited_at = models.DateTimeField("通知时间", null=True, blank=True)
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="印发人"
    )
    printed = models.JSONField("印发内容", default=list, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联席研判"
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="meeting_numbered_per_year"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, issued_by__isnull=True)
                | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="meeting_issued_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["-held_at", "-id"], name="meeting_newest_first")]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}次联席研判"

    @property
    def is_issued(self) -> bool:
        """True once it is frozen."""
        return self.issued_at is not None


class InvitationQuerySet(models.QuerySet):
    """Invitations by whose they are."""

    def to(self, user):
        """Those to the user's own units and streets, where the user's post may handle."""
        scope = scope_of(user, granting=Ability.HANDLE)
        asked = Q(pk__in=[])
        if scope.units:
            asked |= Q(unit__in=scope.units)
        if scope.areas:
            asked |= Q(area__in=scope.areas)
        return self.filter(asked)


class Invitation(models.Model):
    """A unit or street asked to a meeting, and whether it comes."""

    class Reply(models.TextChoices):
        NONE = "none", "未回"
        COMING = "coming", "参加"
        DEPUTY = "deputy", "派人参加"
        ABSENT = "absent", "不能参加"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="invitations", verbose_name="会议")
    unit = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单位")
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name="街道"
    )
    reply = models.CharField("回执", max_length=10, choices=Reply.choices, default=Reply.NONE)
    note = models.CharField("说明", max_length=200, blank=True)
    replied_at = models.DateTimeField("回执时间", null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回执人"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会议通知"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "unit", "area"], name="invitation_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(unit__isnull=True, area__isnull=False) | Q(unit__isnull=False, area__isnull=True),
                name="invitation_to_a_unit_or_an_area",
            ),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True, replied_by__isnull=True)
                | Q(replied_at__isnull=False, replied_by__isnull=False),
                name="invitation_replied_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.unit_id or self.area_id}"

    @property
    def whose(self) -> str:
        """Who is asked, in words."""
        return self.unit.name if self.unit else self.area.name

    @property
    def seat(self) -> str:
        """The seat that is asked."""
        return f"unit:{self.unit_id}" if self.unit_id else f"area:{self.area_id}"


class AgendaItemQuerySet(models.QuerySet):
    """Items by who may read them."""

    def visible_to(self, user):
        """Items of meetings the user knows of, about cases the user may see."""
        meetings = Meeting.objects.visible_to(user).values("pk")
        return self.filter(meeting__in=meetings, case__in=Case.objects.visible_to(user))

    def for_list(self):
        """What a row shows: the case, what was decided, and who does what by when; two queries."""
        duties = Resolution.objects.select_related("assignment__unit", "assignment__area").order_by("pk")
        rows = self.select_related("case__category", "case__area", "case__handling_unit", "decided_by")
        return rows.prefetch_related(models.Prefetch("resolutions", queryset=duties)).order_by("position")


class AgendaItem(models.Model):
    """One case on the agenda: what is to be decided, what each side says, what was decided, what residents are told."""

    class State(models.TextChoices):
        OPEN = "open", "未议"
        DECIDED = "decided", "已议定"
        POSTPONED = "postponed", "留到下次"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="agenda", verbose_name="会议")
    case = models.ForeignKey(Case, models.PROTECT, related_name="agenda_items", verbose_name="事项")
    position = models.PositiveSmallIntegerField("序号")
    question = models.CharField("要定什么", max_length=200)
    state = models.CharField("进展", max_length=10, choices=State.choices, default=State.OPEN)
    opinions = models.TextField("各方意见", blank=True)
    decision = models.TextField("议定", blank=True)
    public_text = models.CharField("告诉居民什么", max_length=500, blank=True)
    added_at = models.DateTimeField("列入时间", default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="列入人")
    decided_at = models.DateTimeField("议定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人"
    )

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议题"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="agendaitem_position"),
            models.UniqueConstraint(fields=["meeting", "case"], name="agendaitem_once_per_meeting"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="agendaitem_decided_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}#{self.position}"


class ResolutionQuerySet(models.QuerySet):
    """Resolutions by meeting and progress."""

    def visible_to(self, user):
        """Resolutions on cases the user may see."""
        return self.filter(item__in=AgendaItem.objects.visible_to(user))

    def before(self, meeting):
        """Those of earlier meetings."""
        return self.filter(item__meeting__held_at__lt=meeting.held_at)

    def unfinished(self):
        """Somebody still owes a report, or nobody has accepted it yet."""
        return self.filter(assignment__state__in=[*OPEN_STATES, State.REPORTED])

    def for_list(self):
        """What a row shows, in one query."""
        return self.select_related(
            "assignment__unit", "assignment__area", "item__meeting", "item__case__category", "item__case__area"
        )


class Resolution(models.Model):
    """One decided duty with owner and date; its progress is the assignment's. Accepted at the next meeting or before."""

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="resolutions", verbose_name="议题")
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="resolution", verbose_name="任务")

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "议定事项"

    def __str__(self) -> str:
        return f"{self.item_id} {self.assignment_id}"
