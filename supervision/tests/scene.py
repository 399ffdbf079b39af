"""What tests of orders share: a case in a unit's hands, an order on it, an answer to it."""

from datetime import timedelta

from cases import services as cases
from cases.services import assigning
from grids.models import Organization
from supervision.services import ordering

DEMAND, WHY = "请说明为什么没有办完，并报整改时间", "超过办理期限6天"


def unit(code: str = "zhujian") -> Organization:
    """A unit by its code."""
    return Organization.objects.get(code=code)


def handed_out(case, at, *, zhao, qian, sun, due_at=None, code: str = "zhujian"):
    """The case after it climbed to the district and was given to a unit."""
    if case.level < 3:
        from cases.models import Case

        Case.objects.filter(pk=case.pk).update(level=3)
        case.refresh_from_db()
    cases.escalate(case, "超出街道职责", at=at, by=zhao)
    cases.collect(case, at=at, by=qian)
    cases.hand_out(case, unit(code), "请修复路灯", due_at=due_at, at=at, by=sun)
    return case


def order_on(case, at, *, by, days: int = 3, kind=None):
    """An order on the case, to be answered in some days."""
    kind = kind or ordering.may_issue(case, at=at)
    due = at + timedelta(days=days)
    return ordering.issue(case, kind, demand=DEMAND, answer_by=due, why=WHY, at=at, by=by)


def answer(order, at, *, by, text: str = "已派工，11月30日前修好"):
    """The unit's answer."""
    assigning.report(order.assignment, text, at=at, by=by)
    order.refresh_from_db()
