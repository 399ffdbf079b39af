"""The wish: what somebody would like, in their own words and in the words the wall shows."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, When
from django.db.models.functions import Coalesce, Left
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.states import Channel
from common.fields import EncryptedField, SensitiveCharField
from grids.levels import Level
from grids.models import Area, Compound
from households.models import Household, PrivacyNotice
from wishes.models.querysets import WishQuerySet
from wishes.states import HELD, ON_THE_WALL, REALISED, TO_ANSWER, TO_HANDLE, ForWhom, Kind, Status


def _next_alarm() -> models.Expression:
    """The next time the sweep must look at the wish itself (claims have alarms of their own); NULL while nothing runs."""
    unreviewed = Choose(When(review_alarm_at__isnull=True, then=F("review_by")))
    unconfirmed = Choose(When(confirm_alarm_at__isnull=True, then=F("confirm_by")))
    return Choose(
        When(status=Status.PENDING, then=unreviewed),
        When(status=Status.WAITING, exhausted_at__isnull=True, then=F("climb_at")),
        When(status=Status.CONFIRMING, then=unconfirmed),
    )


def _queue_rank() -> models.Expression:
    """0 while somebody has to review or to confirm, 1 while it waits on the wall, 2 for the rest."""
    return Choose(When(status__in=TO_ANSWER, then=0), When(status__in=ON_THE_WALL, then=1), default=2)


def _queue_at() -> models.Expression:
    """Where it stands among those of its rank: by deadline, on the wall by how long it has waited."""
    return Choose(
        When(status=Status.PENDING, then=Coalesce("review_by", "created_at")),
        When(status=Status.CONFIRMING, then=Coalesce("confirm_by", "created_at")),
        When(status=Status.WAITING, then=Coalesce("published_at", "created_at")),
        default=F("created_at"),
    )


class Wish(models.Model):
    """A micro-wish (微心愿). `text` is what the wisher wrote and stays; `title` and `public_text` are what the wall shows.

    Changed only by the verbs of `wishes.services` and by the sweep. `level` says who looks for somebody to claim it;
    `step` counts the times it was put on the wall or went a level up, so that an alarm fires at most once a step.
    """

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("受理编号", max_length=20, unique=True)
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    source = models.CharField("外部来源", max_length=40, blank=True)
    source_id = models.CharField("外部来源编号", max_length=80, blank=True)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    for_whom = models.CharField("替谁提", max_length=10, choices=ForWhom.choices, default=ForWhom.SELF)
    text = models.TextField("心愿原话")
    title = models.CharField("公开标题", max_length=30, blank=True)
    public_text = models.CharField("公开说明", max_length=200, blank=True)
    price = models.PositiveIntegerField("约需金额（元）", null=True, blank=True)
    effort = models.CharField("约需时间人手", max_length=20, blank=True, help_text="如：约1小时、2至3人")
    care_label = models.CharField("公开标签", max_length=20, blank=True, help_text="如：独居老人。有标签的只显示到街道")
    joint = models.BooleanField("可以几个人一起认领", default=False)

    origin_area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="提出地")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="所属区域")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, db_index=False, related_name="+", verbose_name="小区"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name="住户"
    )
    place = SensitiveCharField("住址", kind="address", max_length=120, blank=True)
    name = SensitiveCharField("称呼", kind="name", max_length=30, blank=True)
    phone = EncryptedField("手机号", kind="phone", null=True, blank=True)
    phone_index = models.BinaryField("手机号索引", max_length=16, null=True, blank=True, editable=False)
    wants_sms = models.BooleanField("短信告知进展", default=False)
    guardian_consents = models.BooleanField("监护人同意", default=False)
    notice = models.ForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, verbose_name="告知版本")

    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.PENDING)
    level = models.PositiveSmallIntegerField("由哪一级办", choices=Level.choices, default=Level.COMMUNITY)
    step = models.PositiveIntegerField("第几步", default=1)
    event_count = models.PositiveIntegerField("过程条数", default=0)
    review_by = models.DateTimeField("审核期限", null=True, blank=True)
    review_alarm_at = models.DateTimeField("审核提醒于", null=True, blank=True)
    climb_at = models.DateTimeField("上提时间", null=True, blank=True)
    exhausted_at = models.DateTimeField("到顶标记于", null=True, blank=True)
    confirm_by = models.DateTimeField("确认期限", null=True, blank=True)
    confirm_alarm_at = models.DateTimeField("确认提醒于", null=True, blank=True)
    next_alarm_at = models.GeneratedField(
        expression=_next_alarm(), output_field=models.DateTimeField(null=True), db_persist=True
    )

    queue_rank = models.GeneratedField(
        expression=_queue_rank(), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )
    queue_at = models.GeneratedField(expression=_queue_at(), output_field=models.DateTimeField(), db_persist=True)

    created_at = models.DateTimeField("提出时间", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    published_at = models.DateTimeField("上墙时间", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    fulfilled_at = models.DateTimeField("实现时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    reason = models.CharField("退回或不采纳的理由", max_length=200, blank=True)
    thanks = models.CharField("感谢的话", max_length=100, blank=True)
    thanks_public = models.BooleanField("感谢的话可以公开", default=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="转成的事项")
    tail_failures = models.PositiveSmallIntegerField("尾号输错次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "微心愿"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source_id=""), name="wish_once_per_source_id"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="wish_published_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CASE, case__isnull=False) | ~Q(status=Status.CASE) & Q(case__isnull=True),
                name="wish_case_has_case_status",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.WAITING, *HELD, *REALISED]) | (~Q(title="") & ~Q(public_text="")),
                name="wish_in_public_has_public_words",
            ),
            models.CheckConstraint(
                condition=~Q(for_whom=ForWhom.CHILD) | Q(guardian_consents=True), name="wish_of_a_child_has_consent"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=REALISED) | Q(fulfilled_at__isnull=False), name="wish_fulfilled_says_when"
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="wish_phone_has_its_index",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_alarm_at", "id"], condition=Q(next_alarm_at__isnull=False), name="wish_alarm_queue"
            ),
            # 待我处理 of a community, a street and the district.
            models.Index(
                fields=["community", "level", "queue_rank", "queue_at", "id"],
                condition=Q(status__in=TO_HANDLE),
                name="wish_work_community",
            ),
            models.Index(
                fields=["street", "level", "queue_rank", "queue_at", "id"],
                condition=Q(status__in=TO_HANDLE),
                name="wish_work_street",
            ),
            models.Index(
                fields=["level", "queue_rank", "queue_at", "id"],
                condition=Q(status__in=TO_HANDLE),
                name="wish_work_level",
            ),
            # The wall: those that have waited longest first, everywhere, by street and by community, of one kind or all.
            models.Index(fields=["published_at", "id"], condition=Q(status=Status.WAITING), name="wish_wall_district"),
            models.Index(
                fields=["kind", "published_at", "id"], condition=Q(status=Status.WAITING), name="wish_wall_kind"
            ),
            models.Index(
                fields=["street", "published_at", "id"], condition=Q(status=Status.WAITING), name="wish_wall_street"
            ),
            models.Index(
                fields=["community", "published_at", "id"],
                condition=Q(status=Status.WAITING),
                name="wish_wall_community",
            ),
            models.Index(fields=["-fulfilled_at", "-id"], condition=Q(status__in=REALISED), name="wish_realised"),
            models.Index(fields=["community", "-created_at", "-id"], name="wish_ledger_community"),
            models.Index(fields=["street", "-created_at", "-id"], name="wish_ledger_street"),
            models.Index(fields=["-created_at", "-id"], name="wish_ledger_district"),
            models.Index(fields=["area", "-created_at", "-id"], name="wish_ledger_grid"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The staff page of the wish."""
        return reverse("desk:wish", args=[self.number])

    @property
    def headline(self) -> str:
        """What staff call the wish in lists: the public title, else the wisher's first words."""
        if self.title:
            return self.title
        first = self.text.split("\n")[0].rstrip("。")
        return first if len(first) <= 20 else f"{first[:19]}…"

    @property
    def status_label(self) -> str:
        """The status in words; of a wish that became a case, the case's."""
        return self.case.status_label if self.case_id else Status(self.status).label

    @property
    def kind_label(self) -> str:
        """The kind in words, without the dictionary Django builds at each `get_kind_display`: walls ask often."""
        return Kind(self.kind).label

    @property
    def is_childs(self) -> bool:
        """True for a child's wish: nothing but 孩子的心愿 is ever said about who wishes."""
        return self.for_whom == ForWhom.CHILD

    @property
    def is_frozen(self) -> bool:
        """True once somebody has claimed it: its wording stays as the claimer read it."""
        return self.status in (*HELD, *REALISED)
