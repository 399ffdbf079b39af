"""交接: what is held, who confirms, everything at once; what nobody confirms falls to who ordered it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Event
from cases.services import taking_over
from cases.states import Action, Outcome
from common.errors import DomainError
from conftest import GRID, XINCUN, posted
from consultations.services.opening import Topic, open_topic
from desk import handing_over
from desk.tasks import fall_handovers
from grids.models import Area, Handover, Posting
from grids.scope import scope_of
from grids.services import handovers
from households.models import Pairing
from households.services import pairing
from notifications.models import Notification

pytestmark = pytest.mark.django_db


def day(offset: int = 0):
    """A date near today."""
    return timezone.localdate() + timedelta(days=offset)


def again(row):
    """The row as the next request loads it."""
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def feng(ground):
    """The successor: an account without a posting yet."""
    return posted("feng", "冯大伟", "冯网格员", "")


@pytest.fixture
def held(wang, make_case):
    """Two cases wang works on; a third at the grid is nobody's, a fourth is the community's."""
    found = [make_case(at=timezone.now()) for _ in range(3)]
    for case in found[:2]:
        cases.sign(case, by=wang)
    make_case(area=XINCUN, at=timezone.now())
    return found


@pytest.fixture
def handover(wang, feng, chen, held):
    return order(wang, feng, chen)


def order(wang, feng, chen, **more) -> Handover:
    return handovers.order_handover(
        wang.postings.get(),
        feng,
        last_date=more.pop("last_date", day(3)),
        reason="借调到街道",
        note="3-2-501上午常不在",
        by=chen,
    )


def overdue(handover: Handover) -> Handover:
    """The last day is over."""
    Handover.objects.filter(pk=handover.pk).update(last_date=day(-1))
    return again(handover)


# --- what is held


def test_what_is_held_is_said_with_the_earliest_date(wang, held, make_household, chen):
    pairing.pair(make_household(), wang, by=chen)
    found = {row.label: row for row in handing_over.holdings(wang, wang.postings.get())}
    assert found["在办事项"].count == 2 and "最早" in found["在办事项"].words
    assert (found["结对住户"].words, found["结对住户"].blocks) == ("1户", True)


def test_a_unit_and_a_compound_post_hold_their_own_only(wang, li, held, courtyard):
    assert handing_over.holdings(li, li.postings.get()) == []
    leader = Posting.objects.create(user=wang, post_id=li.postings.get().post_id, compound=courtyard)
    assert taking_over.held(wang, leader).count() == 0


# --- confirmed


def test_who_has_no_post_yet_is_led_to_the_handover_that_waits(client, handover, feng, clerk):
    client.force_login(feng)
    assert client.get("/desk/").headers["Location"] == reverse("desk:handover", args=[handover.pk])
    client.force_login(clerk)
    assert client.get("/desk/").status_code == 403


def test_confirming_passes_post_cases_and_pairings_at_once(handover, wang, feng, chen, held, make_household):
    paired = pairing.pair(make_household(), wang, by=chen)
    passed = handing_over.confirm(handover, by=feng)
    assert passed == {"在办事项": 2, "结对住户": 1, "召集的协商": 0}
    assert [again(case).assignee for case in held] == [feng, feng, None]
    event = Event.objects.filter(case=held[0]).order_by("-number").first()
    assert (event.action, event.by, event.note) == (Action.HAND_OVER, feng, "岗位交接：由王网格员转给冯网格员")
    assert again(held[0]).due_at == held[0].due_at
    assert Pairing.objects.current().get().user == feng
    assert again(paired).valid_to == day()
    assert scope_of(again(feng)).covers(GRID)


def test_waiting_and_suspended_cases_pass_too(wang, feng, chen, held, handover):
    cases.resolve(held[0], 1, "换了灯泡", by=wang)
    handing_over.confirm(handover, by=feng)
    event = Event.objects.filter(case=held[0]).order_by("-number").first()
    assert (again(held[0]).assignee, event.action) == (feng, Action.NOTE)


def test_ended_cases_stay_with_who_ended_them(wang, feng, chen, held, handover):
    cases.resolve(held[0], 1, "换了灯泡", by=wang)
    cases.confirm(held[0], Outcome.SOLVED, "satisfied", by=wang)
    handing_over.confirm(handover, by=feng)
    assert again(held[0]).assignee == wang


def test_a_complaint_about_the_successor_goes_to_nobody_in_particular(wang, feng, chen, held, handover):
    Case.objects.filter(pk=held[0].pk).update(about=feng)
    handing_over.confirm(handover, by=feng)
    assert again(held[0]).assignee is None


def test_two_confirmations_at_once_pass_everything_once(transactional_db, wang, feng, chen, held):
    handover = order(wang, feng, chen)
    together, outcomes = threading.Barrier(2), []

    def confirm():
        together.wait()
        try:
            outcomes.append(handing_over.confirm(handover, by=feng))
        except DomainError as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == sorted(
        ["交接已经确认过了。", "{'在办事项': 2, '结对住户': 0, '召集的协商': 0}"]
    )
    assert Event.objects.filter(action=Action.HAND_OVER).count() == 2
    assert Posting.objects.filter(user=feng).count() == 1


# --- not confirmed in time


def test_it_falls_to_who_ordered_it_once(handover, wang, feng, chen, held):
    assert handing_over.fall_due() == 0
    overdue(handover)
    assert fall_handovers() == 1
    assert [again(case).assignee for case in held] == [chen, chen, None]
    interim = Posting.objects.get(user=chen, area=GRID)
    assert (interim.valid_from, interim.valid_to) == (day(0), None)
    assert again(wang.postings.get()).valid_to == day(-1)
    assert not scope_of(again(wang)).areas
    before = Event.objects.count(), Notification.objects.count(), Posting.objects.count()
    assert fall_handovers() == 0
    assert (Event.objects.count(), Notification.objects.count(), Posting.objects.count()) == before
    assert Notification.objects.filter(seat=f"area:{XINCUN}", title__contains="陈书记代管").exists()


def test_confirmed_late_only_what_fell_passes(handover, wang, feng, chen, held, make_household):
    pairing.pair(make_household(), wang, by=chen)
    topic = Topic("空地怎么用", "商量空地。", Area.objects.get(code=GRID))
    fallen, kept = (open_topic(topic, by=person) for person in (wang, chen))
    overdue(handover)
    handing_over.fall_due()
    assert Pairing.objects.current().get().user == chen
    own = held[2]
    cases.sign(own, by=chen)
    assert handing_over.confirm(again(handover), by=feng) == {"在办事项": 2, "结对住户": 1, "召集的协商": 1}
    assert [again(case).assignee for case in held] == [feng, feng, chen]
    assert [again(one).convener for one in (fallen, kept)] == [feng, chen]
    assert Posting.objects.get(user=chen, area=GRID).valid_to is not None
    with pytest.raises(DomainError, match="已经确认"):
        handing_over.confirm(again(handover), by=feng)


def test_one_that_fell_cannot_be_taken_back(handover, chen):
    overdue(handover)
    handing_over.fall_due()
    with pytest.raises(DomainError, match="代管"):
        handovers.cancel_handover(again(handover), by=chen)


def test_a_cancelled_one_does_not_fall(handover, chen):
    handovers.cancel_handover(handover, by=chen)
    overdue(handover)
    assert handing_over.fall_due() == 0


def test_who_serves_the_place_anyway_gets_no_second_posting(handover, chen):
    Posting.objects.create(user=chen, post=handover.posting.post, area_id=GRID, valid_from=day(-30))
    overdue(handover)
    handing_over.fall_due()
    assert Posting.objects.filter(user=chen, area=GRID).count() == 1


def test_two_workers_let_it_fall_once(transactional_db, wang, feng, chen, held):
    overdue(order(wang, feng, chen))
    together, outcomes = threading.Barrier(2), []

    def work():
        together.wait()
        try:
            outcomes.append(handing_over.fall_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 1]
    assert Posting.objects.filter(user=chen, area=GRID).count() == 1


# --- pages


def at(name: str, *args) -> str:
    return reverse(f"desk:{name}", args=args)


def test_ordering_over_the_page(client, wang, feng, chen, held):
    client.force_login(chen)
    path = at("handover-new", wang.postings.get().pk)
    page = client.get(path, {"q": "冯大伟"}).content.decode()
    assert "在办事项" in page and "2件，最早" in page and "冯网格员" in page
    bad = client.post(path, {"q": "冯大伟", "successor": feng.pk, "last_date": str(day(-2)), "note": "上午常不在"})
    assert "不能早于今天" in bad.content.decode() and "上午常不在" in bad.content.decode()
    answer = client.post(path, {"q": "冯大伟", "successor": feng.pk, "last_date": str(day(2))})
    made = Handover.objects.get()
    assert answer.url == at("handover", made.pk)
    assert client.get(path).url == at("handover", made.pk)


def test_the_successor_without_a_posting_sees_it_and_confirms(client, handover, feng):
    client.force_login(feng)
    page = client.get(at("handover", handover.pk)).content.decode()
    assert "确认接任" in page and "3-2-501上午常不在" in page
    assert client.post(at("handover-confirm", handover.pk)).url == at("handover", handover.pk)
    assert "已确认" in client.get(at("handover", handover.pk)).content.decode()
    assert Posting.objects.filter(user=feng).exists()


def test_only_the_successor_confirms_and_strangers_find_nothing(client, handover, chen, wang, outsider, li, sun):
    for person, expected in ((chen, 403), (wang, 403), (outsider, 404), (li, 404), (sun, 404)):
        client.force_login(person)
        assert client.post(at("handover-confirm", handover.pk)).status_code == expected
    client.logout()
    assert client.post(at("handover-confirm", handover.pk)).status_code == 302
    assert again(handover).confirmed_at is None


def test_addresses_by_person_and_method(client, handover, wang, he, outsider, sun, clerk):
    posting = handover.posting_id
    client.force_login(outsider)
    assert client.get(at("handover-new", posting)).status_code == 404
    assert client.get(at("handover", handover.pk)).status_code == 404
    assert client.post(at("handover-cancel", handover.pk)).status_code == 404
    for person in (sun, wang, clerk):
        client.force_login(person)
        assert client.get(at("handover-new", posting)).status_code == 403
        assert client.post(at("handover-cancel", handover.pk)).status_code == 403
    client.force_login(he)
    for name in ("handover-confirm", "handover-cancel"):
        assert client.get(at(name, handover.pk)).status_code == 405
    assert client.post(at("handover-cancel", handover.pk)).status_code == 302
    assert again(handover).cancelled_by == he


def test_a_confirmation_of_what_was_taken_back_is_told(client, handover, feng, chen):
    handovers.cancel_handover(handover, by=chen)
    client.force_login(feng)
    page = client.post(at("handover-confirm", handover.pk), follow=True).content.decode()
    assert "交接已经撤销" in page


def test_nothing_falls_to_a_closed_account_but_the_others_fall(handover, wang, chen, he, held, make_household):
    pairing.pair(make_household(), wang, by=chen)
    overdue(handover)
    other = handovers.order_handover(he.postings.get(), wang, last_date=day(1), by=posted("mu", "穆一", "穆主任", ""))
    overdue(other)
    chen.is_active = False
    chen.save()
    assert handing_over.fall_due() == 1
    assert again(handover).fell_at is None and again(other).fell_at and wang.postings.get().valid_to is None
