"""Households and the people in them: who lives behind a door, what they need, and who looks after them."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from common.fields import EncryptedField, SensitiveCharField
from grids.models import Area, Compound, Door
from grids.permissions import Ability
from grids.scope import scope_of, within
from households.models.pairing import Pairing


class DateRange(Func):
    """daterange(from, to): from the first day to before the last; an empty end is open."""

    function = "DATERANGE"
    output_field = DateRangeField()


class HouseholdQuerySet(models.QuerySet):
    """Households by scope and state."""

    def visible_to(self, user):
        """Households in the areas, compounds, buildings or entrances of postings that grant HOUSEHOLDS, and paired ones.

        Units see none but those their cadres are paired with: who was handed a case is not told who lives where.
        """
        scope = scope_of(user, granting=Ability.HOUSEHOLDS)
        mine = within(scope)
        if scope.compounds:
            mine |= Q(compound__in=scope.compounds)
        if scope.buildings:
            mine |= Q(door__building__in=scope.buildings)
        if scope.entrances:
            mine |= Q(door__entrance__in=scope.entrances)
        # Read first and passed as ids: a subquery beside OR would keep the database from its indexes.
        if paired := list(Pairing.objects.current().filter(user_id=user.pk).values_list("household_id", flat=True)):
            mine |= Q(pk__in=paired)
        return self.filter(mine)

    def living(self):
        """Households that have not moved out."""
        return self.exclude(state=Household.State.MOVED)

    def in_door_order(self):
        """As one walks: compound, building, entrance, room."""
        return self.order_by("compound", "building_no", "unit_no", "room_order", "room", "pk")


class Household(models.Model):
    """The people behind one door, from moving in to moving out. A new household behind the same door is a new row.

    Changed only by `households.services`. Columns copied from door and residents (`area`, `compound`, numbers,
    `address`, `head_name`, `search`) are written by the same services; `search` is what the search box looks in: the
    names of everybody living there, the address, and pinyin initials, lower case, without spaces inside a part.
    """

    class Kind(models.TextChoices):
        RESIDENT = "resident", "常住"
        RENTED = "rented", "出租"
        VACANT = "vacant", "空置"
        ELSEWHERE = "elsewhere", "人户分离"
        BUSINESS = "business", "商户"

    class State(models.TextChoices):
        LIVING = "living", "在住"
        NOT_NOW = "not_now", "暂不便"
        MOVED = "moved", "搬离"

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    door = models.ForeignKey(Door, models.PROTECT, related_name="households", verbose_name="门户")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    compound = models.ForeignKey(Compound, models.PROTECT, db_index=False, related_name="+", verbose_name="小区")
    building_no = models.PositiveSmallIntegerField("楼号", null=True, blank=True)
    unit_no = models.PositiveSmallIntegerField("单元号", null=True, blank=True)
    room = models.CharField("房号", max_length=10)
    room_order = models.PositiveIntegerField("房号次序", default=0, help_text="房号里的数字，排序用")
    address = SensitiveCharField("地址", kind="address", max_length=120)
    kind = models.CharField("户类型", max_length=10, choices=Kind.choices, default=Kind.RESIDENT)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.LIVING)
    size = models.PositiveSmallIntegerField("人数", default=0)
    head_name = SensitiveCharField("户主", kind="name", max_length=30, blank=True)
    contact_name = SensitiveCharField("联系人", kind="name", max_length=30, blank=True)
    contact_note = models.CharField("联系说明", max_length=60, blank=True, help_text="如：急事找女儿")
    contact_phone = EncryptedField("联系电话", kind="phone", null=True, blank=True)
    contact_phone_index = models.BinaryField("联系电话索引", max_length=16, null=True, blank=True, editable=False)
    search = SensitiveCharField("检索", kind="name", max_length=400, blank=True, editable=False)
    demonstration = models.BooleanField("示范数据", default=False)
    moved_in_date = models.DateField("入住日期", default=timezone.localdate)
    moved_out_date = models.DateField("搬离日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "住户"
        indexes = [
            models.Index(
                fields=["community", "compound", "building_no", "unit_no", "room_order", "id"],
                name="household_by_community",
            ),
            models.Index(fields=["street", "id"], name="household_by_street"),
            models.Index(fields=["area", "id"], name="household_by_area"),
            models.Index(fields=["compound", "building_no", "unit_no", "room"], name="household_by_compound"),
            models.Index(fields=["contact_phone_index"], name="household_by_phone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["door"], condition=~Q(state="moved"), name="one_household_behind_a_door"),
            models.CheckConstraint(
                condition=Q(state="moved", moved_out_date__isnull=False)
                | (~Q(state="moved") & Q(moved_out_date__isnull=True)),
                name="household_moved_out_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(moved_out_date__isnull=True) | Q(moved_out_date__gte=F("moved_in_date")),
                name="household_moves_out_after_moving_in",
            ),
            models.CheckConstraint(
                condition=Q(contact_phone__isnull=True, contact_phone_index__isnull=True)
                | Q(contact_phone__isnull=False, contact_phone_index__isnull=False),
                name="household_phone_with_its_index",
            ),
        ]

    def __str__(self) -> str:
        return f"住户{self.pk}"

    def get_absolute_url(self) -> str:
        """The page of the household in the staff area."""
        return reverse("desk:household", args=[self.pk])

    @property
    def door_name(self) -> str:
        """The door without the compound, for those who work there: 3号楼2单元501."""
        building = f"{self.building_no}号楼" if self.building_no is not None else ""
        unit = f"{self.unit_no}单元" if self.unit_no is not None else ""
        return f"{building}{unit}{self.room}"


class Membership(models.Model):
    """A household belongs to a grid from a day to before a day. At most one grid a day by constraint; `valid_to` open = now."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name="住户")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    valid_from = models.DateField("开始日期")
    valid_to = models.DateField("结束日期", null=True, blank=True, help_text="这一天起不再属于")
    reason = models.CharField("原因", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "网格归属"
        indexes = [models.Index(fields=["area", "valid_to"], name="membership_by_area")]
        constraints = [
            ExclusionConstraint(
                name="one_grid_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="membership_lasts_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.area_id}"


class Sex(models.IntegerChoices):
    """GB/T 2261.1."""

    UNKNOWN = 0, "未知"
    MALE = 1, "男"
    FEMALE = 2, "女"
    NOT_SAID = 9, "未说明"


class Resident(models.Model):
    """One person of a household; ended when the person left, never deleted before retention.

    No religion, ethnicity, income, party membership or special-population marks (docs/privacy.md). The identity number
    is held only where the portal was set up to hold it.
    """

    class Relation(models.TextChoices):
        HEAD = "head", "户主"
        SPOUSE = "spouse", "配偶"
        SON = "son", "儿子"
        DAUGHTER = "daughter", "女儿"
        GRANDCHILD = "grandchild", "孙辈"
        PARENT = "parent", "父母"
        GRANDPARENT = "grandparent", "祖辈"
        SIBLING = "sibling", "兄弟姐妹"
        TENANT = "tenant", "租住"
        OTHER = "other", "其他"

    uuid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="residents", verbose_name="住户")
    name = SensitiveCharField("姓名", kind="name", max_length=30)
    called = models.CharField("称呼", max_length=20, blank=True, help_text="姓加称呼，如：刘阿姨")
    sex = models.PositiveSmallIntegerField("性别", choices=Sex.choices, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField("出生年", null=True, blank=True)
    relation = models.CharField("与户主关系", max_length=12, choices=Relation.choices, default=Relation.OTHER)
    note = models.CharField("说明", max_length=40, blank=True, help_text="如：周末在")
    phone = EncryptedField("手机号", kind="phone", null=True, blank=True)
    phone_index = models.BinaryField("手机号索引", max_length=16, null=True, blank=True, editable=False)
    id_number = EncryptedField("身份证号", kind="id_number", null=True, blank=True)
    id_number_index = models.BinaryField("身份证号索引", max_length=16, null=True, blank=True, editable=False)
    joined_date = models.DateField("登记日期", default=timezone.localdate)
    left_date = models.DateField("离开日期", null=True, blank=True)
    left_reason = models.CharField(
        "离开原因", max_length=10, blank=True, choices=[("moved", "搬离"), ("died", "去世"), ("mistake", "登记有误")]
    )

    class Meta:
        verbose_name = verbose_name_plural = "居民"
        indexes = [
            models.Index(fields=["phone_index"], name="resident_by_phone"),
            models.Index(
                fields=["id_number_index"], name="resident_by_id_number", condition=Q(id_number_index__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(relation="head", left_date__isnull=True),
                name="one_head_per_household",
            ),
            models.CheckConstraint(
                condition=(Q(left_date__isnull=True) & Q(left_reason=""))
                | (Q(left_date__gte=F("joined_date")) & ~Q(left_reason="")),
                name="resident_left_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="resident_phone_with_its_index",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True) | Q(birth_year__range=(1890, 2100)), name="resident_birth_year"
            ),
        ]

    def __str__(self) -> str:
        return f"居民{self.pk}"


class TagKind(models.Model):
    """A kind of care a household may need (独居老人、残疾人…): a service tag, never a mark of suspicion."""

    code = models.SlugField("代号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20)
    order = models.PositiveSmallIntegerField("次序", default=100)
    visit_days = models.PositiveSmallIntegerField("走访间隔（天）", default=30)
    review_days = models.PositiveSmallIntegerField("复核间隔（天）", default=365)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "关爱标签种类"

    def __str__(self) -> str:
        return self.name


class CareTagQuerySet(models.QuerySet):
    """Care tags by who may see them and state."""

    def visible_to(self, user):
        """Tags in the reach of postings that grant CARE (the grid and its community), and of the paired cadre."""
        scope = scope_of(user, granting=Ability.CARE)
        mine = within(scope, area="household__area", street="household__street", community="household__community")
        paired = list(Pairing.objects.current().filter(user_id=user.pk).values_list("household_id", flat=True))
        return self.filter(mine | Q(household__in=paired))

    def current(self):
        """Tags that were not taken off."""
        return self.filter(ended_at__isnull=True)


class CareTag(models.Model):
    """A care tag on a household, for one of its residents or all: why, by whom, until when it must be looked at again."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="care_tags", verbose_name="住户")
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="care_tags", verbose_name="居民"
    )
    kind = models.ForeignKey(TagKind, models.PROTECT, verbose_name="标签")
    reason = models.CharField("为什么", max_length=100)
    set_at = models.DateTimeField("设置时间", default=timezone.now)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="设置人"
    )
    review_date = models.DateField("复核日期")
    reviewed_at = models.DateTimeField("最近复核时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="取消人"
    )
    end_reason = models.CharField("取消原因", max_length=100, blank=True)

    objects = CareTagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关爱标签"
        indexes = [models.Index(fields=["review_date"], name="care_tag_to_review", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "resident", "kind"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_care_tag_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="care_tag_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="care_tag_reviewed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}"


class HouseholdEvent(models.Model):
    """What happened to a household's record: numbered, append-only, without personal values (codes and field names only)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="events", verbose_name="住户")
    verb = models.CharField("动作", max_length=30)
    details = models.JSONField("内容", default=dict, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "住户记录"
        indexes = [models.Index(fields=["household", "-id"], name="household_event_by_household")]

    def __str__(self) -> str:
        return f"{self.household_id} {self.verb}"
