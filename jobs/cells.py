"""Cells of an uploaded sheet as form fields: what people type into them, what is wrong with it and how to put it right."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from common.normalise import clean_digits, clean_phone, clean_text

_NUMERALS = {name: number for number, name in enumerate("零一二三四五六七八九十")}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
# Excel counts days from here (with its leap day of 1900 passed over).
_EPOCH = date(1899, 12, 30)
_CLEAN = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LOST = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_CLOCK = re.compile(r"(.*?)[ T]+(\d{1,2})[:：时](\d{1,2})分?(?::\d{1,2})?")
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", re.ASCII)
_MOST_YUAN = Decimal("9999999.99")
_REGISTER = re.compile(r"[0-9A-Za-z年月日第号字〔〕\[\]()（）\-_/.]+")


class Fault(forms.ValidationError):
    """What is wrong with a cell, and how to put it right."""

    def __init__(self, problem: str, remedy: str):
        super().__init__(problem)
        self.remedy = remedy


class Cell(forms.Field):
    """Text of one cell. An empty one is "", or a Fault where the column is required."""

    empty: Any = ""

    def clean(self, value: Any) -> Any:
        """The value the text stands for. Fault where it stands for none."""
        if not value:
            if self.required:
                raise Fault("没有填写", "请填写")
            return self.empty
        return self.read(value)

    def read(self, text: str) -> Any:
        """The value of text that is not empty."""
        raise NotImplementedError


class Words(Cell):
    """Words of at most `longest` characters on one line, without invisible ones."""

    def __init__(self, longest: int, **options: Any):
        super().__init__(**options)
        self.longest = longest

    def read(self, text: str) -> str:
        words = text if text.isalnum() and text.isprintable() else " ".join(clean_text(text).split())
        if not words:
            raise Fault("没有看得见的文字", "请重新填写")
        if len(words) > self.longest:
            raise Fault(f"超过{self.longest}个字", "请删减")
        return words


class OneOf(Cell):
    """One of the labels of a drop-down; reads as its code. `also`: other words people use for a code."""

    def __init__(self, choices: Mapping[Any, str], *, also: Mapping[str, Any] | None = None, **options: Any):
        super().__init__(**options)
        self.labels = list(choices.values())
        self.codes = {label: code for code, label in choices.items()} | dict(also or {})

    def read(self, text: str) -> Any:
        if text not in self.codes:
            raise Fault("没有这个选项", f"填其中一个：{'、'.join(self.labels)}")
        return self.codes[text]


class Whole(Cell):
    """A whole number from `least` to `most`; `unit` words may follow it (3号楼, 2单元)."""

    empty = None

    def __init__(self, least: int, most: int, *, units: tuple[str, ...] = (), **options: Any):
        super().__init__(**options)
        self.least, self.most, self.units = least, most, units

    def read(self, text: str) -> int:
        core = text
        for unit in self.units:
            core = core.removesuffix(unit)
        digits = core if core.isdigit() and core.isascii() else clean_digits(core)
        if not (digits.isdigit() and digits.isascii()):
            meant = _NUMERALS.get(core)
            raise Fault("写法不统一" if meant else "不是数字", f"填数字：{meant}" if meant else "请填数字，如3")
        if not self.least <= int(digits[:9]) <= self.most:
            raise Fault("数字不对", f"应在{self.least}到{self.most}之间")
        return int(digits)


class YesNo(Cell):
    """是 or 否."""

    empty = None
    labels = ["是", "否"]

    def read(self, text: str) -> bool:
        if text not in self.labels:
            raise Fault("看不出是不是", "填“是”或“否”")
        return text == "是"


class Mobile(Cell):
    """An 11-digit mobile number, as digits."""

    def read(self, text: str) -> str:
        if _CLEAN.fullmatch(text):
            return text
        if _LOST.fullmatch(text):
            raise Fault("被存成了科学计数法，数字已经丢失", "把这一列设为文本，重新填11位手机号")
        try:
            return clean_phone(text)
        except ValueError:
            pass
        count = len(clean_digits(text))
        lacks = f"少{11 - count}位" if 7 < count < 11 else f"多{count - 11}位" if 11 < count < 14 else "不是手机号"
        raise Fault(lacks, "应为11位手机号；固定电话不填在这里")


class OfficePhone(Words):
    """An office number; private mobiles are refused, since it is printed and shown."""

    def read(self, text: str) -> str:
        words = super().read(text)
        if re.fullmatch(r"1[3-9]\d{9}", clean_digits(words)):
            raise Fault("这是个人手机号", "这里填公开的办公电话")
        return words


class Day(Cell):
    """A date, written 2026-12-04, 2026/12/4, 2026年12月4日, or as the number a spreadsheet keeps for it."""

    empty = None

    def read(self, text: str) -> date:
        if text.isdigit() and text.isascii() and 20000 <= int(text[:9]) <= 80000:
            return _EPOCH + timedelta(days=int(text))
        found = _DATE.fullmatch(text)
        try:
            return date(*map(int, found.groups()))
        except (AttributeError, ValueError):
            raise Fault("看不出日期", "写成2026-12-04") from None


class Moment(Cell):
    """A date with or without a time of day, as an aware local time; without one the day begins."""

    empty = None

    def read(self, text: str) -> datetime:
        found = _CLOCK.fullmatch(text)
        day = Day().read(found[1] if found else text)
        try:
            at = datetime(day.year, day.month, day.day, *map(int, found.groups()[1:] if found else ()))
        except ValueError:
            raise Fault("看不出时间", "写成2026-12-04或2026-12-04 09:30") from None
        return timezone.make_aware(at)


class Yuan(Cell):
    """An amount of money in yuan, above zero, with at most two decimals."""

    empty = None

    def read(self, text: str) -> Decimal:
        core = text.strip().removeprefix("¥").removeprefix("￥").removesuffix("元").replace("，", ",").strip()
        if not _AMOUNT.fullmatch(core):
            raise Fault("不是数字", "填金额，如200或200.50")
        amount = Decimal(core.replace(",", ""))
        if len(amount.as_tuple().digits) > 15:
            # Spreadsheets keep 8.2 as 8.1999999999999993 and show fifteen digits.
            amount = Decimal(f"{float(amount):.15g}")
        if amount <= 0:
            raise Fault("金额要大于0", "退款和冲回在账本页面办理")
        if amount > _MOST_YUAN:
            raise Fault("金额超过一千万元", "请核对")
        if amount != amount.quantize(Decimal("0.01")):
            raise Fault("小数超过两位", "金额最多写到分")
        return amount.quantize(Decimal("0.01"))


class RegisterNumber(Words):
    """A number in a paper register. It is shown unmasked, so it is digits, letters and strokes: no names, no phones."""

    def read(self, text: str) -> str:
        words = super().read(text)
        if not _REGISTER.fullmatch(words):
            raise Fault("登记号里有别的文字", "只写数字、字母和短横线，如2026-017")
        if re.search(r"\d{11}", words):
            raise Fault("数字太长，像电话号码", "只写登记簿上的编号，如2026-017")
        return words
