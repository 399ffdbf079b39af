"""What is promised, and what may not be written down. Pure: no queries, no clock."""

import re
import unicodedata
from datetime import datetime, time

from workdays.rules import Span, WorkCalendar

FREE = "代办不收费"
# The one category of `cases` whose cases are errands; its limits stand in cases/data/limits.json.
CATEGORY = "agency"
NO_CARDS = "这里好像写了银行卡号，为了您的钱款安全请删去。代办用不着银行卡号和密码。"
NO_SECRETS = "这里好像写了密码，为了您的钱款安全请删去。代办用不着银行卡号和密码。"

_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ \-]?\d){15,18}(?!\d)")
_SECRET = re.compile(r"(?:密码|口令|验证码|cvv)\D{0,6}\d[\d ]{2,}", re.IGNORECASE)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def promised_by(asked: datetime, *, cut_off: time, later_days: int, calendar: WorkCalendar) -> datetime:
    """Until when an errand asked for at `asked`, an aware local time, is done: the close of a working day.

    Asked on a working day before `cut_off`: of the same day. Otherwise of the `later_days`-th working day, the day of
    asking counted where it is one.
    """
    midnight = asked.replace(hour=0, minute=0, second=0, microsecond=0)
    if calendar.is_workday(asked.date()) and asked.time() < cut_off:
        today = calendar.add(midnight, Span(1, "workday"))
        if asked < today:
            return today
    return calendar.add(midnight, Span(later_days, "workday"))


def promise_in_words(*, cut_off: time, later_days: int) -> str:
    """The rule as residents read it: 工作日 16:00前提出当天办，其余第二个工作日."""
    nth = "一二三四五六七八九"[later_days - 1] if later_days < 10 else str(later_days)
    return f"工作日 {cut_off:%H:%M}前提出当天办，其余第{nth}个工作日"


def secret_in(text: str) -> str:
    """What is wrong with a text that holds a bank card's number or a password; empty where nothing is."""
    plain = unicodedata.normalize("NFKC", text)
    if any(_is_card(re.sub(r"\D", "", found)) for found in _LONG_NUMBER.findall(plain)):
        return NO_CARDS
    return NO_SECRETS if _SECRET.search(plain) else ""


def _is_card(digits: str) -> bool:
    """16 to 19 digits with the check digit of cards, or with 银联's prefix; numbers of identity cards are none."""
    if len(digits) == 18 and _is_identity(digits):
        return False
    return digits.startswith("62") or _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_identity(digits: str) -> bool:
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False)) % 11
    return "10X98765432"[rest] == digits[-1]
