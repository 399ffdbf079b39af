"""Bodies that hold cases, employ people, or stand by a community; and who is paired with whom, from when to when."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from grids.models.areas import Area


class OrganizationQuerySet(models.QuerySet):
    """Bodies by what they are."""

    def active(self):
        """Bodies in use."""
        return self.filter(active=True)

    def party(self):
        """Party organizations: the body only, there is no register of members."""
        return self.filter(kind__in=Organization.PARTY)


class Organization(models.Model):
    """A body that can hold a case, employ people, or stand by a community. Named by `code`, which never changes."""

    class Kind(models.TextChoices):
        STREET_OFFICE = "street_office", "街道办事处"
        COMMUNITY_COMMITTEE = "community", "社区居委会"
        DISTRICT_OFFICE = "district_office", "区委部门"
        DEPARTMENT = "department", "区直部门"
        UTILITY = "utility", "公用企业"
        PARTY_WORK_COMMITTEE = "party_work", "街道党工委"
        PARTY_COMMITTEE = "party_committee", "社区党委"
        PARTY_BRANCH = "party_branch", "网格党支部"
        PROPERTY = "property", "物业公司"
        SCHOOL = "school", "学校"
        SOCIAL = "social", "社会组织"

    PARTY = (Kind.PARTY_WORK_COMMITTEE, Kind.PARTY_COMMITTEE, Kind.PARTY_BRANCH)

    code = models.SlugField("代号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, db_index=False, verbose_name="所在区域")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级组织"
    )
    secretary = models.CharField("书记或负责人", max_length=30, blank=True)
    phone = models.CharField("办公电话", max_length=20, blank=True)
    address = models.CharField("地址", max_length=100, blank=True)
    takes_cases = models.BooleanField("可以承办交办事项", default=False)
    order = models.PositiveSmallIntegerField("次序", default=100)
    active = models.BooleanField("在用", default=True)
    demonstration = models.BooleanField("示范数据", default=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        indexes = [models.Index(fields=["area", "kind"], name="organization_by_area")]

    def __str__(self) -> str:
        return self.name


class PartnershipQuerySet(models.QuerySet):
    """Dated partnerships."""

    def current(self, at=None):
        """Partnerships in force on the local date of `at`."""
        day = timezone.localdate(at or timezone.now())
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class Partnership(models.Model):
    """A unit stands by a community or one of its compounds (分包、结对), from a day to a day. Ended, never deleted."""

    class Kind(models.TextChoices):
        IN_CHARGE = "in_charge", "分包"
        PAIRED = "paired", "结对"

    unit = models.ForeignKey(Organization, models.PROTECT, related_name="partnerships", verbose_name="单位")
    area = models.ForeignKey(
        Area, models.PROTECT, db_index=False, related_name="partnerships", verbose_name="社区或网格"
    )
    compound = models.ForeignKey(
        "grids.Compound", models.PROTECT, null=True, blank=True, related_name="partnerships", verbose_name="小区"
    )
    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    contact = models.CharField("联系人", max_length=30, blank=True)
    contact_phone = models.CharField("联系人办公电话", max_length=20, blank=True)
    offers = models.CharField("能帮什么", max_length=200, blank=True)
    valid_from = models.DateField("开始日期", default=timezone.localdate)
    valid_to = models.DateField("结束日期", null=True, blank=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        indexes = [models.Index(fields=["area", "valid_to"], name="partnership_by_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="partnership_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["unit", "area", "compound", "kind"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="one_open_partnership_per_unit_and_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}　{self.get_kind_display()}　{self.compound or self.area}"
