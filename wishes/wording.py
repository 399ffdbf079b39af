"""What may stand on the wall, checked before it is seen by everybody. Pure."""

import re

from common.public_words import SAYS_DOOR, SAYS_NUMBER, named_in, says_building, says_number, says_room
from common.sensitive import mask_numbers
from wishes.models import Wish

_CASH = re.compile("现金|转账|红包|打款|汇款|借钱|微信收款|支付宝")
_SCHOOL = re.compile("小学|中学|幼儿园|学校|[一二三四五六七八九]年级|[0-9]班")


def faults(wish: Wish, title: str, text: str, care_label: str = "") -> dict[str, str]:
    """What is wrong with a public wording: field → what to change. Empty where it may be shown.

    It names nobody: no phone, no name or door of the wisher, no school of a child; no cash is asked for.
    """
    found = {}
    for field, words in (("title", title), ("public_text", text)):
        if not words.strip():
            found[field] = "请填写心愿墙上显示的文字"
        elif wrong := fault(wish, words):
            found[field] = wrong
    if wish.is_childs and care_label:
        found["care_label"] = "孩子的心愿不加标签"
    return found


def fault(wish: Wish, words: str) -> str:
    """What is wrong with words that everybody may read; empty where nothing is."""
    checks = (
        (says_number(words), SAYS_NUMBER),
        (bool(wish.name) and named_in(words, [wish.name.plain]), "里面有心愿人的姓名，请去掉"),
        (says_building(words) or says_room(words), SAYS_DOOR),
        (wish.is_childs and bool(_SCHOOL.search(words)), "孩子的心愿不写学校和班级，请去掉"),
        (bool(_CASH.search(words)), "心愿墙不收现金、不转账，请改写"),
    )
    return next((what for wrong, what in checks if wrong), "")


def without_person(wish: Wish, words: str) -> str:
    """`words` without the wisher's name and door, and without numbers: what people write down outlives what it was for."""
    words = mask_numbers(words)
    if wish.name and len(wish.name.plain) > 1:
        words = words.replace(wish.name.plain, str(wish.name))
    if wish.place:
        hidden = wish.place.plain[len(str(wish.place).rstrip("*")) :]
        words = words.replace(hidden, "****") if len(hidden) > 2 else words
    return words


def says_street_only(wish: Wish, care_label: str) -> bool:
    """True where public pages name the street and not the community: beside a care tag, and for a child."""
    return wish.is_childs or bool(care_label)
