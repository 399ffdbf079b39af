"""Cases on their way through the district."""

import pytest
from django.utils import timezone

from cases import services as cases
from cases.services.acting import OFFICE_UNIT, unit_of
from conftest import XINCUN
from grids.models import Organization
from supervision.services import reviewing


@pytest.fixture
def climbed(make_case, zhao):
    """climbed(title): a case the street passed up to the district, open for review."""

    def make(title="六一路涵洞雨后积水", *, area=XINCUN, at=None, why="泵站归市政管理，超出街道职责", **more):
        at = at or timezone.now()
        case = make_case(area=area[:9], category="road-flood", at=at, **more)
        cases.set_title(case, title, by=zhao)
        cases.escalate(case, why, at=at, by=zhao)
        return case

    return make


@pytest.fixture
def accepted(climbed, qian):
    """accepted(title): reviewed by 区委组织部, listed in the open weekly ledger, waiting at 区委办."""

    def make(title="六一路涵洞雨后积水", **more):
        case = climbed(title, **more)
        reviewing.accept(case, reviewing.Opinion(unit("zhujian"), (unit("chengguan"),), "建议列入管网改造"), by=qian)
        return case

    return make


def unit(code: str) -> Organization:
    """A unit by its code."""
    return Organization.objects.get(code=code)


def office_holds(case) -> bool:
    """Whether 区委办 has to hand it out."""
    case.refresh_from_db()
    return case.handling_unit_id == unit_of(OFFICE_UNIT).pk
