"""What residents fill in. Everything typed is cleaned here; nothing is refused for its script, width or emoji."""

import contextlib
import uuid
from typing import Self

from django import forms

from cases import services as cases
from cases.models import Case, Category
from cases.states import Outcome, Satisfaction
from common.normalise import clean_digits, clean_phone, clean_text
from common.receipts import clean_receipt, is_receipt
from consultations.services.opening import PREFIX as CONSULTED
from grids.levels import Level, level_of
from grids.models import Area, Compound
from households.models import PrivacyNotice, RightsRequest
from households.services import current_notice
from public import catalog, places

MAX_TEXT, MAX_MORE, MAX_COMMENT = 4000, 2000, 500


class Words(forms.CharField):
    """Text people type, cleaned of control and bidi characters; `longest` counts what is left, a line break as one."""

    def __init__(self, label: str, *, longest: int, required: str = "", one_line: bool = False, **options):
        self.longest, self.one_line = longest, one_line
        messages = {"required": required} if required else {}
        super().__init__(label=label, required=bool(required), error_messages=messages, **options)

    def to_python(self, value) -> str:
        """The cleaned text."""
        cleaned = clean_text(super().to_python(value))
        return " ".join(cleaned.split()) if self.one_line else cleaned

    def validate(self, value: str) -> None:
        """Refuses what is too long, saying by how much."""
        super().validate(value)
        over = len(value) - self.longest
        if over > 0:
            raise forms.ValidationError(
                f"{self.label}最多{self.longest}个字，现在有{len(value)}个字，请删去{over}个字。"
            )


class Phone(forms.CharField):
    """A mainland mobile number in whatever width and grouping it was typed."""

    def __init__(self, required: str = "请填写手机号，用于联系您和告知结果。"):
        super().__init__(label="手机号", error_messages={"required": required})

    def to_python(self, value) -> str:
        """The eleven digits."""
        typed = clean_text(super().to_python(value))
        if not typed:
            return ""
        try:
            return clean_phone(typed)
        except ValueError as error:
            raise forms.ValidationError(_what_is_wrong(typed)) from error


def _what_is_wrong(typed: str) -> str:
    digits = clean_digits(typed)
    if digits.isascii() and digits.isdigit() and digits.startswith("1") and len(digits) in (10, 12):
        return f"手机号{'少' if len(digits) == 10 else '多'}1位，请核对。"
    return "手机号应是11位手机号码，请核对。"


class Sent(forms.Form):
    """A form that is sent once: carries the submission's id, and keeps it when shown again."""

    def __init__(self, data=None, **options):
        self.submission = _submission(data.get("submission", "") if data else "")
        super().__init__(data, **options)

    def carried_over(self, **other: str) -> Self:
        """An unjudged form with what was typed into this one, and with `other` answers."""
        fresh = type(self)(initial={name: self[name].value() for name in self.fields} | other)
        fresh.submission = self.submission
        return fresh


def _submission(text: str) -> uuid.UUID:
    """The id the page carried, or a new one where it is damaged: a request is never refused for that."""
    with contextlib.suppress(ValueError):
        return uuid.UUID(text)
    return uuid.uuid4()


class PersonForm(Sent):
    """Who asks and how to reach them, and under which notice."""

    name = Words("称呼", longest=30, required="请填写怎样称呼您，如：刘女士。", one_line=True)
    phone = Phone()
    wants_sms = forms.BooleanField(label="有进展时发短信告诉我", required=False, initial=True)
    notice = forms.CharField(required=False, max_length=20)

    def shown_notice(self) -> PrivacyNotice:
        """The version the page showed; the one in force where the page does not say."""
        shown = PrivacyNotice.objects.filter(version=self.cleaned_data["notice"]).first()
        return shown or current_notice()

    def once(self, *content: str) -> uuid.UUID:
        """The id of this submission with this content: the same page sent twice is one, changed after 返回 it is another."""
        return uuid.uuid5(self.submission, "\0".join([*content, self.cleaned_data["phone"]]))


class ContactForm(PersonForm):
    """The contact of somebody who reports trouble, and whether staff may see it."""

    withheld = forms.BooleanField(label="不让经办人员看到我的联系方式", required=False)
    under_14 = forms.BooleanField(label="反映人不满14周岁", required=False)
    guardian_consents = forms.BooleanField(label="监护人在场并同意填写", required=False)

    def clean(self) -> dict:
        """A child needs a guardian (个人信息保护法 art. 31)."""
        super().clean()
        if self.cleaned_data.get("under_14") and not self.cleaned_data.get("guardian_consents"):
            self.add_error("guardian_consents", "不满14周岁的，请由监护人陪同填写，并勾选“监护人在场并同意填写”。")
        return self.cleaned_data

    def contact(self) -> dict:
        """The fields of `cases.Request` about the person."""
        names = ("name", "phone", "withheld", "wants_sms", "under_14", "guardian_consents")
        return {name: self.cleaned_data[name] for name in names} | {"notice": self.shown_notice()}


class WhereForm(Sent):
    """在什么地方: street and community, grid, compound, and the place in own words."""

    community = forms.CharField(label="街道和社区", error_messages={"required": "请选择所在的街道和社区。"})
    grid = forms.CharField(label="网格", required=False)
    where = forms.CharField(label="小区或道路", required=False)
    compound = forms.CharField(required=False)
    place = Words("地点", longest=60, one_line=True)

    def clean_community(self) -> str:
        """The code of a community in service, or of a street where the community is not known."""
        code = self.cleaned_data["community"]
        found = catalog.place(code)
        if found is None or level_of(code) == Level.GRID:
            raise forms.ValidationError("这个社区不在本区办理范围或已经停用，请重新选择。")
        return code

    def clean_grid(self) -> str:
        """The code of a grid in service; that it lies in the community is seen in `clean`."""
        code = self.cleaned_data["grid"]
        if code and catalog.place(code) is None:
            raise forms.ValidationError("这个网格已经停用，请重新选择，或选“不确定”。")
        return code

    def clean_compound(self) -> places.Found | None:
        """The compound that was chosen, while it is in use."""
        return places.compound(self.cleaned_data["compound"])

    def clean(self) -> dict:
        """The grid belongs to the community; a compound that lies elsewhere was chosen before, and is forgotten."""
        super().clean()
        grid, community = self.cleaned_data.get("grid"), self.cleaned_data.get("community")
        if grid and community and not grid.startswith(community):
            self.add_error("grid", "这个网格不在所选的社区，请重新选择，或选“不确定”。")
        if not places.lies_in(self.cleaned_data.get("compound"), grid or community or ""):
            self.cleaned_data["compound"] = None
        return self.cleaned_data

    def place_asked(self) -> dict:
        """The fields about the place of what an intake gets."""
        data = self.cleaned_data
        compound = data["compound"]
        return {
            "area": Area(code=data["grid"] or data["community"]),
            "compound": Compound(pk=compound.pk) if compound else None,
            "place": data["place"],
        }


class RequestForm(WhereForm, ContactForm):
    """The five questions."""

    category = forms.CharField(label="类别", error_messages={"required": "请选择是哪方面的问题。"})
    detail = forms.CharField(required=False)
    text = Words("情况说明", longest=MAX_TEXT, required="请写一写是什么情况。")

    def clean_category(self) -> str:
        """The code of a top category in use."""
        code = self.cleaned_data["category"]
        if catalog.kind(code) is None:
            raise forms.ValidationError("这个类别现在不能选，请重新选择。")
        return code

    def family(self) -> list[Category]:
        """The chosen top category and its children, the most exact one that was chosen first. One query."""
        code, detail = self.cleaned_data["category"], self.cleaned_data["detail"]
        rows = family(code)
        order = {detail: 0, code: 1}
        return sorted(rows, key=lambda row: order.get(row.code, 2))

    def asking(self, category: Category, photos: list) -> cases.Request:
        """What the intake gets."""
        data, place = self.cleaned_data, self.place_asked()
        return cases.Request(
            category=category,
            text=data["text"],
            submission=self.once(category.code, place["area"].code, data["place"], data["text"]),
            photos=photos,
            **place,
            **self.contact(),
        )


def family(code: str) -> list[Category]:
    """A top category in use with its children in use."""
    rows = Category.objects.active()
    return list(rows.filter(code=code, parent__isnull=True) | rows.filter(parent__code=code, parent__active=True))


class JoinForm(ContactForm):
    """A co-reporter: contact, and what they saw themselves."""

    text = Words("您看到的情况", longest=MAX_TEXT)

    def asking(self, case: Case, photos: list) -> cases.Request:
        """What the intake gets."""
        return cases.Request(
            category=case.category,
            area=case.area,
            text=self.cleaned_data["text"],
            submission=self.once("join", str(case.pk), self.cleaned_data["text"]),
            photos=photos,
            **self.contact(),
        )


class TrackForm(forms.Form):
    """Receipt number and the last four digits of the phone; a consultation, which is public or nothing, asks for none."""

    receipt = forms.CharField(label="受理编号", error_messages={"required": "请填写受理编号。"})
    tail = forms.CharField(label="手机号后四位", required=False)

    def clean_receipt(self) -> str:
        """The number as it is stored; a mistyped one is noticed before anything is looked up."""
        number = clean_receipt(self.cleaned_data["receipt"])
        if not is_receipt(number):
            raise forms.ValidationError("编号不完整或有错字，请照受理凭证核对，如WD261120-0386517、WX261120-0386517。")
        return number

    def clean_tail(self) -> str:
        """Four digits; of a whole number the last four."""
        if self.cleaned_data.get("receipt", "").startswith(CONSULTED):
            return ""
        digits = clean_digits(self.cleaned_data["tail"])
        if not digits:
            raise forms.ValidationError("请填写手机号后四位。")
        if not (digits.isascii() and digits.isdigit() and len(digits) in (4, 11)):
            raise forms.ValidationError("请填写手机号的最后4位数字。")
        return digits[-4:]


class AnswerForm(forms.Form):
    """Is it solved, and is the resident satisfied."""

    outcome = forms.ChoiceField(
        label="问题解决了吗",
        choices=Outcome.choices,
        error_messages={"required": "请选择问题是否解决。", "invalid_choice": "请重新选择问题是否解决。"},
    )
    satisfaction = forms.ChoiceField(
        label="您满意吗",
        choices=Satisfaction.choices,
        required=False,
        error_messages={"invalid_choice": "请重新选择是否满意。"},
    )
    comment = Words("还想说的话", longest=MAX_COMMENT)


class AddForm(Sent):
    """More about the trouble."""

    text = Words("补充情况", longest=MAX_MORE)


class RightsForm(Sent):
    """To see, correct or delete what is held about oneself."""

    kind = forms.ChoiceField(
        label="申请什么", choices=RightsRequest.Kind.choices, error_messages={"required": "请选择申请什么。"}
    )
    name = Words("姓名", longest=30, required="请填写姓名，以便核对身份。", one_line=True)
    phone = Phone("请填写手机号，用于核对身份和答复。")
    receipt = forms.CharField(label="受理编号", required=False)
    text = Words("说明", longest=MAX_MORE)

    def clean_receipt(self) -> str:
        """The number as it is stored, or nothing."""
        typed = clean_text(self.cleaned_data["receipt"])
        number = clean_receipt(typed) if typed else ""
        if number and not is_receipt(number):
            raise forms.ValidationError("编号不完整或有错字，请照受理凭证核对，不记得可以不填。")
        return number
