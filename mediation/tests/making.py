"""Disputes for tests: a quarrel about drying racks between two neighbours, invented."""

from datetime import date
from uuid import uuid4

from conftest import GRID, moment
from grids.models import Area
from mediation import services as mediation
from mediation.models import Dispute

NOW = moment("2026-11-23 10:00")
NAMES = ("罗桂枝", "鲁广田")
PHONES = ("13900005678", "13700004321")
ACCOUNT = "罗桂枝说楼上晾的衣服滴水，滴到她家晒的被子上；鲁广田说没地方晾。"


def asked(*mediators, **more) -> mediation.Asked:
    """What is known at the counter."""
    people = [
        mediation.Person("applicant", NAMES[0], PHONES[0], "第一食品厂家属院3号楼2单元501"),
        mediation.Person("respondent", NAMES[1], PHONES[1], "第一食品厂家属院3号楼2单元601"),
    ]
    known = {
        "area": Area.objects.get(code=GRID),
        "category": "0203",
        "account": ACCOUNT,
        "happened_date": date(2026, 11, 20),
        "parties": people,
        "mediators": list(mediators),
        "place": "第一食品厂家属院3号楼2单元501",
        "submission": uuid4(),
    }
    return mediation.Asked(**(known | more))


def open_dispute(*mediators, at=NOW, by=None, **more) -> Dispute:
    """A registered dispute, mediated by these, registered by `by` or the first of them."""
    return mediation.register(asked(*mediators, **more), at=at, by=by or mediators[0])


def terms(**more) -> mediation.Terms:
    """An agreement about the racks."""
    known = {
        "facts": "楼上晾衣滴水，弄湿楼下晒的被子。",
        "points": "楼上拧干再晾，楼下晒被子前先说一声；楼上赔一床被套。",
        "performance": "即日起履行，被套在11月30日前当面交付。",
        "agreed_date": date(2026, 11, 25),
        "perform_until": date(2026, 11, 30),
    }
    return mediation.Terms(**(known | more))


def mediated(dispute: Dispute, by, at=None) -> Dispute:
    """The dispute accepted and mediated once."""
    at = at or moment("2026-11-24 09:00")
    mediation.accept(dispute, at=at, by=by)
    mediation.write_record(dispute, "mediation", "双方都愿意各让一步。", at.date(), at=at, by=by)
    return dispute


def agreed(dispute: Dispute, by, at=None) -> Dispute:
    """The dispute brought to an agreement."""
    mediated(dispute, by)
    mediation.agree(dispute, terms(), at=at or moment("2026-11-25 16:00"), by=by)
    return dispute
