"""Errands of the demonstration: invented, told through the real services, at every step."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from agency import services as agency
from agency.models import AgencyItem, AgencyRequest
from agency.states import SignedAs, Step
from cases import services as cases
from cases.models import Case
from cases.states import Outcome, Satisfaction
from grids.levels import Level
from grids.models import Area
from weidu_portal.demo.moments import Moments
from weidu_portal.demo.people import BEIDA, XINCUN, Staff

SOURCE = "demo-errand"
_NAMES = ("马奶奶", "孙大爷", "郭阿姨", "白奶奶", "田大爷", "丁女士")
_WORDS = {
    "certificate": "居住证明，给孙子报名上学用",
    "insurance": "今年的医保没缴上，帮着看看",
    "other": "水表要换新的，帮着约一下",
}
_MONEY = {"water": ("100", "36.50"), "electricity": ("200", "0"), "heating": ("1500", "13.80")}
# item, how far, how many, began at least and at most so many working days ago, how often papers were missing (one in …)
STORIES = (
    ("heating", Step.SIGNED, 16, 2, 28, 8),
    ("electricity", Step.SIGNED, 9, 2, 28, 0),
    ("water", Step.SIGNED, 7, 2, 28, 7),
    ("certificate", Step.SIGNED, 5, 2, 20, 3),
    ("heating", Step.DONE, 1, 0, 0, 0),
    ("insurance", Step.GOING, 1, 0, 0, 0),
    ("certificate", Step.ACCEPTED, 1, 0, 0, 1),
    ("heating", Step.ASKED, 2, 0, 0, 0),
    ("other", Step.ASKED, 1, 0, 0, 0),
)


def add(rng: Random, staff: Staff, *, thin: int = 1, at: datetime) -> int:
    """Tell the errands that are missing: all of them once, none afterwards; returns how many."""
    if Case.objects.filter(reports__source=SOURCE).exists():
        return 0
    moments, told = Moments(at, rng), 0
    items = {item.code: item for item in AgencyItem.objects.all()}
    areas = _areas()
    for code, until, count, latest, earliest, lacking in STORIES:
        for number in range(-(-count // thin)):
            told += 1
            area = areas[0] if told % 2 or until != Step.SIGNED else areas[told % len(areas)]
            begun = moments.at_office(rng.randint(latest, earliest))
            errand = _ask(items[code], area, begun, told, staff)
            _run(errand, until, staff, at=at, lacks=bool(lacking) and number % lacking == 0)
    return told


def _ask(item: AgencyItem, area: Area, at: datetime, told: int, staff: Staff) -> AgencyRequest:
    by_phone = told % 3 != 0
    return agency.ask(
        agency.Asked(
            item=item,
            area=area,
            way="home" if told % 4 else "centre",
            words=_WORDS.get(item.code, ""),
            channel="phone" if by_phone else "web",
            door=f"第一食品厂家属院{1 + told % 6}号楼{1 + told % 3}单元{1 + told % 5}01",
            name=_NAMES[told % 6],
            phone=f"1380000{5000 + told:04d}",
            source=SOURCE,
            source_id=str(told),
        ),
        at=at,
        by=staff.worker(f"area:{area.code}") if by_phone else None,
    )


def _run(errand: AgencyRequest, until: Step, staff: Staff, *, at: datetime, lacks: bool) -> None:
    """Step by step, a quarter of an hour each; nothing is told that has not happened by `at`."""
    by = staff.worker(f"area:{errand.case.area_id}")
    moment = errand.asked_at
    steps = [(Step.ACCEPTED, agency.accept, {}), (Step.GOING, agency.go, {}), (Step.DONE, agency.finish, {})]
    for step, verb, more in [*steps, (Step.SIGNED, agency.hand_back, {"note": _note(errand)})]:
        if errand.step == until or (moment := moment + timedelta(minutes=15)) > at:
            return
        verb(errand, **more, at=moment, by=by)
        if step == Step.ACCEPTED and lacks and (moment := moment + timedelta(minutes=10)) <= at:
            agency.lack(errand, "缴费卡或户口本", at=moment, by=by)
    _confirm(errand, min(moment + timedelta(hours=2), at))


def _note(errand: AgencyRequest) -> agency.HandBack:
    what = (
        "证明一份，证件原样带回" if errand.item.code not in _MONEY else f"{errand.item.name.removeprefix('缴')}票据一张"
    )
    received, returned = _MONEY.get(errand.item.code, (None, None))
    return agency.HandBack(
        what, SignedAs.SELF, received=received and Decimal(received), returned=returned and Decimal(returned)
    )


def _confirm(errand: AgencyRequest, at: datetime) -> None:
    case = Case.objects.get(pk=errand.case_id)
    cases.confirm(case, Outcome.SOLVED, Satisfaction.SATISFIED, report=case.reports.get(), at=at)


def _areas() -> list[Area]:
    """第三网格 of 新村社区 first, then first grids of communities of 北大街道."""
    firsts = Area.objects.in_service().filter(level=Level.GRID, code__startswith=BEIDA, code__endswith="001")
    return [Area.objects.get(code=f"{XINCUN}003"), *firsts.order_by("code")]
