"""The convener is told once when the days for objections are over."""

from datetime import timedelta

import pytest

from consultations import services as consultations
from consultations.services.reminding import remind
from consultations.tests.conftest import BEGAN
from notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(make_consultation):
    """Published on 27 September, until 4 October."""
    found = make_consultation("published")
    Notification.objects.all().delete()
    return found


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("seat", "title"))


def over(held, days: int = 1):
    """So many days after the last one."""
    return BEGAN + timedelta(days=(held.objections_until - BEGAN.date()).days + days)


def test_the_convener_is_told_once_after_the_last_day(held, chen):
    assert remind(at=over(held, 0)) == 0
    assert [remind(at=over(held, days)) for days in (1, 2, 9)] == [1, 0, 0]
    assert told() == [(f"user:{chen.pk}", "公示期满，没有异议要答复的，可以开始执行：家属院空地怎么用")]


def test_open_objections_are_named_by_their_number(held, chen):
    consultations.object_to(held, "离窗户太近", at=held.published_at, by=chen)
    remind(at=over(held))
    assert "还有1条异议没有答复" in told()[-1][1]


def test_what_is_carried_out_already_is_not_told_of(make_consultation):
    started = make_consultation("works")
    Notification.objects.all().delete()
    assert remind(at=over(started, 3)) == 0 and told() == []
