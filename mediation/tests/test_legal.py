"""Service days, legal services, and the figures of an area and a period."""

from datetime import date

import pytest

from common.errors import DomainError
from conftest import XINCUN, moment
from grids.models import Area
from mediation import services as mediation
from mediation.models import LegalService, ServiceDay
from mediation.tests.making import NOW, agreed, mediated, open_dispute

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)


@pytest.fixture
def place(ground):
    return Area.objects.get(code=XINCUN)


@pytest.fixture
def planned(place, chen):
    return mediation.plan_day(place, "police", DAY, topic="社区会议室", at=NOW, by=chen)


def test_a_day_is_planned_once_and_held_with_what_was_done(planned, place, chen):
    with pytest.raises(DomainError, match="已经安排"):
        mediation.plan_day(place, "police", DAY, at=NOW, by=chen)
    done = mediation.Done(12, 1, 1, "反诈宣讲一场")
    with pytest.raises(DomainError, match="还没到"):
        mediation.hold_day(planned, done, at=NOW, by=chen)
    mediation.hold_day(planned, done, at=moment("2026-11-25 17:00"), by=chen)
    assert (planned.status, planned.consultations, planned.mediations, planned.talks) == ("held", 12, 1, 1)
    with pytest.raises(DomainError, match="不能再改"):
        mediation.cancel_day(planned, "下雨", by=chen)


def test_a_cancelled_day_is_free_again(planned, place, chen):
    mediation.cancel_day(planned, "另有任务", at=NOW, by=chen)
    again = mediation.plan_day(place, "police", DAY, at=NOW, by=chen)
    assert (planned.status, again.status) == ("cancelled", "planned")


def test_days_and_services_are_read_where_one_works(planned, place, he, wang, zhao, qian, outsider, clerk):
    mediation.add_legal_service(place, "advice", date(2026, 11, 22), 8, "物业费怎么算", at=NOW, by=he)
    for model in (ServiceDay, LegalService):
        readers = [who.username for who in (he, wang, zhao, qian, outsider, clerk) if _sees(model, who)]
        assert readers == ["he", "zhao", "qian"]


def _sees(model, user) -> bool:
    return model.objects.visible_to(user).exists()


@pytest.mark.parametrize(("served", "day"), [(0, date(2026, 11, 22)), (3, date(2026, 11, 24))])
def test_a_service_serves_somebody_and_lies_behind(place, he, served, day):
    with pytest.raises(DomainError):
        mediation.add_legal_service(place, "advice", day, served, at=NOW, by=he)


def test_figures_say_what_they_count_and_out_of_how_many(place, planned, he):
    agreed(open_dispute(he), he)
    failed = mediated(open_dispute(he), he)
    mediation.fail(failed, "谈不拢", at=moment("2026-11-26 09:00"), by=he)
    open_dispute(he)
    mediation.hold_day(planned, mediation.Done(12, 1, 0), at=moment("2026-11-25 17:00"), by=he)
    mediation.add_legal_service(place, "advice", date(2026, 11, 22), 8, at=NOW, by=he)
    street = Area.objects.get(code=XINCUN[:9])
    found = {f.label: f for f in mediation.figures(street, date(2026, 11, 1), date(2026, 11, 30))}
    assert {label: f.value for label, f in found.items()} == {
        "登记": 3,
        "化解": 1,
        "化解率": 50,
        "法律服务": 1,
        "服务日": 1,
    }
    assert found["化解率"].n == 2
    assert "8人次" in found["法律服务"].definition
    later = {f.label: f for f in mediation.figures(street, date(2026, 12, 1), date(2026, 12, 31))}
    assert (later["化解率"].value, later["化解率"].text, later["登记"].value) == (None, "—", 0)
    elsewhere = Area.objects.get(code="411002008")
    assert {f.value for f in mediation.figures(elsewhere, date(2026, 11, 1), date(2026, 11, 30))} == {0, None}
