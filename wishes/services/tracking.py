"""How a wisher without an account gets to the wish: its number and the last four digits of the phone."""

from datetime import datetime

from cases.services.tracking import NOT_FOUND, check_tail
from common.errors import DomainError
from common.receipts import clean_receipt
from wishes.models import Wish
from wishes.services.intake import PREFIX


def find_by_number(number: str) -> Wish | None:
    """The wish of this number, typed with or without its prefix."""
    return Wish.objects.filter(number=PREFIX + clean_receipt(number, prefix=PREFIX)[2:]).first()


def open_wish_with_tail(number: str, tail: str, *, at: datetime | None = None) -> Wish:
    """The wish of this number where the phone ends in `tail`; five wrong tails lock it for an hour."""
    wish = find_by_number(number)
    if wish is None or not wish.phone:
        raise DomainError(NOT_FOUND)
    check_tail(wish, tail, at=at)
    return wish
