"""我报的: cases and wishes one's own visits opened, and where each stands now, to answer at the door."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q, QuerySet

from accounts.models import User
from cases.models import Case
from cases.states import NOT_ENDED
from cases.states import Status as CaseStatus
from households.models import Household
from visits.models import Finding
from wishes.models import Wish
from wishes.states import NOT_ENDED as WISHES_NOT_ENDED

# As one walks, so that a door's things stand together; the youngest first behind each.
ORDER = (
    "visit__household__compound_id",
    "visit__household__building_no",
    "visit__household__unit_no",
    "visit__household__room_order",
    "visit__household_id",
    "-id",
)
_CASE_RUNS = Q(case__status__in=NOT_ENDED) | Q(case__status=CaseStatus.MERGED, case__merged_into__status__in=NOT_ENDED)
_WISH_RUNS = Q(wish__status__in=WISHES_NOT_ENDED) | Q(wish__case__status__in=NOT_ENDED)


@dataclass(frozen=True)
class Raised:
    """One thing raised: what it is, who has it now, until when, in words for the door. `url` is empty where the
    reader may not open it any more.
    """

    kind: str
    number: str
    title: str
    detail: str
    said_on: date
    level: int
    unit: str
    state: str
    is_open: bool
    due_state: tuple[str, str] | None
    url: str


def of(user: User, *, ended: bool) -> QuerySet[Finding]:
    """What the user's own visits opened: under way, or ended."""
    rows = Finding.objects.filter(visit__visitor=user)
    running = rows.filter(_CASE_RUNS | _WISH_RUNS)
    rows = rows.exclude(pk__in=running.values("pk")) if ended else running
    return rows.select_related(
        "visit__household__compound",
        "line__topic",
        "case__handling_unit",
        "case__merged_into__handling_unit",
        "wish__case__handling_unit",
        "wish__case__merged_into__handling_unit",
    )


def by_household(findings: list[Finding], user: User) -> list[tuple[Household, list[Raised]]]:
    """Findings in the order of ORDER, gathered by household; two queries say what may be opened."""
    cases = [case.pk for case in map(_case, findings) if case]
    may_open = set(Case.objects.visible_to(user).filter(pk__in=cases).values_list("pk", flat=True))
    wishes = [one.wish_id for one in findings if one.wish_id]
    may_read = set(Wish.objects.visible_to(user).filter(pk__in=wishes).values_list("pk", flat=True))
    return [
        (household, [_told(one, may_open, may_read) for one in rows])
        for household, rows in groupby(findings, key=lambda one: one.visit.household)
    ]


def _case(finding: Finding) -> Case | None:
    """The case that carries on: of the finding itself, or what its wish became."""
    found = finding.case or (finding.wish.case if finding.wish_id else None)
    return found.live if found else None


def _told(finding: Finding, may_open: set[int], may_read: set[int]) -> Raised:
    case, wish = _case(finding), finding.wish
    if case is not None:
        return Raised(
            kind="微心愿转事项" if wish else "事项",
            number=case.number,
            title=_title(finding),
            detail=_detail(finding),
            said_on=finding.visit.happened_date,
            level=case.level,
            unit=case.handling_unit.name if case.handling_unit_id else "",
            state=case.status_label,
            is_open=case.status in NOT_ENDED,
            due_state=case.due_state,
            url=case.get_absolute_url() if case.pk in may_open else "",
        )
    return Raised(
        kind="微心愿",
        number=wish.number,
        title=_title(finding),
        detail=_detail(finding),
        said_on=finding.visit.happened_date,
        level=wish.level,
        unit="",
        state=wish.status_label,
        is_open=wish.status in WISHES_NOT_ENDED,
        due_state=None,
        url=wish.get_absolute_url() if wish.pk in may_read else "",
    )


def _title(finding: Finding) -> str:
    """The topic, as the visitor chose it."""
    return finding.line.topic.name if finding.line else "走访时说的事"


def _detail(finding: Finding) -> str:
    return finding.line.detail if finding.line else ""
