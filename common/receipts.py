"""Receipt numbers: prefix + yymmdd + six random digits + check digit, e.g. WD2611230481592.

The check digit is H. M. Damm's (Total anti-symmetrische Quasigruppen, Marburg 2004): every wrong digit and every
pair of swapped neighbours is noticed before a query is made.
"""

import re
import secrets
import unicodedata
from datetime import date

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_RECEIPT = re.compile(r"[A-Z]{2}[0-9]{13}")
_LOOKALIKES = str.maketrans("OQILZ", "00112")


def new_receipt(prefix: str = "WD", *, on: date) -> str:
    """A number nobody can guess from another one; may clash (1 in a million a day), so insert under UNIQUE and retry."""
    digits = f"{on:%y%m%d}{secrets.randbelow(1_000_000):06d}"
    return f"{prefix}{digits}{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Damm's check digit; over digits that already end in theirs it is 0."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def is_receipt(text: str) -> bool:
    """Whether `text`, as `clean_receipt` gives it, is well-formed and its check digit fits."""
    return bool(_RECEIPT.fullmatch(text)) and check_digit(text[2:]) == 0


def clean_receipt(text: str, *, prefix: str = "WD") -> str:
    """What people type as a receipt number, in the form it is stored; check it with `is_receipt`.

    Full width, lower case, spaces, hyphens, a missing prefix and letters that look like digits are put right.
    """
    typed = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())
    if typed[:1].isdigit():
        typed = prefix + typed
    return typed[:2] + typed[2:].translate(_LOOKALIKES)
