"""Personal values that print masked wherever they turn up: pages, logs, tracebacks, exports."""

import re
from collections.abc import Callable
from typing import Any, Never

from django.utils.html import escape

# Surnames of two characters still met in Henan; everybody else's surname is one character.
_COMPOUND_SURNAME = re.compile(
    "欧阳|上官|司马|司徒|诸葛|皇甫|尉迟|公孙|慕容|夏侯|东方|端木|令狐|独孤|南宫|长孙|宇文|申屠|轩辕|钟离|闻人|淳于|单于"
    "|太史|公冶|濮阳|澹台|赫连|百里|呼延|东郭|西门|公羊|万俟"
)
# How people are called: no given name in it, so masking would hide nothing.
_APPELLATION = re.compile(
    "女士|先生|小姐|阿姨|大爷|大娘|大妈|大叔|大婶|大哥|大姐|奶奶|爷爷|师傅|老师|同志|同学|医生|老板|经理|主任|书记|老人"
)
_NUMBER = r"[0-9０-９A-Za-z一二三四五六七八九十百甲乙丙丁]+"
_BUILDING = re.compile(rf"^.*?{_NUMBER}(?:号楼|#楼|＃楼|栋|幢|座|#|＃)")
_NAMED_PLACE = re.compile(r"^.*(?:小区|家属院|社区|花园|公寓|庭院|胡同|街道|大街|路|街|巷|村|镇|乡|院|区|县|市)")

# Numbers in the middle of words.
_DIGITS = re.compile(r"\d{11}")
_WRITTEN_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_WRITTEN_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?![0-9A-Za-z])")


def _mask_phone(plain: str) -> str:
    if len(plain) >= 11:
        return f"{plain[:3]}****{plain[-4:]}"
    return f"****{plain[-2:]}" if len(plain) >= 7 else "****"


def _mask_id_number(plain: str) -> str:
    return f"{plain[:6]}********{plain[-4:]}" if len(plain) >= 15 else "****"


def _mask_name(plain: str) -> str:
    compound = _COMPOUND_SURNAME.match(plain)
    surname = compound.group() if compound else plain[:1]
    return plain if _APPELLATION.fullmatch(plain[len(surname) :]) else f"{surname}*"


def _mask_address(plain: str) -> str:
    kept = _BUILDING.match(plain) or _NAMED_PLACE.match(plain)
    shown = kept.group() if kept else ""
    return shown if shown == plain else f"{shown}****"


_MASKS: dict[str, Callable[[str], str]] = {
    "name": _mask_name,
    "phone": _mask_phone,
    "id_number": _mask_id_number,
    "address": _mask_address,
}
KINDS = frozenset(_MASKS)


def mask(plain: str, kind: str) -> str:
    """The masked form of `plain`: 138****1234, 411002********0018, 刘*, 健康路3号楼****; "" stays "".

    `kind` is one of KINDS, else KeyError. Appellations such as 刘女士 stay, they are how people are called.
    """
    return _MASKS[kind](plain) if plain else ""


def mask_numbers(text: str) -> str:
    """`text` without the middle of mobile and identity numbers somebody wrote into it."""
    if not _DIGITS.search(text):
        return text
    hidden = _WRITTEN_ID_NUMBER.sub(lambda found: mask(found.group(), "id_number"), text)
    return _WRITTEN_PHONE.sub(lambda found: mask(found.group(), "phone"), hidden)


class Sensitive:
    """A personal value: masked in str, repr, format and templates; `.plain` is the value.

    Equal only to a Sensitive of the same kind and value, hashable, never pickled, unknown to JSON encoders.
    """

    __slots__ = ("_plain", "kind")

    _plain: str
    kind: str

    def __init__(self, plain: str, kind: str):
        if kind not in KINDS:
            raise ValueError(f"unknown kind of personal value: {kind}")
        if not isinstance(plain, str):
            raise TypeError("a personal value is a str")
        object.__setattr__(self, "_plain", plain)
        object.__setattr__(self, "kind", kind)

    @property
    def plain(self) -> str:
        """The value itself, for the one service that reveals it, or that sends something to it."""
        return self._plain

    def __setattr__(self, name: str, value: Any) -> Never:
        raise AttributeError("a personal value does not change")

    def __str__(self) -> str:
        return mask(self.plain, self.kind)

    def __repr__(self) -> str:
        return f"<Sensitive {self.kind} {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __html__(self) -> str:
        return escape(str(self))

    def __bool__(self) -> bool:
        return bool(self.plain)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sensitive):
            return NotImplemented
        return (self.kind, self.plain) == (other.kind, other.plain)

    def __hash__(self) -> int:
        return hash((self.kind, self.plain))

    def __copy__(self) -> "Sensitive":
        return self

    def __deepcopy__(self, memo: Any) -> "Sensitive":
        return self

    def __reduce_ex__(self, protocol: Any) -> Never:
        raise TypeError("a personal value is not pickled: pass the row's id")
