"""Fifty people press 认领 at the same moment; ten wishes stand on the wall."""

import threading
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import DomainError
from conftest import XINCUN
from wishes import services as wishes
from wishes.models import Claim, ClaimMember, Wish, WishEvent
from wishes.services.acting import TAKEN
from wishes.states import Status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
PEOPLE, WISHES = 50, 10


def test_ten_wishes_go_to_ten_of_fifty_and_the_others_are_told(make_wish, make_volunteer, chen):
    wall = []
    for _ in range(WISHES):
        wish = make_wish(at=timezone.now())
        wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
        wall.append(wish.pk)
    people = [make_volunteer(f"helper{number}", "何平", community=XINCUN) for number in range(PEOPLE)]
    start, outcomes = threading.Barrier(PEOPLE), []

    def press(person, pk: int) -> None:
        try:
            wish = Wish.objects.get(pk=pk)  # the page somebody looks at: still on the wall
            start.wait(timeout=60)
            wishes.claim(wish, by=person)
            outcomes.append("claimed")
        except DomainError as refusal:
            outcomes.append(refusal.message)
        except BaseException as fault:
            outcomes.append(repr(fault))
            start.abort()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=(person, wall[number % WISHES])) for number, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert Counter(outcomes) == {"claimed": WISHES, TAKEN: PEOPLE - WISHES}
    assert Claim.objects.live().count() == ClaimMember.objects.count() == WISHES
    assert set(Claim.objects.values_list("wish_id", flat=True)) == set(wall)
    assert Wish.objects.filter(status=Status.CLAIMED).count() == WISHES
    assert WishEvent.objects.filter(action="claim").count() == WISHES


def test_one_person_pressing_on_many_wishes_stays_below_the_cap(make_wish, make_volunteer, chen):
    helper, wall = make_volunteer(), []
    for _ in range(8):
        wish = make_wish(at=timezone.now())
        wishes.publish(wish, wishes.PublicWords("想要一副老花镜", "看药盒上的字吃力。"), by=chen)
        wall.append(wish)
    start, outcomes = threading.Barrier(len(wall)), []

    def press(wish: Wish) -> None:
        try:
            start.wait(timeout=60)
            wishes.claim(wish, by=helper)
            outcomes.append("claimed")
        except DomainError as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(wish,)) for wish in wall]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert Counter(outcomes)["claimed"] == Claim.objects.live().count() == 3
    assert len(outcomes) == len(wall)
