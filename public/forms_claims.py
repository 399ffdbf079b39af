"""What those who claim wishes fill in: claiming, the acts of a claim, registering."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.passwords import check_password_rules
from files.photos import PhotoRefused
from files.services import ingest_photo
from grids.levels import Level, level_of
from grids.models import Area, Organization
from public import catalog
from public.forms import Phone, Words
from wishes import services as wishes
from wishes.models import Claim, Invitation, Volunteer
from wishes.states import Action

MAX_WORDS = 200


class WishClaimForm(forms.Form):
    """When, and in whose name."""

    plan_date = forms.DateField(
        label="打算哪天办", required=False, error_messages={"invalid": "请按年月日选择日期，如2026-12-05。"}
    )
    as_unit = forms.BooleanField(label="以单位名义认领", required=False)

    def clean_plan_date(self) -> date | None:
        """A day that is still to come."""
        day = self.cleaned_data["plan_date"]
        if day and day < timezone.localdate():
            raise forms.ValidationError("这一天已经过去，请选今天或以后的日期。")
        return day


class ActForm(forms.Form):
    """One act on a claim; `carry_out` calls its verb and passes on its DomainError."""

    def __init__(self, data=None, files=None, *, by: User):
        super().__init__(data, files)
        self.by = by

    def carry_out(self, claim: Claim) -> None:
        """Do it."""
        raise NotImplementedError


class ProgressForm(ActForm):
    """A sign of life."""

    text = Words("进展", longest=MAX_WORDS, required="请写一句进展，如：约好周六上午送去。")

    def carry_out(self, claim: Claim) -> None:
        """Report progress."""
        wishes.progress(claim, text=self.cleaned_data["text"], by=self.by)


class DeliverForm(ActForm):
    """Done: a sentence and one photo, both optional."""

    text = Words("说一句", longest=MAX_WORDS)
    photo = forms.FileField(label="照片", required=False, allow_empty_file=True)

    def clean(self) -> dict:
        """The stored photo in place of the upload; a refused one never costs what was written."""
        upload = self.cleaned_data.get("photo")
        if upload and not self.errors:
            try:
                self.cleaned_data["photo"] = ingest_photo(upload, by=self.by)
            except PhotoRefused as refusal:
                self.add_error("photo", [f"{error}。" for error in refusal.errors])
        return self.cleaned_data

    def carry_out(self, claim: Claim) -> None:
        """Report it done."""
        wishes.deliver(claim, proof=self.cleaned_data["text"], photo=self.cleaned_data["photo"], by=self.by)


class GiveUpForm(ActForm):
    """Why, for the community only."""

    text = Words("原因", longest=MAX_WORDS)

    def carry_out(self, claim: Claim) -> None:
        """Put the wish back onto the wall."""
        wishes.give_up(claim, reason=self.cleaned_data["text"], by=self.by)


class LeaveForm(ActForm):
    """Nothing is asked."""

    def carry_out(self, claim: Claim) -> None:
        """Step out of a claim made together."""
        wishes.leave(claim, by=self.by)


@dataclass(frozen=True)
class Act:
    """What an address of a claim does: the action of the table, its form, and the words of its page."""

    action: Action
    form: type[ActForm]
    title: str
    hint: str
    button: str
    done: str


ACTS = {
    "progress": Act(
        Action.PROGRESS, ProgressForm, "报个进展", "一句话就行，如：约好周六上午送去。对方只看到“认领人正在办”。",
        "报进展", "已报进展，期限重新计算。",
    ),
    "deliver": Act(
        Action.DELIVER, DeliverForm, "已经办好了吗", "报完就看不到姓名、住址和电话了，由对方或网格员确认。",
        "报完成", "已报完成，等对方确认，谢谢您。",
    ),
    "give-up": Act(
        Action.RELEASE, GiveUpForm, "放弃这个认领吗", "心愿马上放回心愿墙，别人可以认领。不影响您以后认领。",
        "放弃认领", "已放弃，心愿放回了心愿墙。",
    ),
    "leave": Act(
        Action.LEAVE, LeaveForm, "退出一起认领吗", "别的人继续办，您不再看到姓名、住址和电话。",
        "退出", "已退出一起认领。",
    ),
}  # fmt: skip


class EnrolForm(forms.Form):
    """Which community checks who somebody is."""

    community = forms.CharField(label="街道和社区", error_messages={"required": "请选择由哪个社区核对。"})

    def clean_community(self) -> Area:
        """A community in service."""
        code = self.cleaned_data["community"]
        if catalog.place(code) is None or level_of(code) != Level.COMMUNITY:
            raise forms.ValidationError("这个社区不在名单里，请重新选择。")
        return Area(code=code)

    def enrol(self, user: User) -> Volunteer:
        """The account becomes a volunteer."""
        return wishes.enrol(user, community=self.cleaned_data["community"])


class AccountForm(forms.Form):
    """Who somebody is and the password of their choice; typed passwords never come back into a page."""

    name = Words("真实姓名", longest=30, required="请填写真实姓名，社区要核对。", one_line=True)
    phone = Phone("请填写手机号，登录时也用它。")
    password = forms.CharField(
        label="设置密码", max_length=256, strip=False, error_messages={"required": "请设置密码。"}
    )
    again = forms.CharField(
        label="再输一遍密码", max_length=256, strip=False, error_messages={"required": "请再输一遍密码。"}
    )

    def unit(self) -> str:
        """The name of the person's unit."""
        raise NotImplementedError

    def clean(self) -> dict:
        """The password keeps the rules of everybody's passwords and was typed twice alike."""
        data = self.cleaned_data
        if "password" in data:
            try:
                check_password_rules(data["password"], self._person())
            except forms.ValidationError as refusal:
                self.add_error("password", refusal)
        if {"password", "again"} <= data.keys() and data["password"] != data["again"]:
            self.add_error("again", "两次输入的不一样，请核对。")
        return self.cleaned_data

    def _person(self) -> User:
        person = User(full_name=self.cleaned_data.get("name", ""), unit_name=self.unit())
        person.take_phone(self.cleaned_data.get("phone", ""))
        return person

    def account(self) -> dict:
        """What `wishes.open_account` asks for about the person."""
        data = self.cleaned_data
        return {
            "full_name": data["name"], "phone": data["phone"], "unit_name": self.unit(), "password": data["password"]
        }  # fmt: skip


class VolunteerForm(AccountForm, EnrolForm):
    """Somebody who registers: unit or 无单位, and the community that checks."""

    unit_name = Words("单位", longest=60, one_line=True)
    no_unit = forms.BooleanField(label="无单位", required=False)
    field_order = ["name", "phone", "unit_name", "no_unit", "community", "password", "again"]

    def unit(self) -> str:
        """What was typed; nothing where 无单位 was chosen."""
        return "" if self.cleaned_data.get("no_unit") else self.cleaned_data.get("unit_name", "")

    def clean(self) -> dict:
        """One of the two is said."""
        if "unit_name" in self.cleaned_data and not self.cleaned_data.get("no_unit") and not self.unit():
            self.add_error("unit_name", "请填写单位，没有单位的勾选“无单位”。")
        return super().clean()

    def open(self) -> Volunteer:
        """The new account, to be checked by the community."""
        return wishes.open_account(**self.account(), community=self.cleaned_data["community"])


class InvitedForm(AccountForm):
    """The representative of a unit that was invited: the unit is fixed."""

    def __init__(self, data=None, *, unit: Organization):
        super().__init__(data)
        self.invited = unit

    def unit(self) -> str:
        """The unit of the invitation."""
        return self.invited.name

    def open(self, invitation: Invitation) -> Volunteer:
        """The new account, approved at once."""
        return wishes.open_account(**self.account(), community=invitation.community, invitation=invitation)
