"""Posts, and the dated postings that put people on them; how posts pass from hand to hand and who is chosen for them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from common.fields import EncryptedField, SensitiveCharField
from grids.levels import Level
from grids.models.areas import Area
from grids.models.organizations import Organization
from grids.models.places import Building, Compound, Entrance


class Post(models.Model):
    """A kind of post: where it sits, how many there ought to be, what it allows. Names drift, so posts are rows.

    `seat` says on what a posting to it sits; `level` is the level of an area seat, empty otherwise. `establishment` is
    how many people each such place ought to have (0: no fixed number); `compound_kinds` and `setting` say which places
    count (district's account: five urban posts, three rural ones).
    """

    class Seat(models.TextChoices):
        AREA = "area", "区域"
        COMPOUND = "compound", "小区"
        BUILDING = "building", "楼栋"
        ENTRANCE = "entrance", "单元"
        UNIT = "unit", "单位"

    class Family(models.TextChoices):
        URBAN = "urban", "城市五级"
        RURAL = "rural", "涉农三级"
        GRID = "grid", "网格团队"
        LEGAL = "legal", "三官一律"
        OFFICE = "office", "社区、街道和区"
        UNIT = "unit", "区直单位和企业"

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=30)
    level = models.PositiveSmallIntegerField(
        "层级", choices=Level.choices, null=True, blank=True, help_text="只有区域岗位填"
    )
    seat = models.CharField("设在", max_length=10, choices=Seat.choices, default=Seat.AREA)
    family = models.CharField("系列", max_length=10, choices=Family.choices, default=Family.OFFICE)
    order = models.PositiveSmallIntegerField("次序", default=100)
    establishment = models.PositiveSmallIntegerField("每处应有人数", default=0, help_text="0表示不定员，不算空缺")
    setting = models.CharField(
        "适用", max_length=10, blank=True, choices=Compound.Setting.choices, help_text="空表示城市和涉农都设"
    )
    compound_kinds = ArrayField(
        models.CharField(max_length=10, choices=Compound.Kind.choices),
        verbose_name="设在哪类小区",
        default=list,
        blank=True,
    )
    is_selected = models.BooleanField("要选任", default=False, help_text="推荐、公示、备案后任用")
    is_public = models.BooleanField("在网格公开页上", default=False)
    grants = ArrayField(models.CharField(max_length=20), verbose_name="权限", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "岗位"

    def __str__(self) -> str:
        return self.name


class PostingQuerySet(models.QuerySet):
    """Dated postings."""

    def current(self, at=None):
        """Postings in force on the local date of `at`."""
        day = timezone.localdate(at or timezone.now())
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def ended(self, at=None):
        """Postings whose last day is over."""
        return self.filter(valid_to__lt=timezone.localdate(at or timezone.now()))

    def on_leave(self, at=None):
        """Postings whose holder is on leave on the local date of `at`."""
        day = timezone.localdate(at or timezone.now())
        return self.filter(leave_from__lte=day, leave_to__gte=day)

    def serving(self, user, at=None):
        """Postings the user serves now: own ones, and those of people on leave the user stands in for (AB角)."""
        day = timezone.localdate(at or timezone.now())
        standing_in = Q(stand_in=user, leave_from__lte=day, leave_to__gte=day)
        return self.current(at).filter(Q(user=user) | standing_in).select_related("post", "area", "unit")

    def beneath(self, code: str):
        """Postings on the area of `code` and on everything beneath it, compound-level ones included."""
        return self.filter(Q(area__code__startswith=code) | Q(compound__area__code__startswith=code))


class Posting(models.Model):
    """A person on a post, in an area, a unit or a compound, from a day to a day. Ended, never deleted.

    Compound-level posts name their compound, and the building and entrance where they sit on one; their area is empty,
    so that they reach their own place and not the grid around it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="postings", verbose_name="人员")
    post = models.ForeignKey(Post, models.PROTECT, related_name="postings", verbose_name="岗位")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, db_index=False, verbose_name="区域")
    unit = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, verbose_name="单位")
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="小区"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="楼栋"
    )
    entrance = models.ForeignKey(
        Entrance, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="单元"
    )
    office_phone = models.CharField(
        "公开的办公电话", max_length=20, blank=True, help_text="会印在服务牌上；不填个人手机号"
    )
    hours = models.CharField("在岗时间", max_length=60, blank=True, help_text="如：每周三下午在社区")
    valid_from = models.DateField("任职日期", default=timezone.localdate)
    valid_to = models.DateField("卸任日期", null=True, blank=True)
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name="替岗人",
    )
    leave_from = models.DateField("请假自", null=True, blank=True)
    leave_to = models.DateField("请假至", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        indexes = [models.Index(fields=["area", "valid_to"], name="posting_by_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False) | Q(unit__isnull=False) | Q(compound__isnull=False),
                name="posting_has_a_place_or_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(compound__isnull=True) | Q(area__isnull=True), name="posting_in_a_compound_has_no_area"
            ),
            models.CheckConstraint(
                condition=(Q(building__isnull=True) | Q(compound__isnull=False))
                & (Q(entrance__isnull=True) | Q(building__isnull=False)),
                name="posting_place_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="posting_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(leave_from__isnull=True, leave_to__isnull=True)
                | Q(leave_from__isnull=False, leave_to__isnull=False, leave_to__gte=F("leave_from")),
                name="posting_leave_has_both_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}　{self.post}"

    def get_absolute_url(self) -> str:
        """Where an administrator edits the posting."""
        return reverse("admin:grids_posting_change", args=[self.pk])

    @property
    def place_name(self) -> str:
        """Where it sits, as people say it: 第三网格, 第一食品厂家属院3号楼2单元, 区住建局."""
        if self.compound_id:
            return f"{self.compound}{self.building or ''}{self.entrance or ''}"
        return str(self.area or self.unit)

    def on_leave(self, at=None) -> bool:
        """True while the holder is on leave."""
        day = timezone.localdate(at or timezone.now())
        return bool(self.leave_from and self.leave_to and self.leave_from <= day <= self.leave_to)

    def deputy(self, at=None):
        """Who does the work of this post now: during leave the stand-in, where one is named whose account is in use."""
        return self.stand_in if self.stand_in_id and self.on_leave(at) and self.stand_in.is_active else self.user


class Handover(models.Model):
    """A posting passes to a successor: ordered, then confirmed by the successor, who gets everything at once.

    Unconfirmed when the last day is over, it falls to whoever ordered it (`fell_to`), so that nothing is left alone.
    """

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="handovers", verbose_name="任职")
    successor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接任人")
    last_date = models.DateField("最后一天")
    reason = models.CharField("原因", max_length=100, blank=True)
    note = models.TextField("交接说明", blank=True, max_length=1000, help_text="只有接任人和社区看得到")
    ordered_at = models.DateTimeField("提出时间", default=timezone.now)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    fell_at = models.DateTimeField("代管时间", null=True, blank=True)
    new_posting = models.OneToOneField(
        Posting, models.PROTECT, null=True, blank=True, related_name="taken_over", verbose_name="接任的任职"
    )

    class Meta:
        verbose_name = verbose_name_plural = "交接"
        constraints = [
            models.UniqueConstraint(
                fields=["posting"],
                condition=Q(confirmed_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_handover_per_posting",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="handover_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="handover_cancelled_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="handover_ends_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posting} → {self.successor}"


class Selection(models.Model):
    """The choosing of post holders in a community: 推荐 → 公示 → 备案 → 任用 (新村: 52 unit leaders)."""

    class Step(models.TextChoices):
        NOMINATING = "nominating", "推荐"
        PUBLISHED = "published", "公示"
        FILED = "filed", "备案"
        APPOINTED = "appointed", "任用"
        STOPPED = "stopped", "终止"

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="selections", verbose_name="社区")
    post = models.ForeignKey(Post, models.PROTECT, related_name="selections", verbose_name="岗位")
    step = models.CharField("进展", max_length=12, choices=Step.choices, default=Step.NOMINATING)
    opened_at = models.DateTimeField("开始时间", default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    published_from = models.DateField("公示开始", null=True, blank=True)
    published_to = models.DateField("公示结束", null=True, blank=True)
    contact_phone = models.CharField("公示联系电话", max_length=20, blank=True)
    filed_date = models.DateField("备案日期", null=True, blank=True)
    filed_number = models.CharField("备案文号", max_length=40, blank=True, help_text="由人填写，系统不编文号")
    appointed_at = models.DateTimeField("任用时间", null=True, blank=True)
    stop_reason = models.CharField("终止原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "选任"
        indexes = [models.Index(fields=["area", "opened_at"], name="selection_by_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "post"],
                condition=Q(step__in=["nominating", "published", "filed"]),
                name="one_open_selection_per_post",
            ),
            models.CheckConstraint(
                condition=Q(published_from__isnull=True, published_to__isnull=True)
                | Q(published_from__isnull=False, published_to__gte=F("published_from")),
                name="selection_published_from_before_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}{self.post}选任"


class Nominee(models.Model):
    """Somebody put forward for one place in a selection. Named in full on the notice, as those chosen must be."""

    class Way(models.TextChoices):
        NEIGHBOURS = "neighbours", "居民推荐"
        SELF = "self", "自荐"
        ORGANIZATION = "organization", "组织推荐"

    class Result(models.TextChoices):
        OPEN = "open", "待定"
        CHOSEN = "chosen", "任用"
        OBJECTED = "objected", "有异议"
        WITHDRAWN = "withdrawn", "本人退出"

    uuid = models.UUIDField("提交编号", default=uuid.uuid4, unique=True, editable=False)
    selection = models.ForeignKey(Selection, models.PROTECT, related_name="nominees", verbose_name="选任")
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, verbose_name="小区")
    building = models.ForeignKey(Building, models.PROTECT, null=True, blank=True, verbose_name="楼栋")
    entrance = models.ForeignKey(Entrance, models.PROTECT, null=True, blank=True, verbose_name="单元")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    name = SensitiveCharField("姓名", kind="name", max_length=30)
    phone = EncryptedField("手机号", kind="phone", null=True, blank=True)
    occupation = models.CharField("情况", max_length=60, blank=True, help_text="如：退休职工")
    way = models.CharField("方式", max_length=12, choices=Way.choices, default=Way.NEIGHBOURS)
    result = models.CharField("结果", max_length=10, choices=Result.choices, default=Result.OPEN)
    result_reason = models.CharField("说明", max_length=100, blank=True)
    posting = models.OneToOneField(
        Posting, models.PROTECT, null=True, blank=True, related_name="chosen_by", verbose_name="任职"
    )

    class Meta:
        verbose_name = verbose_name_plural = "推荐人选"
        indexes = [models.Index(fields=["selection"], name="nominee_by_selection")]

    def __str__(self) -> str:
        return f"{self.name}"
