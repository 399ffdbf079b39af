"""What stands in a neighbourhood: owners' bodies, residents' chat groups, service centres, service and employment points."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils import timezone

from grids.models.areas import Area
from grids.models.places import Compound
from grids.models.postings import Post


class OwnersBody(models.Model):
    """The owners' committee or property committee of a compound, step by step, with its term.

    One current body a compound; a new term is a new row. The steps themselves are `OwnersBodyStep` rows.
    """

    class Kind(models.TextChoices):
        OWNERS = "owners", "业主委员会"
        PROPERTY = "property", "物业管理委员会"

    class Step(models.TextChoices):
        PREPARING = "preparing", "筹备"
        PUBLISHED = "published", "公示"
        ELECTED = "elected", "选举"
        FILED = "filed", "备案"
        RENEWING = "renewing", "换届"

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="owners_bodies", verbose_name="小区")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    step = models.CharField("进展", max_length=10, choices=Step.choices, default=Step.PREPARING)
    members = models.PositiveSmallIntegerField("委员人数", null=True, blank=True)
    term_from = models.DateField("任期开始", null=True, blank=True)
    term_to = models.DateField("任期结束", null=True, blank=True)
    ended_date = models.DateField("终止日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业委会和物管会"
        constraints = [
            models.UniqueConstraint(
                fields=["compound"], condition=Q(ended_date__isnull=True), name="one_owners_body_per_compound"
            ),
            models.CheckConstraint(
                condition=Q(term_to__isnull=True) | Q(term_from__isnull=False, term_to__gt=F("term_from")),
                name="owners_body_term_has_a_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound}{self.get_kind_display()}"

    @property
    def stands(self) -> bool:
        """True once it was filed: elected alone is not yet a body."""
        return self.ended_date is None and self.step in (self.Step.FILED, self.Step.RENEWING)


class OwnersBodyStep(models.Model):
    """A step an owners' body took. Append-only."""

    body = models.ForeignKey(OwnersBody, models.PROTECT, related_name="steps", verbose_name="组织")
    step = models.CharField("进展", max_length=10, choices=OwnersBody.Step.choices)
    happened_date = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    noted_at = models.DateTimeField("登记时间", default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "业委会进展"

    def __str__(self) -> str:
        return f"{self.body} {self.get_step_display()}"


class ChatGroup(models.Model):
    """A residents' WeChat group of a grid: how it is called, which post owns it, how many households it reaches.

    Nothing of what is written there, and nobody in it.
    """

    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="chat_groups", verbose_name="网格")
    name = models.CharField("群名", max_length=40)
    owner_post = models.ForeignKey(Post, models.PROTECT, verbose_name="群主岗位")
    households = models.PositiveIntegerField("覆盖户数", default=0)
    counted_date = models.DateField("统计日期", default=timezone.localdate)
    closed_date = models.DateField("解散日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "居民微信群"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(closed_date__isnull=True), name="one_chat_group_of_a_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Standard(models.Model):
    """A standard for service centres: 一有七中心 for urban, 三有五中心 for rural communities.

    What the centres of each are is not published, so the items start as marked placeholders and are edited here; only
    the number of centres is checked (docs/glossary.md).
    """

    code = models.SlugField("代号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20)
    setting = models.CharField("适用", max_length=10, choices=Compound.Setting.choices, unique=True)
    havings = models.PositiveSmallIntegerField("应有几“有”")
    centres = models.PositiveSmallIntegerField("应有几个中心")

    class Meta:
        verbose_name = verbose_name_plural = "阵地标准"

    def __str__(self) -> str:
        return self.name


class StandardItem(models.Model):
    """One line of a standard's checklist. Placeholders say so until somebody who knows writes the real words."""

    class Kind(models.TextChoices):
        HAVING = "having", "有"
        CENTRE = "centre", "中心"

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="items", verbose_name="标准")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    order = models.PositiveSmallIntegerField("次序")
    name = models.CharField("内容", max_length=60)
    is_placeholder = models.BooleanField("待核定", default=True, help_text="标准原文没有公布，核定后去掉")
    retired_date = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "阵地标准条目"

    def __str__(self) -> str:
        return self.name


class ServiceCentre(models.Model):
    """A party and community service centre of a community or a grid, measured against its standard."""

    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="centres", verbose_name="社区或网格")
    standard = models.ForeignKey(Standard, models.PROTECT, null=True, blank=True, verbose_name="标准")
    name = models.CharField("名称", max_length=40)
    address = models.CharField("地址", max_length=100, blank=True)
    hours = models.CharField("开放时间", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    offers = models.CharField("可办", max_length=200, blank=True)
    size_m2 = models.PositiveIntegerField("面积（平方米）", null=True, blank=True)
    picture = models.ForeignKey(
        "files.Photo", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    demonstration = models.BooleanField("示范数据", default=False)
    closed_date = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "党群服务中心"
        indexes = [models.Index(fields=["area"], name="centre_by_area")]

    def __str__(self) -> str:
        return self.name


class Inspection(models.Model):
    """One look at a centre against its checklist. Append-only; the newest one counts."""

    centre = models.ForeignKey(ServiceCentre, models.PROTECT, related_name="inspections", verbose_name="中心")
    inspected_date = models.DateField("检查日期", default=timezone.localdate)
    noted_at = models.DateTimeField("登记时间", default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    note = models.CharField("说明", max_length=200, blank=True)
    passed = models.BooleanField("达标", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "阵地检查"

    def __str__(self) -> str:
        return f"{self.centre} {self.inspected_date}"


class InspectionMark(models.Model):
    """One line of an inspection."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="marks", verbose_name="检查")
    item = models.ForeignKey(StandardItem, models.PROTECT, verbose_name="条目")
    is_met = models.BooleanField("具备")
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "阵地检查条目"
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="one_mark_per_item")]

    def __str__(self) -> str:
        return f"{self.item}"


class ServicePoint(models.Model):
    """Somewhere residents can go: a service point, or work near home (the district's account: a wig workshop)."""

    class Kind(models.TextChoices):
        SERVICE = "service", "便民服务点"
        EMPLOYMENT = "employment", "就业点"

    class State(models.TextChoices):
        OPEN = "open", "开放"
        FULL = "full", "已满"
        CLOSED = "closed", "暂停"

    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="points", verbose_name="社区或网格")
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=40)
    offers = models.CharField("提供什么", max_length=200)
    address = models.CharField("地址", max_length=100, blank=True)
    hours = models.CharField("时间", max_length=60, blank=True)
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="姓加称呼")
    phone = models.CharField("电话", max_length=20, blank=True)
    openings = models.PositiveSmallIntegerField("招几人", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    demonstration = models.BooleanField("示范数据", default=False)
    removed_date = models.DateField("撤销日期", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "服务点和就业点"
        indexes = [models.Index(fields=["community", "kind"], name="point_by_community")]
        constraints = [
            models.CheckConstraint(
                condition=Q(openings__isnull=True) | Q(kind="employment"), name="openings_only_where_there_is_work"
            )
        ]

    def __str__(self) -> str:
        return self.name
