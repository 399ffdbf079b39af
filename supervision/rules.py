"""Which supervision order may follow which, and when the portal urges by itself. Pure.

催办 → 督办单 → 第二次督办单 → 通报: each next one only when the answer to the one before did not come in time or did not do.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import models

from workdays.rules import Span, WorkCalendar

# Standing reporters of one trouble, and reopenings of one case, from which on the portal proposes an order.
MANY_REPORTERS = 3
MANY_REOPENINGS = 2


class Kind(models.TextChoices):
    """The steps of supervision, each heavier than the one before."""

    URGE = "urge", "催办"
    FIRST = "first", "督办单"
    SECOND = "second", "第二次督办单"
    CIRCULAR = "circular", "通报"


class State(models.TextChoices):
    """How far an order is. `ENDED`: it fell away, because the case or the task ended or a heavier order took its place."""

    PROPOSED = "proposed", "建议督办"
    ISSUED = "issued", "已发出"
    ACCEPTED = "accepted", "已落实"
    DISMISSED = "dismissed", "不督办"
    ENDED = "ended", "已结束"


class Standing(models.TextChoices):
    """How the newest order of a case stands."""

    WAITING = "waiting", "等待答复"
    OVERDUE = "overdue", "到期未答复"
    REFUSED = "refused", "答复未获认可"
    ANSWERED = "answered", "已答复，待认可"
    RETURNING = "returning", "申请退回"
    MOVED = "moved", "事项已转给别的单位"
    OVER = "over", "已结束"


# Numbered papers: they share one sequence a year. 催办 is a reminder, and 通报 carries the number of the office's own paper.
NUMBERED = (Kind.FIRST, Kind.SECOND)
_HEAVIER = {Kind.FIRST: Kind.SECOND, Kind.SECOND: Kind.CIRCULAR}
_FAILED = (Standing.OVERDUE, Standing.REFUSED)
_ANEW = (Standing.OVER, Standing.MOVED)
WHY_NOT = {
    Standing.WAITING: "前一份{kind}还没有到答复期限，到期没有答复或者答复未获认可再发下一份。",
    Standing.ANSWERED: "承办单位已经答复前一份{kind}，请先决定是否认可。",
    Standing.RETURNING: "承办单位申请退回前一份{kind}，请先决定。",
}
AFTER_CIRCULAR = "已经通报过，仍没有落实的，请提请联席研判。"


@dataclass(frozen=True)
class Last:
    """The newest order of a case that a person issued, and how it stands."""

    kind: Kind
    standing: Standing


def next_kind(last: Last | None) -> Kind | None:
    """The order that may be issued now, None where none may. 催办 does not count: it asks for no answer."""
    if last is None or last.kind == Kind.URGE or last.standing in _ANEW:
        return Kind.FIRST
    return _HEAVIER.get(last.kind) if last.standing in _FAILED else None


def why_not(last: Last) -> str:
    """Why no order may follow `last`, as a sentence for the person who would issue it."""
    return WHY_NOT.get(last.standing, AFTER_CIRCULAR).format(kind=last.kind.label)


def urged_before(at: datetime, calendar: WorkCalendar) -> datetime:
    """The moment before which a deadline must lie so that the holder is urged by `at`: the midnight of a working day.

    Urged on the working day after the deadline, from its first working moment on: what was due on Friday or at the
    weekend is urged on Monday at opening.
    """
    here = calendar.add(at, Span(0, "minute"))  # the same moment on the district's clock
    midnight = datetime.combine(here.date(), time.min, tzinfo=here.tzinfo)
    while not calendar.is_workday(midnight.date()) or calendar.add(midnight, Span(0, "workday")) > at:
        midnight -= timedelta(days=1)
    return midnight
