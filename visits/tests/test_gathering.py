"""Many opinions become one consultation; each is taken once, whoever presses."""

import threading

import pytest
from django.db import connection

from audit.models import Entry
from common.errors import DomainError
from conftest import GRID
from consultations import services as consultations
from consultations.models import Consultation
from grids.models import Area
from notifications.models import Notification
from visits import services as visits
from visits.models import Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def opinions(make_household, make_visit, wang):
    """opinions(3): as many lines left to the community, each from another door."""

    def make(count: int) -> list[Line]:
        homes = [make_household(f"3-2-{number + 101}") for number in range(count)]
        made = [make_visit(home, by=wang, topics={"other": "refer"}, detail="空地想收拾出来") for home in homes]
        return list(Line.objects.filter(visit__in=made).order_by("pk"))

    return make


def topic(title="家属院空地怎么用") -> consultations.Topic:
    return consultations.Topic(title, "院里空地做什么。", Area.objects.get(code=GRID))


def test_waiting_opinions_become_one_new_consultation(opinions, wang, chen):
    held, taken = visits.gather(opinions(3), topic(), by=chen)
    lines = Line.objects.filter(consultation=held)
    assert (taken, lines.count(), held.event_count) == (3, 3, 2)
    assert set(lines.values_list("opinion_state", "decided_by")) == {("consultation", chen.pk)}
    assert Entry.objects.filter(verb="opinion.gather").count() == 3
    assert Notification.objects.filter(seat=f"user:{wang.pk}", title__contains="3条意见").count() == 1


def test_others_join_it_later_and_nothing_is_taken_twice(opinions, chen):
    first, second, third, fourth = opinions(4)
    held, _ = visits.gather([first], topic(), by=chen)
    visits.decide(second, to="consultation", by=chen)
    visits.decide(third, to="nothing", note="已在别处办", by=chen)
    assert visits.gather([first, second, third, fourth], held, by=chen)[1] == 2
    third.refresh_from_db()
    assert third.consultation is None and held.opinions.count() == 3
    with pytest.raises(DomainError, match="已经有人定了"):
        visits.gather([first, second], topic("另一个"), by=chen)
    assert Consultation.objects.count() == 1


def test_opinions_of_another_community_stay_out(opinions, chen):
    lines = opinions(1)
    foreign = consultations.Topic("别处", "别处的事。", Area.objects.get(code="411002005004"))
    with pytest.raises(DomainError, match="别的社区"):
        visits.gather(lines, foreign, by=chen)
    assert Line.objects.waiting().count() == 1 and not Consultation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_gather_the_same_at_once_share_nothing(ground, opinions, chen, he):
    lines, start, taken = opinions(4), threading.Barrier(2), []

    def press(by, title) -> None:
        try:
            start.wait(timeout=60)
            taken.append(visits.gather(lines, topic(title), by=by)[1])
        except DomainError:
            taken.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=row) for row in ((chen, "空地"), (he, "广场"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(taken) == [0, 4] and Consultation.objects.count() == 1
