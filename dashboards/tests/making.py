"""Cases of every kind by the hundred, written as rows: figures are a function of the row, not of how it came about."""

import random
from datetime import date, datetime, timedelta

from django.utils import timezone

from cases.models import Case, Category
from cases.states import Channel, ClosingLevel, MatterClass, Outcome, Satisfaction, Status
from grids.models import Area, Organization

FIRST = datetime(2026, 8, 1, tzinfo=timezone.get_default_timezone())


def scatter(count: int, *, seed: int = 7, days: int = 110, streets=("411002005", "411002008")) -> list[Case]:
    """`count` cases over two streets and `days` days from 1 August 2026, some at the edges of days; inserted at once."""
    chance = random.Random(seed)
    grids = [
        code for street in streets
        for code in Area.objects.filter(level=1, code__startswith=street).order_by("code").values_list("code", flat=True)[:25]
    ]  # fmt: skip
    categories = list(Category.objects.filter(parent__isnull=False).order_by("pk").values_list("pk", flat=True)[:6])
    units = list(Organization.objects.filter(takes_cases=True).order_by("pk").values_list("pk", flat=True)[:3])
    rows = [_case(chance, seed, number, grids, categories, units, days) for number in range(count)]
    return Case.objects.bulk_create(rows)


def _moment(chance: random.Random, earliest: datetime, days: int) -> datetime:
    """Some time later; one in five falls on the last or first minute of a local day."""
    found = earliest + timedelta(minutes=chance.randrange(1, days * 1440))
    if chance.random() < 0.2:
        midnight = timezone.localtime(found).replace(hour=0, minute=0, second=0, microsecond=0)
        found = max(midnight + timedelta(minutes=chance.choice([-1, 0])), earliest)
    return found


def _case(chance, series: int, number: int, grids, categories, units, days: int) -> Case:
    created = _moment(chance, FIRST, days)
    sign_by = created + timedelta(hours=4)
    signed = created + timedelta(hours=chance.randrange(1, 9)) if chance.random() < 0.85 else None
    case = Case(
        number=f"T{series:06d}{number:06d}",
        category_id=chance.choice(categories), channel=chance.choice(Channel.values), text="楼道灯不亮",
        area_id=(place := chance.choice(grids)), origin_area_id=place, level=chance.randrange(1, 5),
        matter_class=chance.choice(MatterClass.values), created_at=created, received_at=created,
        sign_by=sign_by, warn_at=created + timedelta(days=2), due_at=created + timedelta(days=chance.randrange(1, 40)),
        climb_at=created + timedelta(days=3), first_sign_by=sign_by, first_signed_at=signed, signed_at=signed,
        signs=(signs := chance.randrange(0, 4)), late_signs=chance.randrange(0, signs + 1),
        extensions=chance.randrange(0, 2), returns=chance.choice([0, 0, 1, 2]), reopenings=chance.choice([0, 0, 0, 1]),
        status=chance.choice([Status.RECEIVED, Status.HANDLING, Status.CONFIRMING, Status.SUSPENDED, Status.REFUSED,
                              Status.WITHDRAWN, *[Status.CLOSED] * 8]),
    )  # fmt: skip
    if case.level == 4 and chance.random() < 0.7:
        case.handling_unit_id = chance.choice(units)
    if case.status in (Status.CONFIRMING, Status.CLOSED):
        _answer(chance, case)
    return case


def _answer(chance, case: Case) -> None:
    case.resolved_at = _moment(chance, case.created_at, 30)
    case.answered_in_time = case.resolved_at <= case.due_at
    case.outcome = chance.choice([*Outcome.values, ""])
    case.satisfaction = chance.choice([*Satisfaction.values, ""])
    if case.status == Status.CLOSED:
        case.closed_at = _moment(chance, case.resolved_at, 9)
        case.closed_level = chance.choice(ClosingLevel.values)
        case.minutes_grid = chance.randrange(0, 2000)
        case.minutes_street = chance.choice([None, chance.randrange(0, 9000)])
        case.minutes_total = case.minutes_grid + (case.minutes_street or 0)


def local_day(moment: datetime) -> date:
    """The day of a moment, as offices count it."""
    return timezone.localdate(moment)
