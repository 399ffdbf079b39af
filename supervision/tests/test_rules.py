"""Which order may follow which, and from when on a deadline is urged."""

from itertools import product

import pytest

from conftest import moment
from supervision.rules import Kind, Last, Standing, next_kind, urged_before, why_not
from workdays import calendar

FAILED = {Standing.OVERDUE, Standing.REFUSED}
ANEW = {Standing.OVER, Standing.MOVED}


def expected(kind: Kind, standing: Standing) -> Kind | None:
    if kind == Kind.URGE or standing in ANEW:
        return Kind.FIRST
    heavier = {Kind.FIRST: Kind.SECOND, Kind.SECOND: Kind.CIRCULAR}
    return heavier.get(kind) if standing in FAILED else None


@pytest.mark.parametrize(("kind", "standing"), list(product(Kind, Standing)))
def test_what_follows_each_order_as_it_stands(kind, standing):
    assert next_kind(Last(kind, standing)) == expected(kind, standing)


def test_the_first_order_needs_none_before_it():
    assert next_kind(None) == Kind.FIRST


@pytest.mark.parametrize(
    ("kind", "standing", "words"),
    [
        (Kind.FIRST, Standing.WAITING, "还没有到答复期限"),
        (Kind.SECOND, Standing.ANSWERED, "先决定是否认可"),
        (Kind.FIRST, Standing.RETURNING, "申请退回"),
        (Kind.CIRCULAR, Standing.OVERDUE, "提请联席研判"),
        (Kind.CIRCULAR, Standing.REFUSED, "提请联席研判"),
    ],
)
def test_where_nothing_may_follow_a_sentence_says_why(kind, standing, words):
    assert words in why_not(Last(kind, standing))


@pytest.mark.parametrize(
    ("at", "before"),
    [
        ("2026-11-25 08:29", "2026-11-24 00:00"),  # Wednesday, before opening: what was due before Tuesday
        ("2026-11-25 08:30", "2026-11-25 00:00"),
        ("2026-11-25 23:00", "2026-11-25 00:00"),
        ("2026-11-28 12:00", "2026-11-27 00:00"),  # Saturday: still Friday's
        ("2026-11-30 08:00", "2026-11-27 00:00"),
        ("2026-11-30 08:30", "2026-11-30 00:00"),  # Monday: what was due on Friday and at the weekend
        ("2026-10-05 10:00", "2026-09-30 00:00"),  # the holiday: its last working day before
        ("2026-10-08 08:30", "2026-10-08 00:00"),
    ],
)
def test_urging_begins_with_the_working_day_after_the_deadline(ground, at, before):
    assert urged_before(moment(at), calendar.current()) == moment(before)
