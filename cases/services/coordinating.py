"""现场查看 and 会商 on a case: who came, what was found, what each agreed to do by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from cases.assignments import Kind
from cases.models import Case, Coordination, Whistle
from cases.services.acting import acting, seat_of
from cases.services.assigning import assign
from cases.services.handling import sign_on_the_way
from cases.states import Action
from common.errors import DomainError
from files.models import Photo
from grids.models import Area, Organization


@dataclass(frozen=True)
class NextStep:
    """约定事项: what one unit, or the street or community of the case, does by when; `owner` is a title, no full name."""

    what: str
    due_at: datetime
    unit: Organization | None = None
    area: Area | None = None
    owner: str = ""


@dataclass(frozen=True)
class Noted:
    """What was written down about one visit or meeting."""

    kind: str
    held_at: datetime
    place: str
    findings: str
    units: Iterable[Organization] = ()
    others: str = ""
    public_text: str = ""
    steps: Iterable[NextStep] = ()
    photos: Iterable[Photo] = ()
    whistle: Whistle | None = None


def note_coordination(
    case: Case, noted: Noted, *, giver: str = "", seen: int | None = None, at: datetime | None = None, by: User
) -> Coordination:
    """Write down a site visit or a meeting; each agreed step becomes an assignment handed out by `giver`.

    `giver` is the seat that decides on the steps, by default the holder's. DomainError where the visit lies ahead, a
    step is due in the past, or a complaint about a colleague would be shown to a unit.
    """
    steps, units = list(noted.steps), list(dict.fromkeys(noted.units))
    with transaction.atomic():
        with acting(case, Action.COORDINATE, by=by, seen=seen, at=at) as turn:
            _refuse(turn.case, noted, steps, turn.at)
            row = Coordination.objects.create(
                case=turn.case,
                whistle=noted.whistle,
                kind=noted.kind,
                held_at=noted.held_at,
                place=noted.place,
                others=noted.others,
                findings=noted.findings,
                public_text=noted.public_text,
                noted_at=turn.at,
                noted_by=by,
            )
            row.units.set(units)
            turn.note, turn.public_text = in_words(row, units), noted.public_text
            turn.photos, turn.photos_public = list(noted.photos), False
            giver = giver or seat_of(turn.case)
            if giver == seat_of(turn.case):
                sign_on_the_way(turn, by)
            else:
                turn.tell(seat_of(turn.case), f"新的{row.get_kind_display()}记录")
            if noted.public_text:
                turn.tell_reporters("您反映的问题有新进展")
        for step in steps:
            assign(
                case,
                step.what,
                kind=Kind.STEP,
                giver=giver,
                unit=step.unit,
                area=step.area,
                due_at=step.due_at,
                owner=step.owner,
                coordination=row,
                at=turn.at,
                by=by,
            )
    return row


def _refuse(case: Case, noted: Noted, steps: list[NextStep], at: datetime) -> None:
    if not noted.findings.strip():
        raise DomainError("请写明看到的情况和商定的意见。")
    if noted.held_at > at:
        raise DomainError("查看或开会的时间不能晚于现在，开过以后再记。")
    if noted.whistle and noted.whistle.case_id != case.pk:
        raise DomainError("这次吹哨不是这件事项的。")
    if case.about_id and any(step.unit for step in steps):
        raise DomainError("反映工作人员的事项不交给单位。")


def in_words(row: Coordination, units: Iterable[Organization]) -> str:
    """The whole record as colleagues read it in the timeline."""
    local = timezone.localtime(row.held_at)
    came = "、".join([unit.name for unit in units] + ([row.others] if row.others else []))
    head = f"{row.get_kind_display()}：{local.month}月{local.day}日 {local:%H:%M}，{row.place}。"
    return f"{head}{f'到场：{came}。' if came else ''}\n{row.findings}"


@dataclass(frozen=True)
class Held:
    """How often people came together over a case."""

    visits: int = 0
    meetings: int = 0

    def __str__(self) -> str:
        found = [(self.visits, "现场查看"), (self.meetings, "会商")]
        return "，".join(f"{word}{count}次" for count, word in found if count)


def held(case_ids: Iterable[int]) -> dict[int, Held]:
    """For each case that has any: 现场查看3次，会商2次. One query."""
    rows = Coordination.objects.filter(case__in=list(case_ids)).values_list("case", "kind").annotate(n=Count("pk"))
    found: dict[int, dict[str, int]] = {}
    for case, kind, count in rows:
        found.setdefault(case, {})["visits" if kind == Coordination.Kind.SITE else "meetings"] = count
    return {case: Held(**counts) for case, counts in found.items()}
