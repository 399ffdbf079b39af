"""Orders: issued, answered, accepted or not, followed by heavier ones; each verb with its event, its notices, its refusals."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import Entry
from cases import services as cases
from cases.assignments import State as Task
from cases.models import Case, Event
from cases.services import assigning
from cases.states import Action
from cases.tests.handing import give_back
from common.errors import DomainError
from conftest import GRID, XINCUN, moment
from notifications.models import Notification
from supervision.models import Order
from supervision.rules import Kind, State
from supervision.services import ordering
from supervision.services.sweeping import sweep
from supervision.tests.scene import DEMAND, WHY, answer, handed_out, order_on, unit

MONDAY, TUESDAY = moment("2026-11-23 10:00"), moment("2026-11-24 10:00")
LATER = moment("2026-11-30 10:00")

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(make_case, zhao, qian, sun) -> Case:
    """A case of 区住建局."""
    return handed_out(make_case(at=MONDAY), MONDAY, zhao=zhao, qian=qian, sun=sun)


def states() -> dict[str, str]:
    return dict(Order.objects.exclude(kind=Kind.URGE).values_list("kind", "state"))


def told(seat: str) -> list[str]:
    return list(Notification.objects.filter(seat=seat).order_by("pk").values_list("title", flat=True))


def test_an_order_asks_the_unit_for_an_answer_and_tells_the_resident_neutrally(case, sun, li):
    order = order_on(case, TUESDAY, by=sun)
    task = order.assignment
    assert (order.called, order.state, order.issued_by) == ("督办单第1号", State.ISSUED, sun)
    assert (task.unit, task.what, task.due_at, task.state) == (unit(), DEMAND, order.answer_by, Task.GIVEN)
    event = Event.objects.get(case=case, action=Action.SUPERVISE)
    assert event.public_text == "区里已督办，请区住建局在11月27日前答复办理情况" and event.by == sun
    assert DEMAND in event.note and not any(name in event.public_text for name in (sun.full_name, DEMAND))
    assert any("督办任务，请签收" in title for title in told(f"unit:{unit().pk}"))
    assert any("督办单第1号" in title for title in told(f"area:{XINCUN[:9]}"))
    assert Entry.objects.filter(verb="case.supervise", subject_id=str(case.pk), actor_id=sun.pk).count() == 1
    assert Order.objects.visible_to(li).get() == order


def test_below_the_district_the_street_answers(make_case, sun, zhao, chen, outsider):
    case = make_case(at=MONDAY, area=GRID)
    order = order_on(case, TUESDAY, by=sun)
    assert order.assignment.area_id == XINCUN[:9]
    assert [Order.objects.visible_to(who).count() for who in (sun, zhao, chen, outsider)] == [1, 1, 0, 0]


def test_what_the_district_itself_holds_is_handed_out_first(make_case, zhao, qian, sun):
    case = make_case(at=MONDAY, area=XINCUN[:9])
    cases.escalate(case, "超出街道职责", at=MONDAY, by=zhao)
    with pytest.raises(DomainError, match="由区委组织部研判"):
        order_on(case, TUESDAY, by=sun, kind=Kind.FIRST)
    cases.collect(case, at=MONDAY, by=qian)
    with pytest.raises(DomainError, match="交办给承办单位以后"):
        order_on(case, TUESDAY, by=sun, kind=Kind.FIRST)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"demand": " "}, "写明督办原因和要求"), ({"why": ""}, "写明督办原因"), ({"answer_by": MONDAY}, "晚于现在")],
)
def test_an_order_says_why_what_and_until_when(case, sun, changed, words):
    values = {"demand": DEMAND, "why": WHY, "answer_by": LATER} | changed
    with pytest.raises(DomainError, match=words):
        ordering.issue(case, Kind.FIRST, **values, at=TUESDAY, by=sun)
    assert not Order.objects.exists()


def test_the_ladder_of_orders_goes_up_when_no_answer_comes(case, sun):
    first = order_on(case, TUESDAY, by=sun)
    with pytest.raises(DomainError, match="还没有到答复期限"):
        order_on(case, TUESDAY + timedelta(hours=1), by=sun, kind=Kind.SECOND)
    at = first.answer_by
    second = order_on(case, at, by=sun)
    first.refresh_from_db()
    assert (second.called, second.kind) == ("督办单第2号（第二次）", Kind.SECOND)
    assert (first.state, first.decision_note, first.assignment.state) == (State.ENDED, "已发第二次督办单", Task.ENDED)
    third = order_on(case, second.answer_by, by=sun)
    assert (third.kind, third.number, third.called) == (Kind.CIRCULAR, None, "通报")
    with pytest.raises(DomainError, match="提请联席研判"):
        ordering.may_issue(case, at=third.answer_by)
    assert Order.objects.issued().get() == third


def test_another_kind_than_the_next_is_refused_in_words(case, sun):
    for kind in (Kind.SECOND, Kind.CIRCULAR, Kind.URGE):
        with pytest.raises(DomainError, match="现在应发督办单"):
            order_on(case, TUESDAY, by=sun, kind=kind)


def test_an_answer_is_accepted_and_a_new_round_begins_at_the_first_order(case, sun, li):
    order = order_on(case, TUESDAY, by=sun)
    answer(order, TUESDAY, by=li)
    with pytest.raises(DomainError, match="先决定是否认可"):
        ordering.may_issue(case, at=LATER)
    ordering.accept_answer(order, "已到现场看过", at=LATER, by=sun)
    assert (order.state, order.decided_by, order.decided_at) == (State.ACCEPTED, sun, LATER)
    assert order.assignment.state == Task.ACCEPTED
    assert any("反馈已认可" in title for title in told(f"unit:{unit().pk}"))
    with pytest.raises(DomainError, match="没有等待认可的答复"):
        ordering.accept_answer(order, at=LATER, by=sun)
    assert order_on(case, LATER, by=sun).called == "督办单第2号"


def test_a_refused_answer_gets_a_new_date_and_lets_the_second_order_follow(case, sun, li):
    order = order_on(case, TUESDAY, by=sun)
    answer(order, TUESDAY, by=li)
    new = LATER + timedelta(days=2)
    with pytest.raises(DomainError, match="哪里没有办到"):
        ordering.refuse_answer(order, " ", new, at=TUESDAY, by=sun)
    ordering.refuse_answer(order, "没有写整改时间", new, at=TUESDAY, by=sun)
    assert (order.state, order.answer_by, order.assignment.state) == (State.ISSUED, new, Task.SIGNED)
    assert ordering.may_issue(case, at=TUESDAY) == Kind.SECOND
    answer(order, TUESDAY, by=li)
    ordering.accept_answer(order, at=LATER, by=sun)
    assert states() == {"first": "accepted"}


def test_a_request_to_send_an_order_back_is_decided_first(case, sun, li):
    order = order_on(case, TUESDAY, by=sun)
    assigning.ask_return(order.assignment, "不属于我局职责", at=TUESDAY, by=li)
    with pytest.raises(DomainError, match="申请退回"):
        ordering.may_issue(case, at=LATER)
    assigning.end(order.assignment, "同意", at=TUESDAY, by=sun)
    assert ordering.may_issue(case, at=TUESDAY) == Kind.FIRST
    sweep(at=TUESDAY)
    order.refresh_from_db()
    assert (order.state, order.ended_at) == (State.ENDED, TUESDAY)


def test_a_case_that_went_to_another_unit_begins_anew(case, sun, li):
    order = order_on(case, TUESDAY, by=sun)
    give_back(case, "应由城管局办", at=TUESDAY, by=li, decided_by=sun)
    cases.hand_out(case, unit("chengguan"), "请接手", at=TUESDAY, by=sun)
    again = order_on(case, TUESDAY, by=sun)
    order.refresh_from_db()
    assert (again.kind, again.assignment.unit, order.state) == (Kind.FIRST, unit("chengguan"), State.ENDED)


def test_a_case_that_is_answered_is_not_ordered(case, sun, li):
    cases.sign(case, at=TUESDAY, by=li)
    cases.resolve(case, 4, "已修好", at=TUESDAY, by=li)
    with pytest.raises(DomainError, match="不用督办"):
        order_on(case, TUESDAY, by=sun, kind=Kind.FIRST)


def test_a_proposal_is_issued_once_or_dismissed_for_good(case, make_case, sun):
    proposal = ordering.propose(case, "reports:3", "已有3人反映同一问题", at=TUESDAY)
    ordering.issue_proposed(proposal, demand=DEMAND, answer_by=LATER, why=proposal.why, at=TUESDAY, by=sun)
    assert (proposal.state, proposal.called, proposal.trigger) == (State.ISSUED, "督办单第1号", "reports:3")
    with pytest.raises(DomainError, match="不用再决定"):
        ordering.dismiss(proposal, "不督办", at=TUESDAY, by=sun)
    other = ordering.propose(make_case(at=MONDAY), "reports:3", "已有3人反映同一问题", at=TUESDAY)
    with pytest.raises(DomainError, match="理由"):
        ordering.dismiss(other, "", at=TUESDAY, by=sun)
    ordering.dismiss(other, "已安排现场会", at=TUESDAY, by=sun)
    assert (other.state, other.decided_by) == (State.DISMISSED, sun)
    with pytest.raises(DomainError, match="不用再决定"):
        ordering.issue_proposed(other, demand=DEMAND, answer_by=LATER, why="x", at=TUESDAY, by=sun)
    assert Entry.objects.filter(verb="order.dismiss", subject_id=str(other.pk)).count() == 1


def test_an_order_by_hand_answers_what_was_proposed(case, sun):
    proposal = ordering.propose(case, "reports:3", "已有3人反映同一问题", at=TUESDAY)
    order_on(case, TUESDAY, by=sun)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision_note) == (State.DISMISSED, "已发督办单")


def test_an_order_about_a_complaint_is_not_read_by_the_person(make_case, sun, zhao, wang):
    case = make_case(at=MONDAY, area=XINCUN, about=wang)
    order_on(case, TUESDAY, by=sun)
    assert Order.objects.visible_to(zhao).exists()
    Case.objects.filter(pk=case.pk).update(about=zhao)
    assert not Order.objects.visible_to(zhao).exists() and Order.objects.visible_to(sun).exists()


def test_numbers_begin_anew_each_year(case, make_case, sun):
    order_on(case, TUESDAY, by=sun)
    new_year = moment("2027-01-04 10:00")
    order = order_on(make_case(at=MONDAY), new_year, by=sun)
    assert (order.year, order.number) == (2027, 1)


@pytest.mark.django_db(transaction=True)
def test_orders_issued_at_once_are_numbered_without_gaps(make_case, sun):
    held = [make_case(at=MONDAY) for _ in range(6)]
    refused = make_case(at=MONDAY)
    together, faults = threading.Barrier(7), []

    def send(case: Case) -> None:
        together.wait()
        try:
            due = MONDAY if case == refused else LATER
            ordering.issue(case, Kind.FIRST, demand=DEMAND, answer_by=due, why=WHY, at=TUESDAY, by=sun)
        except DomainError as refusal:
            faults.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(case,)) for case in (*held, refused)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Order.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6] and len(faults) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_order_one_is_told(case, sun):
    together, said = threading.Barrier(2), []

    def send() -> None:
        together.wait()
        try:
            order_on(Case.objects.get(pk=case.pk), TUESDAY, by=sun, kind=Kind.FIRST)
            said.append("sent")
        except DomainError as refusal:
            said.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Order.objects.count() == 1 and sum("还没有到答复期限" in words for words in said) == 1
