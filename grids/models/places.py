"""Compounds, buildings, entrances and doors: where people live, each in a grid."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone

from grids.levels import Level
from grids.models.areas import Area
from grids.models.organizations import Organization
from grids.reach import within


def door_token() -> str:
    """What the code on a door carries: meaningless, not to be guessed, replaced when revoked."""
    return secrets.token_urlsafe(12)


class CompoundQuerySet(models.QuerySet):
    """Compounds by place and name."""

    def in_use(self):
        """Compounds that were not given up."""
        return self.filter(valid_to__isnull=True)

    def visible_to(self, user):
        """Compounds in the user's areas, those the user's compound-level postings sit on, and those shared by a grid."""
        from grids.scope import scope_of  # postings are models: the rule above them reads them

        scope = scope_of(user)
        shared = Q(area__in={code[:12] for code in scope.at(Level.GRID)})
        return self.filter(within(scope) | shared | Q(pk__in=scope.around))

    def beneath(self, code: str):
        """Compounds in the area of `code` (district, street, community or grid)."""
        return self.filter(area__code__startswith=code)


class Compound(models.Model):
    """小区、家属院、庭院 or a rural residents' group. Lies in one grid, or in a community when several grids share it.

    Natural key: community + name. Given up with `valid_to`, never deleted; what is changed leaves an `Amendment`.
    """

    class Kind(models.TextChoices):
        ESTATE = "estate", "小区"
        WORK_UNIT = "work_unit", "家属院"
        COURTYARD = "courtyard", "庭院"
        GROUP = "group", "居民组"

    class Management(models.TextChoices):
        COMPANY = "company", "物业公司"
        SELF = "self", "居民自管"
        NONE = "none", "无人管理"

    class Setting(models.TextChoices):
        URBAN = "urban", "城市"
        RURAL = "rural", "涉农"

    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格或社区")
    street = models.GeneratedField(
        expression=Left("area_id", 9), output_field=models.CharField(max_length=9), db_persist=True
    )
    community = models.GeneratedField(
        expression=Left("area_id", 12), output_field=models.CharField(max_length=12), db_persist=True
    )
    name = models.CharField("名称", max_length=40)
    aliases = models.CharField("别名", max_length=100, blank=True, help_text="居民的叫法，用空格分开")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    setting = models.CharField("城市或涉农", max_length=10, choices=Setting.choices, default=Setting.URBAN)
    address = models.CharField("地址", max_length=100, blank=True, help_text="道路和门牌，居民按路名也能找到")
    year_built = models.PositiveSmallIntegerField("建成年份", null=True, blank=True)
    is_old = models.BooleanField("老旧小区", default=False)
    management = models.CharField("管理方式", max_length=10, choices=Management.choices, default=Management.NONE)
    property_company = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="物业公司"
    )
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True, help_text="WGS-84")
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True, help_text="WGS-84")
    boundary = models.JSONField("边界", null=True, blank=True, help_text="GeoJSON，WGS-84，可以不填")
    demonstration = models.BooleanField("示范数据", default=False)
    valid_from = models.DateField("启用日期", default=timezone.localdate)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "小区"
        indexes = [
            models.Index(fields=["community", "name"], name="compound_by_community"),
            models.Index(fields=["area"], name="compound_by_area"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                condition=Q(valid_to__isnull=True),
                name="one_compound_of_a_name_per_community",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(73, 136), latitude__range=(3, 54)),
                name="compound_point_is_whole_and_in_china",
            ),
            models.CheckConstraint(
                condition=Q(property_company__isnull=True) | Q(management="company"),
                name="compound_company_only_where_one_manages",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def level(self) -> Level:
        """GRID, or COMMUNITY where several grids share the compound."""
        return Level.GRID if len(self.area_id) == 15 else Level.COMMUNITY


class Building(models.Model):
    """A building of a compound, known by its number as people say it: 3号楼. Natural key: compound + number."""

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="buildings", verbose_name="小区")
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    number = models.PositiveSmallIntegerField("楼号")
    name = models.CharField("别名", max_length=20, blank=True, help_text="没有编号时的叫法，如：东楼")
    floors = models.PositiveSmallIntegerField("层数", null=True, blank=True)
    has_lift = models.BooleanField("有电梯", default=False)
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "楼栋"
        indexes = [models.Index(fields=["area"], name="building_by_area")]
        constraints = [models.UniqueConstraint(fields=["compound", "number"], name="one_building_of_a_number")]

    def __str__(self) -> str:
        return self.name or f"{self.number}号楼"


class Entrance(models.Model):
    """A unit entrance (单元) of a building; in the grid of its doors. Natural key: building + number."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="entrances", verbose_name="楼栋")
    number = models.PositiveSmallIntegerField("单元号")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "单元"
        constraints = [models.UniqueConstraint(fields=["building", "number"], name="one_entrance_of_a_number")]

    def __str__(self) -> str:
        return f"{self.number}单元"


class DoorQuerySet(models.QuerySet):
    """Doors by who walks to them."""

    def visible_to(self, user):
        """Doors in the areas, compounds, buildings or entrances of postings that go to doors."""
        from grids.permissions import Ability
        from grids.scope import scope_of  # postings are models: the rule above them reads them

        scope = scope_of(user, granting=Ability.VISIT)
        rows = self.annotate(in_street=Left("area_id", 9), in_community=Left("area_id", 12))
        mine = within(scope, street="in_street", community="in_community") | Q(compound__in=scope.compounds)
        return rows.filter(mine | Q(building__in=scope.buildings) | Q(entrance__in=scope.entrances))


class Door(models.Model):
    """One door: behind an entrance (3号楼2单元501), directly in a building, or on a courtyard (12号). In one grid.

    `token` is what the code on the door carries; revoking it writes a new one. Natural key: compound, building,
    entrance, room.
    """

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="doors", verbose_name="小区")
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="doors", verbose_name="楼栋"
    )
    entrance = models.ForeignKey(
        Entrance, models.PROTECT, null=True, blank=True, related_name="doors", verbose_name="单元"
    )
    room = models.CharField("房号", max_length=10)
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, related_name="+", verbose_name="网格")
    token = models.CharField("门牌码", max_length=24, unique=True, default=door_token, editable=False)
    token_at = models.DateTimeField("门牌码启用时间", default=timezone.now, editable=False)

    objects = DoorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "门户"
        indexes = [models.Index(fields=["area"], name="door_by_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "building", "entrance", "room"], nulls_distinct=False, name="one_door_of_a_number"
            ),
            models.CheckConstraint(
                condition=Q(entrance__isnull=True) | Q(building__isnull=False), name="door_entrance_has_its_building"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building or ''}{self.entrance or ''}{self.room}"


class Amendment(models.Model):
    """One change of one column of a place, an area or an organization: what it was, what it became. Append-only.

    Values are those of the ground (names, kinds, dates), never of people.
    """

    subject_kind = models.CharField("对象", max_length=20)
    subject_id = models.CharField("编号", max_length=40)
    field = models.CharField("字段", max_length=40)
    before = models.TextField("原来", blank=True)
    after = models.TextField("现在", blank=True)
    at = models.DateTimeField("时间", default=timezone.now)
    by_id = models.BigIntegerField("经办人", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更记录"
        indexes = [models.Index(fields=["subject_kind", "subject_id", "at"], name="amendment_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.field}"
