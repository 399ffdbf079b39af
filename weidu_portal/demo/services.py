"""What stands in the neighbourhood, invented: units and their partnerships, owners' bodies, chat groups, centres, points, pairings."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from grids.levels import Level
from grids.models import (
    Area,
    ChatGroup,
    Compound,
    Inspection,
    InspectionMark,
    Organization,
    OwnersBody,
    OwnersBodyStep,
    Partnership,
    Post,
    Posting,
    ServiceCentre,
    ServicePoint,
    Standard,
    StandardItem,
)
from households.models import Household, Pairing, PairingDeed
from weidu_portal.demo import names
from weidu_portal.demo.people import IN_OFFICE_SINCE, XINCUN

UNITS = 48
_OFFERS = ("法律咨询", "义诊和健康讲座", "帮助联系维修队伍", "青少年课后托管", "困难群众走访慰问", "电动车充电设施协调")
_POINTS = (
    ("service", "便民理发点", "老人理发，行动不便的上门", None),
    ("service", "爱心早餐点", "六十岁以上老人早餐优惠", None),
    ("service", "小家电维修点", "小家电、雨伞、自行车修理", None),
    ("employment", "档发加工就业点", "档发加工，计件，可以带回家做", 12),
    ("employment", "手工编织就业点", "手工编织，时间灵活", 6),
)
_DEEDS = (
    "上门走访，帮助检查燃气管线",
    "陪同到医院取药",
    "帮助申请临时救助",
    "联系家电维修",
    "送去过冬用品",
    "帮助孩子联系课后托管",
)
_COURSE = (
    OwnersBody.Step.PREPARING, OwnersBody.Step.PUBLISHED, OwnersBody.Step.ELECTED, OwnersBody.Step.FILED,
    OwnersBody.Step.RENEWING,
)  # fmt: skip


def add_units() -> None:
    """Departments up to the 48 of the district's account, and property companies; those that are missing."""
    kinds = (Organization.Kind.DISTRICT_OFFICE, Organization.Kind.DEPARTMENT)
    there = Organization.objects.filter(kind__in=kinds).count()
    rows = [_unit(number, name) for number, name in enumerate(names.UNITS[: max(0, UNITS - there)], start=1)]
    rows += [
        Organization(code=f"shifan-wuye-{number}", name=name, kind=Organization.Kind.PROPERTY, demonstration=True)
        for number, name in enumerate(names.PROPERTY_COMPANIES, start=1)
    ]
    if not Organization.objects.filter(demonstration=True, code="shifan-wuye-1").exists():
        Organization.objects.bulk_create(rows)


def _unit(number: int, name: str) -> Organization:
    return Organization(
        code=f"shifan-{number:02d}",
        name=name,
        kind=Organization.Kind.DEPARTMENT,
        phone=f"0374-0000{500 + number}",
        order=200 + number,
        demonstration=True,
    )


def add(rng: Random, *, thin: int = 1, at: datetime) -> int:
    """Everything else of the neighbourhood (one community in `thin`), unless it was done before; returns how many rows."""
    if ServiceCentre.objects.filter(demonstration=True).exists():
        return 0
    today, chen = timezone.localdate(at), User.objects.get(username="chen")
    communities = list(Area.objects.in_service().on(Level.COMMUNITY).order_by("code"))
    communities = [area for number, area in enumerate(communities) if number % thin == 0 or area.pk == XINCUN]
    _hotlines(communities)
    count = _partnerships(rng, communities)
    count += _owners_bodies(rng, today, chen)
    count += _chat_groups(rng, communities, today)
    count += _centres(rng, communities, today, chen)
    count += _points(rng, communities)
    return count + _pairings(rng, today)


def _hotlines(communities: list[Area]) -> None:
    """A plainly artificial number for communities that have none."""
    silent = [area for area in communities if not area.phone]
    for number, area in enumerate(silent):
        area.phone, area.hours = f"0374-0000{600 + number}", "每天8:00–20:00"
    Area.objects.bulk_update(silent, ["phone", "hours"])


def _partnerships(rng: Random, communities: list[Area]) -> int:
    """Each community has a unit in charge; every third compound one that is paired with it."""
    kinds = (Organization.Kind.DISTRICT_OFFICE, Organization.Kind.DEPARTMENT)
    units = list(Organization.objects.active().filter(kind__in=kinds).order_by("order", "code")[:UNITS])

    def row(number: int, area: str, kind: str, compound: Compound | None = None) -> Partnership:
        contact = names.person(rng)
        return Partnership(
            unit=units[number % len(units)],
            area_id=area,
            compound=compound,
            kind=kind,
            contact=f"{contact[0]}主任",
            contact_phone=f"0374-0000{number % 1000:03d}",
            offers="、".join(rng.sample(_OFFERS, 2)),
            valid_from=IN_OFFICE_SINCE,
        )

    rows = [row(number, area.pk, Partnership.Kind.IN_CHARGE) for number, area in enumerate(communities)]
    for number, compound in enumerate(Compound.objects.filter(demonstration=True).order_by("pk")[::3]):
        rows.append(row(number, compound.area_id, Partnership.Kind.PAIRED, compound))
    return len(Partnership.objects.bulk_create(rows, batch_size=1000))


def _owners_bodies(rng: Random, today: date, by: User) -> int:
    """Two compounds of five have a body, at every step of its course."""
    compounds = Compound.objects.filter(demonstration=True, kind__in=("estate", "work_unit")).order_by("pk")
    bodies, steps = [], []
    for number, compound in enumerate(compounds):
        if rng.random() >= 0.4:
            continue
        reached = number % len(_COURSE)
        begun = today - timedelta(days=rng.randrange(100, 500) + (1900 if reached == 4 else 0))
        filed = begun + timedelta(days=90) if reached >= 3 else None
        body = OwnersBody(
            compound=compound,
            kind=OwnersBody.Kind.OWNERS if compound.kind == "estate" else OwnersBody.Kind.PROPERTY,
            step=_COURSE[reached],
            members=rng.choice((5, 7, 9)) if reached >= 2 else None,
            term_from=filed,
            term_to=filed + timedelta(days=5 * 365) if filed else None,
        )
        bodies.append(body)
        for position, step in enumerate(_COURSE[: reached + 1]):
            on = today - timedelta(days=20) if position == 4 else begun + timedelta(days=30 * position)
            steps.append(OwnersBodyStep(body=body, step=step, happened_date=on, noted_by=by))
    OwnersBody.objects.bulk_create(bodies, batch_size=1000)
    OwnersBodyStep.objects.bulk_create(steps, batch_size=1000)
    return len(bodies)


def _grids(communities: list[Area]) -> list[Area]:
    codes = {area.pk for area in communities}
    return [area for area in Area.objects.in_service().on(Level.GRID).order_by("code") if area.code[:12] in codes]


def _chat_groups(rng: Random, communities: list[Area], today: date) -> int:
    post = Post.objects.get(code="grid_worker")
    rows = [
        ChatGroup(
            area=grid,
            name=f"{grid.full_name.partition('街道')[2]}居民{number}群",
            owner_post=post,
            households=rng.randrange(18, 60),
            counted_date=today - timedelta(days=rng.randrange(1, 60)),
        )
        for grid in _grids(communities)
        for number in range(1, rng.choice((1, 2)) + 1)
    ]
    return len(ChatGroup.objects.bulk_create(rows, batch_size=1000))


def _centres(rng: Random, communities: list[Area], today: date, by: User) -> int:
    """A centre for each community; three of four were inspected, two of three of those passed."""
    standards = {standard.setting: standard for standard in Standard.objects.all()}
    centres = [
        ServiceCentre(
            area=area,
            standard=standards.get(area.kind or "urban"),
            name=f"{area.name}党群服务中心",
            address=f"{area.name}便民路1号",
            hours="周一至周六8:30–18:00",
            phone=f"0374-0000{number % 1000:03d}",
            offers="社保查询、老年证办理、高龄津贴申请、便民打印",
            size_m2=rng.randrange(120, 600, 20),
            demonstration=True,
        )
        for number, area in enumerate(communities)
    ]
    ServiceCentre.objects.bulk_create(centres)
    _inspections(rng, centres, today, by)
    return len(centres)


def _inspections(rng: Random, centres: list[ServiceCentre], today: date, by: User) -> None:
    items: dict[int, list[StandardItem]] = {}
    for item in StandardItem.objects.filter(retired_date__isnull=True).order_by("pk"):
        items.setdefault(item.standard_id, []).append(item)
    inspections = [
        Inspection(
            centre=centre,
            inspected_date=today - timedelta(days=rng.randrange(5, 90)),
            noted_by=by,
            passed=number % 3 != 0,
        )
        for number, centre in enumerate(centres)
        if number % 4 != 3
    ]
    Inspection.objects.bulk_create(inspections)
    marks = list(_marks(inspections, items))
    InspectionMark.objects.bulk_create(marks, batch_size=1000)


def _marks(inspections: list[Inspection], items: dict[int, list[StandardItem]]) -> Iterator[InspectionMark]:
    for inspection in inspections:
        for position, item in enumerate(items.get(inspection.centre.standard_id, ())):
            missing = not inspection.passed and position == 2
            note = "房间正在改造" if missing else ""
            yield InspectionMark(inspection=inspection, item=item, is_met=not missing, note=note)


def _points(rng: Random, communities: list[Area]) -> int:
    """Two points for each community; some are full, some closed for now."""
    rows = []
    for number, area in enumerate(communities):
        for kind, name, offers, openings in (_POINTS[number % 3], _POINTS[3 + number % 2]):
            contact = names.person(rng)
            rows.append(
                ServicePoint(
                    area=area,
                    kind=kind,
                    name=f"{area.name}{name}",
                    offers=offers,
                    address=f"{area.name}便民路{rng.randrange(2, 60)}号",
                    hours="每天8:00–18:00",
                    contact=f"{contact[0]}师傅",
                    phone=f"0374-0000{(300 + number) % 1000:03d}",
                    openings=openings,
                    state=rng.choices(list(ServicePoint.State), (7, 2, 1))[0],
                    demonstration=True,
                )
            )
    return len(ServicePoint.objects.bulk_create(rows))


def _pairings(rng: Random, today: date) -> int:
    """Each cadre is paired with one household of the grid, one with a care tag where there is one; some deeds are noted."""
    cadres = dict(Posting.objects.current().filter(post__code="grid_first_secretary").values_list("area_id", "user_id"))
    homes: dict[str, int] = {}
    rows = Household.objects.filter(demonstration=True, area__in=cadres).exclude(kind="vacant")
    for area, pk in rows.order_by("care_tags__set_at", "pk").values_list("area_id", "pk"):
        homes.setdefault(area, pk)
    pairings = [
        Pairing(household_id=pk, user_id=cadres[area], valid_from=today - timedelta(days=rng.randrange(60, 300)))
        for area, pk in homes.items()
    ]
    Pairing.objects.bulk_create(pairings, batch_size=1000)
    deeds = [
        PairingDeed(
            pairing=pairing,
            happened_date=today - timedelta(days=rng.randrange(1, 50)),
            text=rng.choice(_DEEDS),
            noted_by_id=pairing.user_id,
        )
        for pairing in pairings
        for _ in range(rng.choice((0, 1, 2)))
    ]
    PairingDeed.objects.bulk_create(deeds, batch_size=1000)
    return len(pairings)
