"""Forms of posts: appointing, leave, hand-over, and the steps of a selection."""

import uuid
from datetime import date

from django import forms
from django.utils import timezone

from accounts.models import User
from cases.forms import StyledForm, Words
from common.errors import DomainError
from common.normalise import clean_phone, clean_text
from grids.models import Nominee, Selection
from grids.services.postings import clean_office_phone
from grids.services.selecting import Choice, usual_end


class Day(forms.DateField):
    """A date picked from the browser's calendar."""

    def __init__(self, label: str, **more):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, error_messages={"invalid": "请按“年-月-日”填写日期。"}, **more)


class Line(forms.CharField):
    """One clean line of text."""

    def to_python(self, value) -> str:
        """Without line breaks and invisible characters."""
        return " ".join(clean_text(super().to_python(value)).split())


class OfficePhone(Line):
    """An office number; refuses private mobiles. `refused` says so where the number is not for the service card."""

    def __init__(self, *, refused: str = "", **more):
        super().__init__(**more)
        self.refused = refused

    def clean(self, value) -> str:
        """The number, or a sentence about what is wrong with it."""
        try:
            return clean_office_phone(super().clean(value))
        except DomainError as refusal:
            raise forms.ValidationError(self.refused or refusal.message) from None


class PersonChoice(forms.ModelChoiceField):
    """One of the people found, by what they are called and where they work; never by phone."""

    def __init__(self, label: str, **more):
        super().__init__(queryset=User.objects.none(), label=label, widget=forms.RadioSelect, empty_label=None, **more)
        self.error_messages["invalid_choice"] = "请在找到的人里选一位。"

    def label_from_instance(self, obj) -> str:
        """陈书记　陈立民　新村社区."""
        return "　".join(dict.fromkeys(part for part in (obj.called, obj.full_name, obj.unit_name) if part))

    def offer(self, people: list[User]) -> None:
        """Set who may be chosen."""
        self.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("full_name", "pk")


class AppointForm(StyledForm):
    """Who, from when, and what the public may call."""

    user = PersonChoice("人员", required=True)
    valid_from = Day("任职日期")
    office_phone = OfficePhone(
        label="办公电话", required=False, max_length=20, help_text="会印在服务牌上，不填个人手机号。"
    )
    hours = Line(label="在岗时间", required=False, max_length=60, help_text="如：每周三下午在社区")

    def __init__(self, *args, people: list[User], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].offer(people)
        self.fields["valid_from"].initial = timezone.localdate
        if len(people) == 1:
            self.fields["user"].initial = people[0].pk


class LeaveForm(StyledForm):
    """From when to when, and who stands in."""

    leave_from = Day("请假第一天")
    leave_to = Day("请假最后一天")
    stand_in = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label="替岗人",
        required=False,
        empty_label="还没有定",
        help_text="替岗期间，这个岗位的事项由替岗人办理。",
    )

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = colleagues
        self.fields["stand_in"].label_from_instance = lambda user: user.called
        self.fields["leave_from"].initial = timezone.localdate

    def clean_leave_to(self) -> date:
        """The last day, not before the first."""
        first, last = self.cleaned_data.get("leave_from"), self.cleaned_data["leave_to"]
        if first and last < first:
            raise forms.ValidationError("请假最后一天不能早于第一天，请核对。")
        return last


class EndForm(StyledForm):
    """The last day on the post."""

    last_date = Day("最后一天")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["last_date"].initial = timezone.localdate


class HandoverForm(StyledForm):
    """To whom, until when, why, and what the successor should know."""

    successor = PersonChoice("接任人", required=True)
    last_date = Day("最后一天", help_text="过了这一天还没有确认的，先由提出人代管。")
    reason = Line(label="原因", required=False, max_length=100, help_text="如：借调到街道")
    note = Words("交接说明", rows=4, required=False, limit=1000, help_text="只有接任人和社区看得到。")

    def __init__(self, *args, people: list[User], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].offer(people)
        if len(people) == 1:
            self.fields["successor"].initial = people[0].pk

    def clean_last_date(self) -> date:
        """The last day, not in the past."""
        last = self.cleaned_data["last_date"]
        if last < timezone.localdate():
            raise forms.ValidationError("最后一天不能早于今天，请核对。")
        return last


class NominateForm(StyledForm):
    """Somebody put forward: by account, or by name and phone."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    user = PersonChoice("已有账号的人", required=False)
    name = Line(label="姓名", required=False, max_length=30, help_text="公示时写全名。")
    phone = forms.CharField(
        label="手机号",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text="任用后凭它登录，不公示。",
    )
    occupation = Line(label="情况", required=False, max_length=60, help_text="如：退休职工，公示时会写。")
    way = forms.ChoiceField(
        label="推荐方式", widget=forms.RadioSelect, choices=Nominee.Way.choices, initial=Nominee.Way.NEIGHBOURS
    )

    def __init__(self, *args, people: list[User], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid.uuid4
        self.fields["user"].offer(people)
        if len(people) == 1:
            self.fields["user"].initial = people[0].pk
        if not people:
            self.fields["name"].required = self.fields["phone"].required = True

    def clean_phone(self) -> str:
        """A mobile number of eleven digits, where one is given."""
        typed = self.cleaned_data["phone"]
        try:
            return clean_phone(typed) if typed else ""
        except ValueError:
            raise forms.ValidationError("请填写11位手机号，任用后凭它登录。") from None

    def clean(self) -> dict:
        """One way of naming the person."""
        cleaned = super().clean()
        if not cleaned.get("user"):
            for name, why in (
                ("name", "请填写姓名，或者先查找已有账号的人。"),
                ("phone", "请填写手机号，任用后凭它登录。"),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, why)
        return cleaned


class PublishForm(StyledForm):
    """From when to when the names stand on the board, and where to call."""

    published_from = Day("公示开始")
    published_to = Day("公示结束", help_text="先按5个工作日算好，可以改；没有统一规定的按本地要求。")
    contact_phone = OfficePhone(
        label="联系电话",
        max_length=20,
        help_text="写社区办公电话，群众有意见打这个电话。",
        refused="请写社区办公电话，不写个人手机号，如：0374-2988123转8。",
    )

    def __init__(self, *args, selection: Selection, **kwargs):
        super().__init__(*args, **kwargs)
        first = timezone.localdate()
        self.fields["published_from"].initial = first
        self.fields["published_to"].initial = usual_end(first)
        self.fields["contact_phone"].initial = selection.area.phone

    def clean_published_to(self) -> date:
        """The last day, not before the first."""
        first, last = self.cleaned_data.get("published_from"), self.cleaned_data["published_to"]
        if first and last < first:
            raise forms.ValidationError("公示结束不能早于公示开始，请核对。")
        return last


class FileForm(StyledForm):
    """The day and the number the office gave; typed, never made here."""

    filed_date = Day("备案日期")
    filed_number = Line(label="备案文号", required=False, max_length=40, help_text="照文件上的写，没有就留空。")

    def __init__(self, *args, selection: Selection, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["filed_date"].initial = timezone.localdate


class ChosenForm(StyledForm):
    """From when they serve; where several stand for a place, which one."""

    valid_from = Day("任职日期")

    def __init__(self, *args, selection: Selection, contested: list[Choice], names: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate
        for number, choice in enumerate(contested):
            where = f"{choice.seat.compound or ''}{choice.seat.where}"
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=where,
                widget=forms.RadioSelect,
                choices=[(row.pk, names[row.pk]) for row in choice.standing],
                error_messages={"required": f"{where}请选定一人。"},
            )

    def terms(self) -> dict[str, date | list[int]]:
        """What the service takes."""
        chosen = [int(value) for name, value in self.cleaned_data.items() if name.startswith("place_")]
        return {"valid_from": self.cleaned_data["valid_from"], "chosen": chosen}


class ReasonForm(StyledForm):
    """Why; kept with the selection."""

    reason = Line(label="说明", max_length=100)

    def __init__(self, *args, **kwargs):
        kwargs.pop("selection", None)
        super().__init__(*args, **kwargs)
