"""Errands as residents see them: what is done for them and how fast, and how far one's own has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from agency.figures import Shares, shares_by
from agency.models import AgencyEvent, AgencyItem, AgencyRequest
from agency.rules import CATEGORY
from agency.states import Step, Way
from cases.models import Case, Report
from cases.states import ENDED
from public import catalog

COUNTED_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Guide:
    """An item with what it takes and how it went lately."""

    item: AgencyItem
    shares: Shares


@dataclass(frozen=True)
class Rung:
    """One of the five steps: state is passed, now or empty."""

    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Told:
    """One's own errand. `mine` where the reader is who asked for it: only then money and signature are told."""

    row: AgencyRequest
    rungs: list[Rung]
    mine: bool
    ended: bool

    @property
    def sentence(self) -> str:
        """What happens now, in plain words."""
        row = self.row
        if row.step == Step.SIGNED:
            return f"已经办好，{row.handed_back}已交给您。"
        if self.ended:
            return ""
        if row.missing:
            return f"还缺：{row.missing}。补齐以后接着办。"
        back = "票据和找零会送到您家里。" if row.way == Way.HOME else "票据和找零请到社区来取。"
        return {
            Step.ASKED: "已经收到，会与您联系，约好见面的时间。",
            Step.ACCEPTED: "已经受理，正在准备材料。",
            Step.GOING: "正在替您去办。",
            Step.DONE: f"已经办好，{back}",
        }[Step(row.step)]


def guides() -> list[Guide]:
    """What one can ask for, with the shares of the last 90 days in the district; at most a minute old. Two queries."""
    return catalog.remembered("errands", _guides)


def guide(code: str) -> Guide | None:
    """The guide of this item, while it is offered."""
    return next((found for found in guides() if found.item.code == code), None)


def _guides() -> list[Guide]:
    now = timezone.now()
    found = shares_by(AgencyRequest.objects.all(), F("item_id"), since=now - COUNTED_FOR, until=now)
    return [Guide(item, found.get(item.pk, Shares())) for item in AgencyItem.objects.active()]


def asked_with(report: Report) -> AgencyRequest | None:
    """The errand of a report's own case; asks the database only for cases of that category."""
    if report.case.category.code != CATEGORY:
        return None
    return AgencyRequest.objects.select_related("item").filter(case=report.case_id).first()


def tell(report: Report, case: Case) -> Told | None:
    """The errand behind a progress page; asks the database only where there is one."""
    if case.pk != report.case_id or (row := asked_with(report)) is None:
        return None
    came = dict(AgencyEvent.objects.filter(request=row).order_by("number").values_list("to_step", "at"))
    steps = list(Step)
    here = steps.index(Step(row.step))
    rungs = [
        Rung(
            step.label,
            "now" if place == here and step != Step.SIGNED else "passed" if place <= here else "",
            came.get(step) if place <= here else None,
        )
        for place, step in enumerate(steps)
    ]
    return Told(row, rungs, report.is_first, case.status in ENDED)
