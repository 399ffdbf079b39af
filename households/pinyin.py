"""Pinyin initials of names, so that lyf finds 刘玉芳. Pure. Dictionaries read surnames as words: our table corrects them."""

import re
import unicodedata
from itertools import product

from pypinyin import Style, lazy_pinyin

# Readings as a surname where the everyday reading starts with another letter, or where bearers differ: every one is
# kept. Checked against 现代汉语词典 and 汉语大字典; a surname not listed is read as pypinyin reads it.
_SURNAMES = {
    "曾": "zeng", "解": "xie", "查": "zha", "单": "shan", "仇": "qiu", "朴": "piao", "区": "ou", "任": "ren",
    "华": "hua", "盖": "ge", "员": "yun", "乐": "yue le", "覃": "qin tan", "翟": "zhai di", "缪": "miao", "繁": "po",
    "种": "chong", "秘": "bi mi", "折": "she zhe", "冼": "xian", "洗": "xian", "黑": "he", "能": "nai",
    "召": "shao zhao", "柏": "bai", "尉": "wei yu", "蔚": "yu wei", "宓": "mi fu", "隗": "wei kui", "郗": "xi chi",
    "郇": "xun huan", "幺": "yao", "么": "yao", "谌": "chen shen", "都": "du", "石": "shi", "祭": "zhai",
    "牟": "mou", "车": "che", "便": "pian", "盛": "sheng", "粘": "nian zhan", "行": "xing hang", "句": "gou",
    "藏": "zang", "莘": "shen xin", "不": "fou", "校": "xiao", "奇": "ji qi", "宿": "su", "强": "qiang jiang",
    "番": "pan fan", "费": "fei bi", "沈": "shen", "长": "chang zhang", "重": "chong", "晟": "cheng sheng",
    "佴": "nai", "适": "kuo", "参": "shen", "郄": "qie xi", "隽": "juan jun", "乜": "nie mie", "訾": "zi",
}  # fmt: skip
_COMPOUNDS = {
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai", "乐正": "yue zheng",
    "欧阳": "ou yang", "令狐": "ling hu", "诸葛": "zhu ge", "上官": "shang guan", "夏侯": "xia hou", "濮阳": "pu yang",
}  # fmt: skip
# Two people share these two characters: the compound surname, or a surname of one character with a given name.
_ALSO_SINGLE = frozenset({"单于"})
# Characters of given names that are read with two initials.
_GIVEN = {
    "茜": "qx", "晟": "sc", "朝": "zc", "长": "cz", "行": "xh", "乐": "ly", "盛": "sc", "重": "zc", "藏": "zc",
    "曾": "zc", "强": "qj", "莘": "sx", "骑": "qj",
}  # fmt: skip
MOST_ALTERNATIVES = 4
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿𠀀-𲎯]")
_LETTER = re.compile(r"[a-z]+")


def initials(name: str) -> tuple[str, ...]:
    """The pinyin initials of `name`, lower case, most likely reading first, at most four: 曾国强 → ("zgq",).

    Letters stay as they are (Ali Hasan → alihasan); characters without a reading are left out. () for nothing to read.
    """
    name = unicodedata.normalize("NFKC", name).lower()
    ways = [[*([surname] if surname else []), *_given(rest)] for surname, rest in _split(name)]
    found = ("".join(chosen) for parts in ways for chosen in product(*parts))
    return tuple(dict.fromkeys(text for text in found if text))[:MOST_ALTERNATIVES]


def _split(name: str) -> list[tuple[list[str] | None, str]]:
    """Initials of the surname, and the rest of the name; twice where the first two characters may be either."""
    ways: list[tuple[list[str] | None, str]] = []
    if reading := _COMPOUNDS.get(name[:2]):
        ways.append((["".join(word[0] for word in reading.split())], name[2:]))
        if name[:2] not in _ALSO_SINGLE:
            return ways
    if reading := _SURNAMES.get(name[:1]):
        ways.append((list(dict.fromkeys(word[0] for word in reading.split())), name[1:]))
    return ways or [(None, name)]


def _given(text: str) -> list[list[str]]:
    """One list of initials per character of the rest; a run of letters is one part."""
    parts: list[list[str]] = []
    for run in re.findall(rf"{_HAN.pattern}+|[a-z]+", text):
        if _LETTER.fullmatch(run):
            parts.append([run])
            continue
        read = lazy_pinyin(run, style=Style.FIRST_LETTER, errors="ignore")
        if len(read) != len(run):
            parts.extend([letter] for letter in read)
            continue
        parts.extend(list(_GIVEN.get(character, letter)) for character, letter in zip(run, read, strict=True))
    return parts
