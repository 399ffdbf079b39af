"""Initials of names: surnames with readings of their own, compound surnames, names that are not Chinese."""

import pytest

from households.pinyin import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("刘玉芳", "lyf"), ("曾国华", "zgh"), ("解小东", "xxd"), ("查良", "zl"), ("单雄信", "sxx"), ("仇英", "qy"),
        ("朴树", "ps"), ("区大伟", "odw"), ("任丽", "rl"), ("华罗庚", "hlg"), ("盖文", "gw"), ("员外", "yw"),
        ("尉迟恭", "ycg"), ("万俟明", "mqm"), ("长孙无忌", "zswj"), ("澹台明", "ttm"), ("欧阳娜", "oyn"),
        ("石磊", "sl"), ("沈红", "sh"), ("冼星海", "xxh"), ("吕敏", "lm"),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_a_surname(name, expected):
    assert initials(name) == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("乐嘉", ("yj", "lj")), ("覃辉", ("qh", "th")), ("翟志刚", ("zzg", "dzg")), ("单于飞", ("cyf", "syf")),
        ("王晟", ("ws", "wc")),
    ],
)  # fmt: skip
def test_every_reading_that_people_use_is_kept(name, expected):
    assert initials(name) == expected


def test_at_most_four_alternatives_are_kept():
    assert len(initials("覃乐强晟")) == 4


def test_names_that_are_not_chinese_keep_their_letters():
    assert initials("Ali Hasan") == ("alihasan",)
    assert initials("阿依古丽·买买提") == ("ayglmmt",)
    assert initials("李ABC") == ("labc",)


@pytest.mark.parametrize("name", ["", " ", "😀", "123", "·"])
def test_nothing_to_read_gives_nothing(name):
    assert initials(name) == ()
