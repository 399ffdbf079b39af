"""Guesses a category from words. A first guess for imports: staff put it right with 调整分类."""

import json
from functools import lru_cache
from pathlib import Path

OTHER = "other"
_TABLE = Path(__file__).parent / "data" / "keywords.json"


@lru_cache(maxsize=1)
def _table() -> list[tuple[str, str]]:
    """(word, category code) pairs; the order says which wins where several fit."""
    return [(word, code) for word, code in json.loads(_TABLE.read_text(encoding="utf-8"))]


def guess(subject: str, text: str = "") -> str:
    """Code of the category whose first keyword stands in the subject, else in the text; `other` where none does."""
    for words in (subject, text):
        for word, code in _table():
            if word in words:
                return code
    return OTHER


def words_of() -> list[str]:
    """All keywords, in the order of the table."""
    return [word for word, _ in _table()]
