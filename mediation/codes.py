"""Code lists of GB/T 31000-2015 for disputes: scale (5.55), category (5.56), way of resolving (5.58). Pure."""

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
# 人民调解: what a community's own committee does.
PEOPLES_MEDIATION = "0103"
INDIVIDUAL = "01"


@cache
def _lists() -> dict[str, dict[str, str]]:
    return json.loads((DATA / "gbt31000_disputes.json").read_text(encoding="utf-8"))


def scales() -> dict[str, str]:
    """事件规模: code → words."""
    return _lists()["scale"]


def categories() -> dict[str, str]:
    """事件类别: code of two or four digits → words."""
    return _lists()["category"]


def ways() -> dict[str, str]:
    """化解方式: code of two or four digits → words."""
    return _lists()["way"]


def grouped(codes: dict[str, str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups for a select: (name of the two digits, its four-digit codes); one without any stands for itself."""
    tops = {code: words for code, words in codes.items() if len(code) == 2}
    return [
        (words, [(code, said) for code, said in codes.items() if len(code) == 4 and code[:2] == top] or [(top, words)])
        for top, words in tops.items()
    ]


def finest(codes: dict[str, str]) -> frozenset[str]:
    """Codes one may choose: no group that has finer codes."""
    return frozenset(code for _, rows in grouped(codes) for code, _ in rows)


def said(codes: dict[str, str], code: str) -> str:
    """邻里纠纷，相邻污染损害防止; a code we do not know stays as it is."""
    words, top = codes.get(code, code), codes.get(code[:2], "")
    return f"{top}，{words}" if len(code) == 4 and top else words
