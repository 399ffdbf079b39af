"""Forms of places, organizations and what stands in a neighbourhood. Columns and their words come from the models."""

import json
import re
import unicodedata
from collections.abc import Callable

from django import forms
from django.forms.models import fields_for_model, model_to_dict
from django.utils import timezone

from cases.forms import StyledForm
from common.errors import DomainError
from common.normalise import clean_text
from desk.forms import GroupedSelect
from grids import geo
from grids.levels import Level
from grids.models import (
    Area,
    Building,
    ChatGroup,
    Compound,
    Organization,
    OwnersBody,
    Partnership,
    Post,
)
from grids.permissions import Ability
from grids.scope import scope_of
from grids.services import places
from grids.services.organizations import PARTNERS, SEATED, WHOLE_DISTRICT

GRID_OR_COMMUNITY = (Level.GRID, Level.COMMUNITY)
MAX_NUMBERS = 200
_PHONES = {"phone", "contact_phone"}
_RANGE = re.compile(r"(\d{1,3})(?:[-–—~](\d{1,3}))?")


class DateInput(forms.DateInput):
    """A date as browsers pick it."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


def _today() -> forms.DateField:
    return forms.DateField(label="日期", widget=DateInput, initial=timezone.localdate)


class GroundForm(StyledForm):
    """A form over columns of one model; `row` gives what stands there now."""

    model: type | None = None
    columns: tuple[str, ...] = ()

    def __init__(self, *args, row=None, initial=None, **kwargs):
        standing = model_to_dict(row, fields=self.columns) if row is not None else {}
        super().__init__(*args, initial={**standing, **(initial or {})}, **kwargs)
        if self.model is not None:
            self.fields = {**fields_for_model(self.model, fields=self.columns), **self.fields}
        for field in self.fields.values():
            _dress(field)

    def clean(self) -> dict:
        """Texts on one clean line."""
        cleaned = super().clean()
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = " ".join(clean_text(value).split())
        for name in _PHONES & set(cleaned):
            self.check(name, lambda name=name: places.check_office_phone(cleaned[name]))
        return cleaned

    def check(self, name: str, rule: Callable[[], None]) -> None:
        """Put what a rule of the services refuses under the field it is about."""
        try:
            rule()
        except DomainError as refusal:
            self.add_error(name, refusal.message)

    def line_up(self, *names: str) -> None:
        """Put fields in page order."""
        self.order_fields(names)


def _dress(field: forms.Field) -> None:
    if isinstance(field, forms.TypedChoiceField):
        field.widget = forms.RadioSelect()
        field.choices = [choice for choice in field.choices if choice[0] or not field.required]
    if isinstance(field, forms.DateField):
        field.widget = DateInput()
    field.widget.is_required = field.required
    verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
    field.error_messages["required"] = f"请{verb}{field.label}。"


def offer_places(field: GroupedSelect, user, levels: tuple[Level, ...]) -> None:
    """Let the user choose among the areas of `levels` that the own postings keep, grouped by what contains them."""
    codes = scope_of(user, granting=Ability.KEEP_GROUND).areas
    rows = Area.objects.none()
    for code in codes:
        rows = rows | Area.objects.in_service().beneath(code)
    rows = rows.filter(level__in=levels)
    groups: dict[str, list] = {}
    for row in rows.order_by("code"):
        whole = row.full_name if row.level != Level.GRID else row.full_name.removesuffix(row.name)
        groups.setdefault(whole, []).append((row, row.full_name))
    field.group(rows, groups.items())


def place_field(label: str = "网格或社区") -> GroupedSelect:
    """A choice of places, empty until `offer_places` fills it."""
    return GroupedSelect(label=label, queryset=Area.objects.none(), empty_label="请选择")


class BoundaryField(forms.CharField):
    """GeoJSON as text; the value is the checked geometry, or None."""

    def __init__(self):
        help_text = "GeoJSON，WGS-84坐标，从地图工具整段粘贴。高德、腾讯、百度地图的坐标要先换算。"
        super().__init__(label="边界", required=False, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3}))

    def prepare_value(self, value):
        """What stands there as text again."""
        return json.dumps(value) if isinstance(value, dict) else value

    def clean(self, value):
        """The geometry."""
        try:
            return geo.boundary_of(super().clean(value))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class AreaForm(GroundForm):
    """What is said about a street, community or grid. Its kind is changed by the street or the district."""

    model, columns = Area, ("kind", "phone", "hours", "about")
    boundary = BoundaryField()

    def __init__(self, *args, row, may_change_kind: bool, **kwargs):
        standing = {"boundary": row.boundary, "kind": row.kind or Compound.Setting.URBAN}
        super().__init__(*args, row=row, initial=standing, **kwargs)
        self.fields["kind"].choices = Compound.Setting.choices
        self.fields["kind"].required = True
        if not may_change_kind:
            del self.fields["kind"]


class CompoundForm(GroundForm):
    """A compound, new or changed."""

    model = Compound
    columns = (
        "name", "kind", "setting", "address", "aliases", "year_built", "is_old", "management", "property_company",
        "longitude", "latitude",
    )  # fmt: skip
    area = place_field()
    boundary = BoundaryField()

    def __init__(self, *args, user, row=None, initial=None, **kwargs):
        standing = {"area": row.area_id, "boundary": row.boundary} if row else {}
        super().__init__(*args, row=row, initial=standing | (initial or {}), **kwargs)
        offer_places(self.fields["area"], user, GRID_OR_COMMUNITY)
        self.fields["area"].help_text = "几个网格共管的小区选社区。"
        companies = Organization.objects.active().filter(kind=Organization.Kind.PROPERTY)
        self.fields["property_company"].queryset = companies.order_by("name")
        self.fields["property_company"].empty_label = "没有"
        self.fields["property_company"].help_text = "先在组织里登记物业公司，这里才选得到。"
        self.line_up("name", "kind", "area", "setting", "address", "aliases")

    def clean(self) -> dict:
        """Year and point, each under its field."""
        cleaned = super().clean()
        self.check("year_built", lambda: places.check_year(cleaned.get("year_built")))
        if not {"longitude", "latitude"} & set(self.errors):
            self.check("longitude", lambda: geo.check_point(cleaned.get("longitude"), cleaned.get("latitude")))
        return cleaned


class BuildingsForm(GroundForm):
    """Several buildings at once, all alike."""

    model, columns = Building, ("floors", "has_lift")
    numbers = forms.CharField(label="楼号", max_length=100, help_text="如：1–8，或者1、3、5–7。")
    entrances = forms.IntegerField(label="每栋几个单元", min_value=0, max_value=20, initial=1)
    area = place_field("属于哪个网格")

    def __init__(self, *args, user, compound, **kwargs):
        super().__init__(*args, **kwargs)
        _offer_grids(self, user, compound)
        self.line_up("numbers", "entrances", "floors", "has_lift", "area")

    def clean_numbers(self) -> list[int]:
        """The numbers, every one once."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["numbers"])
        found: list[int] = []
        for part in re.split(r"[,、;\s]+", re.sub(r"号楼|号|栋|楼", "", typed).replace("到", "-").replace("至", "-")):
            span = _RANGE.fullmatch(part) if part else None
            if part and (span is None or int(span[2] or span[1]) < int(span[1])):
                raise forms.ValidationError(f"看不懂“{part}”，请写成1–8，或者1、3、5–7。")
            found += range(int(span[1]), int(span[2] or span[1]) + 1) if span else []
        if len(found) > MAX_NUMBERS:
            raise forms.ValidationError(f"一次最多加{MAX_NUMBERS}栋，请分几次。")
        return sorted(set(found))


def _offer_grids(form: forms.Form, user, compound: Compound) -> None:
    """Only where several grids share the compound does one choose."""
    if compound.level == Level.GRID:
        del form.fields["area"]
        return
    offer_places(form.fields["area"], user, (Level.GRID,))
    form.fields["area"].queryset = form.fields["area"].queryset.filter(code__startswith=compound.area_id)
    shown = form.fields["area"].queryset.order_by("code")
    form.fields["area"].widget.choices = [("", "请选择"), *((row.pk, row.full_name) for row in shown)]


class BuildingForm(GroundForm):
    """One building."""

    model, columns = Building, ("name", "floors", "has_lift")
    entrances = forms.IntegerField(label="几个单元", min_value=0, max_value=20)
    area = place_field("属于哪个网格")

    def __init__(self, *args, user, row, **kwargs):
        standing = {"entrances": row.entrances.filter(valid_to__isnull=True).count(), "area": row.area_id}
        super().__init__(*args, row=row, initial=standing, **kwargs)
        _offer_grids(self, user, row.compound)


class BodyForm(GroundForm):
    """Preparations begin."""

    model, columns = OwnersBody, ("kind",)
    on = _today()
    note = forms.CharField(label="说明", max_length=200, required=False)


class StepForm(GroundForm):
    """The next step of an owners' body: an election gives members, a filing the term."""

    model, columns = OwnersBody, ("members", "term_from", "term_to")
    on = _today()
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args, step: str, **kwargs):
        super().__init__(*args, **kwargs)
        wanted = {OwnersBody.Step.ELECTED: {"members"}, OwnersBody.Step.FILED: {"term_from", "term_to"}}
        for name in {"members", "term_from", "term_to"} - wanted.get(step, set()):
            del self.fields[name]
        for name in wanted.get(step, ()):
            demand(self.fields[name])
        self.line_up("on")


class TermForm(GroundForm):
    """The body elected in 换届."""

    model, columns = OwnersBody, ("kind", "members", "term_from", "term_to")
    elected_on = forms.DateField(label="选举日期", widget=DateInput)
    filed_on = forms.DateField(label="备案日期", widget=DateInput)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("members", "term_from", "term_to"):
            demand(self.fields[name])
        self.line_up("kind", "elected_on", "filed_on")


def demand(field: forms.Field) -> None:
    """Make an optional field a required one."""
    field.required = field.widget.is_required = True


class OrganizationForm(GroundForm):
    """A body, new or changed. Those of the whole district are kept by the district."""

    model, columns = Organization, ("name", "secretary", "phone", "address", "takes_cases")
    kind = forms.ChoiceField(label="类别", choices=[])
    area = place_field("所在区域")
    parent = forms.ModelChoiceField(
        label="上级组织", queryset=Organization.objects.none(), required=False, empty_label="没有"
    )

    def __init__(self, *args, user, row=None, initial=None, **kwargs):
        super().__init__(*args, row=row, initial=(initial or {}) | ({"parent": row.parent_id} if row else {}), **kwargs)
        if row is None:
            self._for_a_new_one(user)
        else:
            self._for_a_known_one(row)
        self.line_up("kind", "name", "area", "parent")

    def _for_a_new_one(self, user) -> None:
        district = bool(scope_of(user, granting=Ability.KEEP_GROUND).at(Level.DISTRICT))
        kinds = [choice for choice in Organization.Kind.choices if district or choice[0] not in WHOLE_DISTRICT]
        self.fields["kind"].choices = [("", "请选择"), *kinds]
        offer_places(self.fields["area"], user, (Level.STREET, Level.COMMUNITY, Level.GRID))
        self.fields["area"].required = self.fields["area"].widget.is_required = not district
        if district:
            self.fields["area"].help_text = "服务全区的不选。"
        else:
            del self.fields["takes_cases"]
        del self.fields["parent"]

    def _for_a_known_one(self, row: Organization) -> None:
        del self.fields["kind"], self.fields["area"]
        above = Organization.objects.none()
        if row.kind in (Organization.Kind.PARTY_COMMITTEE, Organization.Kind.PARTY_BRANCH):
            above = Organization.objects.active().party().filter(area=row.area.parent_code)
        if row.kind in SEATED:
            del self.fields["takes_cases"]
        self.fields["parent"].queryset = above
        if row.kind not in (Organization.Kind.PARTY_COMMITTEE, Organization.Kind.PARTY_BRANCH):
            del self.fields["parent"]


class PartnershipForm(GroundForm):
    """Which unit stands by this place."""

    model, columns = Partnership, ("kind", "contact", "contact_phone", "offers")
    unit = GroupedSelect(label="单位", queryset=Organization.objects.none(), empty_label="请选择单位")
    on = forms.DateField(label="开始日期", widget=DateInput, initial=timezone.localdate)

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        rows = rows.active().filter(kind__in=PARTNERS)
        groups: dict[str, list] = {}
        for row in rows.order_by("order", "name"):
            groups.setdefault(row.get_kind_display(), []).append((row, row.name))
        self.fields["unit"].group(rows, groups.items())
        self.line_up("unit", "kind", "on")


class GroupForm(GroundForm):
    """A residents' group: its name, whose post owns it, how many households it reaches."""

    model, columns = ChatGroup, ("name", "owner_post", "households", "counted_date")
    area = place_field("网格")

    def __init__(self, *args, user, row=None, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        below = Post.objects.exclude(seat=Post.Seat.UNIT).exclude(level__gte=Level.STREET)
        self.fields["owner_post"].empty_label = "请选择岗位"
        self.fields["owner_post"].queryset = below.order_by("family", "order")
        offer_places(self.fields["area"], user, (Level.GRID,))
        if row is not None:
            del self.fields["area"]
        self.line_up("area", "name")
