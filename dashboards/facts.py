"""What is counted about a case, and on which of its days: each count once, as SQL for the totals and as rows for the list.

Every count is a function of the case's own row and of nothing else, which is what lets a total be kept by adding and
taking away. Days are local days.
"""

from dataclasses import dataclass

from django.db.models import F, Q

from cases.states import ENDED, ClosingLevel, Outcome, Satisfaction, Status

# The three moments of a case whose days figures are asked for.
RECEIVED, ANSWERED, CLOSED = "created_at", "resolved_at", "closed_at"


@dataclass(frozen=True)
class Fact:
    """One count: its column in the totals, the moment whose day it belongs to, its SQL over `c`, the rows behind it."""

    code: str
    day: str
    name: str
    sql: str
    rows: Q


def _one_of(column: str, value: object) -> str:
    return f"(c.{column} = '{value}')::int"


def _closed(code: str, level: ClosingLevel) -> Fact:
    sql = f"(c.closed_level = {int(level)})::int"
    return Fact(code, CLOSED, f"{level.label}办结", sql, Q(closed_level=level))


_SAYS = "(c.outcome IN ('solved', 'partly', 'unsolved'))::int"
_OTHERWISE = [status for status in ENDED if status != Status.CLOSED]
_LIST = ", ".join(f"'{status.value}'" for status in _OTHERWISE)

FACTS = (
    Fact("received", RECEIVED, "收到", "1", Q()),
    Fact(
        "signed",
        RECEIVED,
        "已首次签收",
        "(c.first_signed_at IS NOT NULL AND c.first_sign_by IS NOT NULL)::int",
        Q(first_signed_at__isnull=False, first_sign_by__isnull=False),
    ),
    Fact(
        "responded",
        RECEIVED,
        "首次签收及时",
        "coalesce(c.first_signed_at <= c.first_sign_by, false)::int",
        Q(first_signed_at__lte=F("first_sign_by")),
    ),
    Fact("signs", RECEIVED, "应签收", "c.signs", Q(signs__gt=0)),
    Fact("late_signs", RECEIVED, "超时签收", "c.late_signs", Q(late_signs__gt=0)),
    Fact("extended", RECEIVED, "延期", "(c.extensions > 0)::int", Q(extensions__gt=0)),
    Fact("returned", RECEIVED, "退回", "(c.returns > 0)::int", Q(returns__gt=0)),
    Fact("reopened", RECEIVED, "重新办理", "(c.reopenings > 0)::int", Q(reopenings__gt=0)),
    Fact("otherwise", RECEIVED, "其他方式结束", f"(c.status IN ({_LIST}))::int", Q(status__in=_OTHERWISE)),
    Fact(
        "answered",
        ANSWERED,
        "已答复",
        "(c.answered_in_time IS NOT NULL)::int",
        Q(answered_in_time__isnull=False),
    ),
    Fact("in_time", ANSWERED, "按期答复", "coalesce(c.answered_in_time, false)::int", Q(answered_in_time=True)),
    Fact("told", ANSWERED, "说了是否解决", _SAYS, Q(outcome__in=Outcome.values)),
    Fact("solved", ANSWERED, "已解决", _one_of("outcome", Outcome.SOLVED.value), Q(outcome=Outcome.SOLVED)),
    Fact("partly", ANSWERED, "部分解决", _one_of("outcome", Outcome.PARTLY.value), Q(outcome=Outcome.PARTLY)),
    Fact("rated", ANSWERED, "作出评价", "(c.satisfaction <> '')::int", ~Q(satisfaction="")),
    Fact(
        "content",
        ANSWERED,
        "满意和基本满意",
        "(c.satisfaction IN ('satisfied', 'fairly'))::int",
        Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIRLY]),
    ),
    _closed("closed_compound", ClosingLevel.COMPOUND),
    _closed("closed_grid", ClosingLevel.GRID),
    _closed("closed_community", ClosingLevel.COMMUNITY),
    _closed("closed_street", ClosingLevel.STREET),
    _closed("closed_district", ClosingLevel.DISTRICT),
    Fact(
        "well_closed",
        CLOSED,
        "解决诉求",
        "(c.outcome <> 'unsolved')::int",
        ~Q(outcome=Outcome.UNSOLVED),
    ),
)
BY_CODE = {fact.code: fact for fact in FACTS}
COLUMNS = tuple(BY_CODE)
CLOSED_AT = ("closed_compound", "closed_grid", "closed_community", "closed_street", "closed_district")
# Which rows have a fact of that moment at all; a case that went back to work after closing keeps no closing fact.
STANDS = {
    RECEIVED: ("true", Q()),
    ANSWERED: ("c.resolved_at IS NOT NULL", Q(resolved_at__isnull=False)),
    CLOSED: (
        "c.status = 'closed' AND c.closed_at IS NOT NULL",
        Q(status=Status.CLOSED, closed_at__isnull=False),
    ),
}

# Working minutes a closed case needed, altogether and at each level.
TIMES = ("total", "grid", "community", "street", "district")
DAY_MINUTES = 390  # half past three and three hours, workdays.rules.DEFAULT_HOURS
_STEPS = ((DAY_MINUTES, 30), (10 * DAY_MINUTES, DAY_MINUTES // 2))


def bucket(minutes: int) -> int:
    """`minutes` rounded up as times are shown: to half hours up to a day, half days up to ten, days beyond.

    Rising everywhere, so the percentile of the rounded times is the rounded percentile: a histogram loses nothing.
    """
    step = next((step for limit, step in _STEPS if minutes <= limit), DAY_MINUTES)
    return -(-minutes // step) * step


def bucket_sql(column: str) -> str:
    """The same in SQL."""
    cases = " ".join(
        f"WHEN {column} <= {limit} THEN ({column} + {step - 1}) / {step} * {step}" for limit, step in _STEPS
    )
    return f"CASE {cases} ELSE ({column} + {DAY_MINUTES - 1}) / {DAY_MINUTES} * {DAY_MINUTES} END"
