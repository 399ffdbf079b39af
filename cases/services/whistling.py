"""街道吹哨: the street calls units to the spot by a time. Who came, and who did not, is read off their assignments."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.assignments import Kind, State
from cases.models import Case, Whistle
from cases.services.acting import acting
from cases.services.assigning import assign, end
from cases.services.handling import sign_on_the_way
from cases.states import Action
from common.errors import DomainError
from grids.levels import Level, code_at
from grids.models import Organization

# Whoever is called further ahead than this is invited to a meeting, not whistled for.
LATEST = timedelta(days=30)
NOT_COME = "没有到场"


def whistle(
    case: Case,
    units: Iterable[Organization],
    *,
    place: str,
    arrive_by: datetime,
    purpose: str,
    seen: int | None = None,
    at: datetime | None = None,
    by: User,
) -> Whistle:
    """Call `units` to `place` by `arrive_by`; each gets an assignment, the resident reads that they were called.

    DomainError where the street does not hold the case, a whistle is under way, the time is past or further off than
    30 days, no unit is named, or the case is a complaint about a colleague.
    """
    called = list(dict.fromkeys(units))
    if not called:
        raise DomainError("请至少选一个单位。")
    if not place.strip() or not purpose.strip():
        raise DomainError("请写明在哪里集合、请单位来做什么。")
    with transaction.atomic():
        with acting(case, Action.WHISTLE, by=by, seen=seen, at=at) as turn:
            _refuse(turn.case, arrive_by, turn.at)
            sign_on_the_way(turn, by)
            street = code_at(turn.case.area_id, Level.STREET)
            row = Whistle.objects.create(
                case=turn.case,
                area_id=street,
                place=place,
                arrive_by=arrive_by,
                purpose=purpose,
                called_at=turn.at,
                called_by=by,
            )
            turn.note = f"{_moment(arrive_by)}前到{place}。{purpose}"
            turn.public_text = f"已约{len(called)}个单位，{_moment(arrive_by)}前到现场"
        for unit in called:
            assign(
                case,
                purpose,
                kind=Kind.WHISTLE,
                giver=row.seat,
                unit=unit,
                due_at=arrive_by,
                whistle=row,
                at=turn.at,
                by=by,
            )
    return row


def _refuse(case: Case, arrive_by: datetime, at: datetime) -> None:
    if case.level != Level.STREET or case.handling_unit_id:
        raise DomainError("事项由街道办理时才能吹哨。")
    if case.about_id:
        raise DomainError("反映工作人员的事项不吹哨。")
    if arrive_by <= at:
        raise DomainError("到场时间要晚于现在。")
    if arrive_by > at + LATEST:
        raise DomainError(f"到场时间最晚在{LATEST.days}天以内。")
    if case.whistles.filter(ended_at__isnull=True).exists():
        raise DomainError("这件事项已经在吹哨，请先结束上一次。")


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def end_whistle(whistle: Whistle, outcome: str, *, at: datetime | None = None, by: User) -> None:
    """结束吹哨: what came of it. Units that did not come are released with that said; who came may still report."""
    if not outcome.strip():
        raise DomainError("请写明现场结果。")
    with transaction.atomic():
        with acting(whistle.case, Action.WHISTLE_END, by=by, at=at) as turn:
            over = Whistle.objects.filter(pk=whistle.pk, ended_at__isnull=True)
            if not over.update(ended_at=turn.at, ended_by=by, outcome=outcome):
                raise DomainError("这次吹哨刚刚已经结束。")
            turn.note = outcome
        for row in whistle.assignments.open().exclude(state=State.ARRIVED).order_by("pk"):
            end(row, "吹哨已经结束" if row.state == State.RETURN_ASKED else NOT_COME, at=turn.at, by=by)
    whistle.refresh_from_db()
