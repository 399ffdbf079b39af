"""What tests of lead and co-handling units share: the units' people, and a case in the hands of a unit."""

from datetime import datetime

from cases import services as cases
from cases.models import Assignment, Case
from conftest import moment, posted
from grids.models import Organization

MONDAY = moment("2026-11-23 10:00")
LEAD, FIRST, SECOND = "zhujian", "chengguan", "gongshui"


def unit(code: str) -> Organization:
    """A unit by its code."""
    return Organization.objects.get(code=code)


def worker_of(code: str):
    """A person who handles for a unit."""
    return posted(f"of_{code}", "郭立", "郭科长", "unit_worker", unit=code)


def at_unit(case: Case, *helpers: str, qian, sun, at: datetime | None = None) -> list[Assignment]:
    """The case handed out to the lead unit, with these co-handlers; their tasks in that order."""
    for _ in range(3):
        cases.escalate(case, "本级办不了", at=at, by=qian)
    cases.collect(case, at=at, by=qian)
    cases.hand_out(case, unit(LEAD), "请查明原因并修好", helpers=[unit(code) for code in helpers], at=at, by=sun)
    return list(case.assignments.order_by("pk"))


def give_back(case: Case, reason: str, *, by, decided_by, at: datetime | None = None) -> None:
    """The unit asks to give the case back, and 区委办 agrees."""
    asked = cases.ask_return(case, reason, at=at, by=by)
    cases.decide(asked, agreed=True, at=at, by=decided_by)
    case.refresh_from_db()
