"""What residents may read about a consultation: nobody's number, nobody's door. Pure."""

from common import public_words
from common.errors import DomainError


def fault(words: str) -> str:
    """What is wrong with words everybody may read; empty where nothing is."""
    if public_words.says_number(words):
        return public_words.SAYS_NUMBER
    return public_words.SAYS_DOOR if public_words.says_room(words) else ""


def fit(what: str, words: str) -> str:
    """The words without stray spaces; DomainError where they may not stand in public, or say nothing."""
    words = words.strip()
    if not words:
        raise DomainError(f"请填写{what}。")
    if wrong := fault(words):
        raise DomainError(f"{what}{wrong}。")
    return words
