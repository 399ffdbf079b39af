"""Citizens' identity numbers (GB 11643-1999). Pure: no queries, no settings."""

import re
from datetime import date

from common.normalise import clean_digits

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# ISO 7064 MOD 11-2.
_CHECK = "10X98765432"
_SHAPE = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)


def check_digit(first: str) -> str:
    """The eighteenth character that belongs to seventeen digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def clean_id_number(text: str) -> str:
    """Eighteen characters, X in capitals. ValueError with Chinese text that says what is wrong, without repeating it."""
    number = clean_digits(text).upper()
    if len(number) != 18 or not _SHAPE.fullmatch(number):
        raise ValueError("身份证号是18位，请核对")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    if born is None or born.year < 1890:
        raise ValueError("身份证号里的出生日期不对，请核对")
    if check_digit(number[:17]) != number[17]:
        raise ValueError("身份证号最后一位对不上，可能有一位写错，请核对")
    return number


def birth_year(number: str) -> int:
    """The year of birth that a cleaned number tells."""
    return int(number[6:10])


def sex(number: str) -> int:
    """1 male, 2 female (GB/T 2261.1): the seventeenth digit is odd for men."""
    return 1 if int(number[16]) % 2 else 2
