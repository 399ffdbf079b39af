"""How a reporter without an account gets to the case: receipt number and the last four digits of the phone."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.utils import timezone

from cases.models import Report
from common.errors import DomainError
from common.receipts import clean_receipt

MAX_FAILURES = 5
LOCKED_FOR = timedelta(hours=1)
# One sentence for an unknown number and a wrong tail: the page must not say which numbers exist.
NOT_FOUND = "编号和手机号后四位对不上，请核对后再试。连续输错5次会锁定1小时。"
LOCKED = "输错次数较多，为保护您的信息，这个编号已锁定1小时。着急可以拨打12345，或到社区查询。"


def open_with_tail(receipt: str, tail: str, *, at: datetime | None = None) -> Report:
    """The report of this receipt where the phone ends in `tail`; DomainError otherwise, see `check_tail`."""
    report = Report.objects.select_related("case").filter(receipt=clean_receipt(receipt)).first()
    if report is None or not report.phone:
        raise DomainError(NOT_FOUND)
    check_tail(report, tail, at=at)
    return report


def check_tail(row: Any, tail: str, *, at: datetime | None = None) -> None:
    """DomainError unless the row's phone ends in `tail`; five wrong tails lock the row for an hour.

    `row` is of any model with `phone`, `tail_failures` and `locked_until`. Every try counts before it is compared, so parallel guesses
    cannot slip through.
    """
    at = at or timezone.now()
    rows = type(row)._default_manager.filter(pk=row.pk)
    free = Q(locked_until__isnull=True) | Q(locked_until__lte=at)
    counted = rows.filter(free).update(
        tail_failures=Choose(When(locked_until__isnull=False, then=Value(1)), default=F("tail_failures") + 1),
        locked_until=Choose(
            When(Q(tail_failures__gte=MAX_FAILURES, locked_until__isnull=True), then=Value(at + LOCKED_FOR)),
            default=Value(None),
        ),
    )
    row.refresh_from_db(fields=["tail_failures", "locked_until"])
    if not counted or row.locked_until:
        raise DomainError(LOCKED)
    if row.phone.plain[-4:] != tail:
        if row.tail_failures >= MAX_FAILURES:
            rows.update(locked_until=at + LOCKED_FOR)
            raise DomainError(LOCKED)
        raise DomainError(NOT_FOUND)
    rows.update(tail_failures=0, locked_until=None)
