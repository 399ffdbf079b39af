"""Registering a household: the door, the household, its head and how to reach it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from cases.forms import StyledForm
from common.normalise import clean_text
from desk.forms import GroupedSelect
from grids.levels import Level
from grids.models import Area, Compound
from grids.permissions import Ability
from grids.scope import scope_of, within
from households import id_numbers
from households.access import covers
from households.forms import KEPT, IdNumberField, NameField, PhoneField
from households.models import Household, Resident, Sex
from households.services import keeping


class Day(forms.DateField):
    """A date, with the browser's picker."""

    def __init__(self, label: str, **kwargs: Any):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, **kwargs)


class Line(forms.CharField):
    """One clean line of text."""

    def to_python(self, value: Any) -> str:
        """Without control characters and doubled spaces."""
        return " ".join(clean_text(super().to_python(value)).split())


class PersonFields(StyledForm):
    """Who somebody is. The identity number is asked for only where the portal was set up to hold it."""

    name = NameField(label="姓名", max_length=30)
    called = Line(label="称呼", max_length=20, required=False, help_text="姓加称呼，如：刘阿姨")
    relation = forms.ChoiceField(label="与户主关系", choices=Resident.Relation.choices)
    sex = forms.TypedChoiceField(label="性别", choices=Sex.choices, coerce=int, initial=Sex.UNKNOWN)
    birth_year = forms.IntegerField(label="出生年", min_value=1890, max_value=2100, required=False)
    phone = PhoneField(label="手机号", max_length=30, required=False)
    id_number = IdNumberField(label="身份证号", max_length=30, required=False)
    note = Line(label="说明", max_length=40, required=False, help_text="如：周末在")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not settings.HOLD_ID_NUMBERS:
            del self.fields["id_number"]

    def clean_birth_year(self) -> int | None:
        """Not in the future."""
        year = self.cleaned_data["birth_year"]
        if year and year > timezone.localdate().year:
            raise forms.ValidationError("出生年不能晚于今年。")
        return year

    def clean(self) -> dict:
        """The identity number tells sex and year of birth where they were left open; where it contradicts, it says so."""
        cleaned = super().clean()
        number = cleaned.get("id_number")
        if number and number is not KEPT:
            year = id_numbers.birth_year(number)
            if cleaned.get("birth_year") not in (None, year):
                self.add_error("birth_year", "出生年和身份证号对不上，请核对。")
            cleaned["birth_year"] = year
            cleaned["sex"] = cleaned.get("sex") or id_numbers.sex(number)
        return cleaned


class RegisterHouseholdForm(PersonFields):
    """登记住户: the door, the household, its head and how to reach it."""

    compound = GroupedSelect(label="小区", queryset=Compound.objects.none(), empty_label="请选择小区")
    area = forms.ModelChoiceField(
        label="网格", queryset=Area.objects.none(), required=False, empty_label="按小区所在网格"
    )
    building_no = forms.IntegerField(label="楼号", min_value=1, max_value=32767, required=False)
    unit_no = forms.IntegerField(label="单元号", min_value=1, max_value=32767, required=False)
    room = Line(label="房号", max_length=10)
    kind = forms.ChoiceField(label="户类型", choices=Household.Kind.choices)
    size = forms.IntegerField(label="人数", min_value=0, max_value=99, required=False)
    moved_in_date = Day("入住日期")
    contact_name = NameField(label="联系人", max_length=30, required=False)
    contact_phone = PhoneField(label="联系电话", max_length=30, required=False)
    contact_note = Line(label="联系说明", max_length=60, required=False, help_text="如：急事找女儿")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["relation"]
        self.fields["name"].required = False
        self.fields["name"].label = "户主姓名"
        self.fields["name"].help_text = "空置的可以不填。"
        self.fields["moved_in_date"].initial = timezone.localdate
        self.scope = scope_of(user, granting=Ability.KEEP_HOUSEHOLDS)
        self._offer_places()

    def _offer_places(self) -> None:
        """Compounds in the person's grids, and those the communities of these grids share."""
        shared = {code[:12] for code in self.scope.at(Level.GRID)}
        rows = Compound.objects.in_use().filter(within(self.scope)) | Compound.objects.in_use().filter(area__in=shared)
        groups: dict[str, list] = {}
        for row in rows.select_related("area").order_by("community", "name"):
            groups.setdefault(row.area.full_name, []).append((row, row.name))
        self.fields["compound"].group(rows, groups.items())
        codes = Area.objects.none()
        for code in self.scope.areas:
            codes = codes | Area.objects.in_service().beneath(code)
        self.fields["area"].queryset = codes.filter(level=Level.GRID).order_by("code")
        self.fields["area"].label_from_instance = lambda area: area.full_name

    def clean(self) -> dict:
        """The grid is asked for where several share the compound; a household without a name has nobody's phone."""
        cleaned = super().clean()
        compound, area = cleaned.get("compound"), cleaned.get("area")
        if compound and not area and compound.level != Level.GRID:
            grids = [row for row in self.fields["area"].queryset if row.code.startswith(compound.area_id)]
            if len(grids) == 1:
                cleaned["area"] = grids[0]
            else:
                self.add_error("area", "这个小区由几个网格共管，请选择住户所在的网格。")
        if cleaned.get("unit_no") and not cleaned.get("building_no"):
            self.add_error("building_no", "有单元号就要有楼号。")
        if not cleaned.get("name") and (cleaned.get("phone") or cleaned.get("id_number")):
            self.add_error("name", "请填写户主姓名。")
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """What `keeping.register` takes, without compound and `by`."""
        of_person = ("name", "called", "sex", "birth_year", "phone", "id_number", "note")
        person = {name: self.cleaned_data[name] for name in of_person if self.cleaned_data.get(name)}
        rest = {k: v for k, v in self.cleaned_data.items() if k not in of_person and k != "compound"}
        people = [keeping.Person(relation=Resident.Relation.HEAD, **person)] if person.get("name") else []
        return {**rest, "size": rest["size"] or 0, "people": people}

    def covers(self, household: Household) -> bool:
        """Whether the household lies where the person keeps the records."""
        return covers(self.scope, household)
