"""The ground: areas, organizations, posts, and the dated postings that put people on them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from grids.levels import Level, code_at


class AreaQuerySet(models.QuerySet):
    """Areas by level and position; a parent is a prefix of the code."""

    def in_service(self):
        """Areas the district runs; 东城区 and 产业集聚区 stay out unless switched on."""
        return self.filter(in_service=True, valid_to__isnull=True)

    def on(self, level: int):
        """Areas of one level."""
        return self.filter(level=level)

    def beneath(self, code: str):
        """The area itself and everything beneath it."""
        return self.filter(code__startswith=code)


class Area(models.Model):
    """A place of the administrative ladder. The code is the path: immutable, never reused (docs/architecture.md).

    6 digits district (GB/T 2260), 9 street and 12 community (statistical codes), 15 grid (community + 3 digits).
    """

    code = models.CharField("代码", max_length=15, primary_key=True)
    level = models.PositiveSmallIntegerField("层级", choices=Level.choices)
    name = models.CharField("名称", max_length=40)
    full_name = models.CharField("全称", max_length=80, help_text="街道、社区、网格连写；名称有重复，显示时总用全称")
    kind = models.CharField(
        "类型", max_length=10, blank=True, choices=[("urban", "城市"), ("rural", "涉农"), ("virtual", "统计虚拟")]
    )
    in_service = models.BooleanField("由本区运行", default=True)
    demonstration = models.BooleanField("示范数据", default=False)
    phone = models.CharField("办公电话", max_length=20, blank=True)
    valid_from = models.DateField("启用日期", default=timezone.localdate)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged_from", verbose_name="并入"
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区域"
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}(\d{3}){0,3}$"), name="area_code_is_a_path"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def parent_code(self) -> str:
        """Code of the area one level up; empty for the district."""
        return self.code[:-3] if len(self.code) > 6 else ""

    def code_on(self, level: int) -> str:
        """Code of the containing area on `level`."""
        return code_at(self.code, level)


class Organization(models.Model):
    """A body that can hold a case or employ people: offices, committees, departments, utilities."""

    class Kind(models.TextChoices):
        STREET_OFFICE = "street_office", "街道办事处"
        COMMUNITY_COMMITTEE = "community", "社区居委会"
        DISTRICT_OFFICE = "district_office", "区委部门"
        DEPARTMENT = "department", "区直部门"
        UTILITY = "utility", "公用企业"

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, db_index=False, verbose_name="所在区域")
    takes_cases = models.BooleanField("可以承办交办事项", default=False)
    order = models.PositiveSmallIntegerField("次序", default=100)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位"

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A kind of post with the level it sits on and the abilities it grants. Names drift, so posts are rows."""

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=30)
    level = models.PositiveSmallIntegerField(
        "层级", choices=Level.choices, null=True, blank=True, help_text="单位岗位为空"
    )
    order = models.PositiveSmallIntegerField("次序", default=100)
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

    def on_leave(self, at=None):
        """Postings whose holder is on leave on the local date of `at`."""
        day = timezone.localdate(at or timezone.now())
        return self.filter(leave_from__lte=day, leave_to__gte=day)

    def serving(self, user, at=None):
        """Postings the user serves now: own ones, and those of people on leave the user stands in for (AB角)."""
        day = timezone.localdate(at or timezone.now())
        standing_in = Q(stand_in=user, leave_from__lte=day, leave_to__gte=day)
        return self.current(at).filter(Q(user=user) | standing_in).select_related("post", "area", "unit")


class Posting(models.Model):
    """A person on a post, in an area or a unit or both, from a day to a day. Ended, never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="postings", verbose_name="人员")
    post = models.ForeignKey(Post, models.PROTECT, related_name="postings", verbose_name="岗位")
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, db_index=False, verbose_name="区域")
    unit = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, verbose_name="单位")
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
                condition=Q(area__isnull=False) | Q(unit__isnull=False), name="posting_has_an_area_or_a_unit"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="posting_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(leave_from__isnull=True, leave_to__isnull=True)
                | Q(leave_from__isnull=False, leave_to__isnull=False, stand_in__isnull=False),
                name="posting_leave_has_dates_and_a_stand_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}　{self.post}"

    def get_absolute_url(self) -> str:
        """Where an administrator edits the posting."""
        return reverse("admin:grids_posting_change", args=[self.pk])

    def on_leave(self, at=None) -> bool:
        """True while the holder is on leave."""
        day = timezone.localdate(at or timezone.now())
        return bool(self.leave_from and self.leave_to and self.leave_from <= day <= self.leave_to)

    def deputy(self, at=None):
        """Who does the work of this post now: the holder, or the stand-in during leave."""
        return self.stand_in if self.on_leave(at) else self.user
