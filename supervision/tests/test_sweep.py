"""What supervision does by itself: urging, proposing, settling; exactly once, whoever sweeps and however often."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from cases import services as cases
from cases.assignments import State as Task
from cases.models import Case, Category, Event
from cases.services import assigning
from cases.services.acting import OFFICE_UNIT, unit_of
from cases.states import Action, Status
from cases.tests.handing import give_back
from conftest import GRID, XINCUN, moment
from grids.levels import Level
from grids.models import Area
from notifications.models import Notification
from supervision.models import Order
from supervision.rules import Kind, State
from supervision.services import ordering
from supervision.services.sweeping import sweep
from supervision.tests.scene import DEMAND, answer, handed_out, order_on, unit

MONDAY = moment("2026-11-23 10:00")
THURSDAY, FRIDAY = moment("2026-11-26 17:00"), moment("2026-11-27 16:00")
BEFORE, OPENING = moment("2026-11-30 08:29"), moment("2026-11-30 08:30")

pytestmark = pytest.mark.django_db


@pytest.fixture
def hand_out(make_case, zhao, qian, sun):
    """hand_out(due_at): a case of 区住建局 due then."""

    def make(due_at=FRIDAY, **more) -> Case:
        return handed_out(make_case(at=MONDAY, **more), MONDAY, zhao=zhao, qian=qian, sun=sun, due_at=due_at)

    return make


def told(seat: str) -> list[str]:
    return list(Notification.objects.filter(seat=seat).order_by("pk").values_list("title", flat=True))


def office() -> str:
    return f"unit:{unit_of(OFFICE_UNIT).pk}"


def proposals() -> list[tuple[str, str]]:
    return list(Order.objects.exclude(kind=Kind.URGE).order_by("pk").values_list("trigger", "state"))


# --- urging


def test_a_unit_is_urged_at_the_opening_of_the_working_day_after_the_deadline(hand_out):
    case = hand_out()
    for at in (FRIDAY, FRIDAY + timedelta(minutes=1), moment("2026-11-28 12:00"), BEFORE):
        assert sweep(at=at).urged == 0
    assert sweep(at=OPENING).urged == 1
    order = Order.objects.get()
    assert (order.kind, order.state, order.trigger, order.issued_by) == (
        Kind.URGE,
        State.ISSUED,
        f"late:{case.step}",
        None,
    )
    assert (order.issued_at, order.why, order.number, order.assignment) == (OPENING, "超过办理期限2天", None, None)
    event = Event.objects.get(case=case, action=Action.SUPERVISE)
    assert event.by is None and event.public_text == "超过了办理期限，区里已催区住建局尽快办理"
    assert any("催办" in title for title in told(f"unit:{unit().pk}"))
    assert any("已自动催办区住建局" in title for title in told(office()))
    assert Entry.objects.filter(verb="case.supervise", actor_kind="portal").count() == 1


def test_a_unit_is_urged_late_when_the_portal_stood_still(hand_out):
    hand_out(THURSDAY)
    assert sweep(at=FRIDAY + timedelta(days=20)).urged == 1


def test_the_day_after_a_deadline_before_a_holiday_is_the_first_working_day(make_case, zhao, qian, sun):
    at = moment("2026-09-28 10:00")
    due = moment("2026-09-30 17:00")
    handed_out(make_case(at=at), at, zhao=zhao, qian=qian, sun=sun, due_at=due)
    assert sweep(at=moment("2026-10-01 10:00")).urged == sweep(at=moment("2026-10-07 18:00")).urged == 0
    assert sweep(at=moment("2026-10-08 08:30")).urged == 1


def test_a_holding_is_urged_once_and_a_new_one_again(hand_out, sun, li):
    case = hand_out()
    assert [sweep(at=OPENING + timedelta(days=day)).urged for day in range(3)] == [1, 0, 0]
    give_back(case, "应由城管局办", at=OPENING, by=li, decided_by=sun)
    cases.hand_out(case, unit("chengguan"), "请接手", due_at=OPENING + timedelta(hours=2), at=OPENING, by=sun)
    assert sweep(at=OPENING + timedelta(days=1)).urged == 1
    assert set(Order.objects.values_list("state", flat=True)) == {State.ENDED, State.ISSUED}


def test_what_streets_hold_and_what_is_answered_is_not_urged(hand_out, make_case, li):
    make_case(at=MONDAY, area=XINCUN[:9])
    case = hand_out()
    cases.sign(case, at=MONDAY, by=li)
    cases.resolve(case, 4, "已修好", at=MONDAY, by=li)
    assert sweep(at=OPENING).total == 0


@pytest.mark.django_db(transaction=True)
def test_four_sweepers_at_once_urge_and_propose_each_case_once(hand_out):
    held = [hand_out() for _ in range(5)]
    Case.objects.filter(pk__in=[case.pk for case in held]).update(reopenings=2)
    together, faults = threading.Barrier(4), []

    def run() -> None:
        together.wait()
        try:
            sweep(at=OPENING)
        except Exception as fault:
            faults.append(fault)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What one sweeper skipped because another held it is the next tick's.
    sweep(at=OPENING)
    assert not faults and Order.objects.filter(kind=Kind.URGE).count() == 5
    assert Order.objects.proposed().count() == 5
    assert Event.objects.filter(action=Action.SUPERVISE).count() == 5
    assert Notification.objects.filter(title__startswith="建议督办").count() == 5
    assert Notification.objects.filter(title__startswith="已自动催办").count() == 5


def test_a_row_that_cannot_be_swept_keeps_no_other_waiting(hand_out, monkeypatch):
    bad, good = hand_out(THURSDAY), hand_out()
    real = ordering.urge

    def fail(case, *args, **more):
        real(case, *args, **more)
        if case.pk == bad.pk:
            raise ValueError("the worker died here")

    monkeypatch.setattr(ordering, "urge", fail)
    with pytest.raises(ExceptionGroup):
        sweep(at=OPENING)
    assert list(Order.objects.values_list("case", flat=True)) == [good.pk]
    assert not Event.objects.filter(case=bad, action=Action.SUPERVISE).exists()
    monkeypatch.undo()
    assert sweep(at=OPENING).urged == 1


# --- proposing


@pytest.fixture
def join():
    """join(case, phone): somebody else reports the same."""

    def add(case: Case, phone: str = ""):
        kind, area = Category.objects.get(pk=case.category_id), Area.objects.get(pk=case.area_id)
        asked = cases.Request(category=kind, area=area, text="我家楼下也不亮", name="马女士", phone=phone)
        return cases.join(case, asked, at=MONDAY, by=None)

    return add


def test_the_third_reporter_of_one_trouble_proposes_an_order_once(make_case, join):
    case = make_case(at=MONDAY)
    join(case, "13800000002")
    assert sweep(at=MONDAY).total == 0
    join(case, "13800000003")
    assert [sweep(at=MONDAY).proposed for _ in range(2)] == [1, 0]
    order = Order.objects.get()
    assert (order.state, order.trigger, order.why) == (State.PROPOSED, "reports:3", "已有3人反映同一问题")
    assert [title.startswith("建议督办") for title in told(office())] == [True]
    assert not Event.objects.filter(case=case, action=Action.SUPERVISE).exists()


def test_one_person_who_reports_three_times_is_one_reporter(make_case, join):
    case = make_case(at=MONDAY)
    join(case, "13800001234")
    join(case, "13800001234")
    assert sweep(at=MONDAY).proposed == 0
    join(case)
    join(case)
    assert sweep(at=MONDAY).proposed == 1


def test_reports_of_merged_cases_count_and_withdrawn_ones_do_not(make_case, join, wang):
    case, other = make_case(at=MONDAY), make_case(at=MONDAY, phone="13800000002")
    third = join(case, "13800000003")
    third.withdrawn_at = MONDAY
    third.save()
    cases.merge(other, case, at=MONDAY, by=wang)
    assert sweep(at=MONDAY).proposed == 0
    join(case, "13800000004")
    assert sweep(at=MONDAY).proposed == 1


def test_a_second_reopening_proposes_an_order(hand_out):
    case = hand_out(due_at=None)
    Case.objects.filter(pk=case.pk).update(reopenings=1)
    assert sweep(at=MONDAY).proposed == 0
    Case.objects.filter(pk=case.pk).update(reopenings=2)
    assert [sweep(at=MONDAY).proposed for _ in range(2)] == [1, 0]
    assert Order.objects.get().why == "已重新办理2次"


def test_what_was_dismissed_is_not_proposed_again_but_another_cause_is(make_case, join, sun):
    case = make_case(at=MONDAY)
    join(case, "13800000002")
    join(case, "13800000003")
    sweep(at=MONDAY)
    ordering.dismiss(Order.objects.get(), "已安排现场会", at=MONDAY, by=sun)
    join(case, "13800000004")
    assert sweep(at=MONDAY).proposed == 0
    Case.objects.filter(pk=case.pk).update(reopenings=2)
    assert sweep(at=MONDAY).proposed == 1
    assert proposals() == [("reports:3", State.DISMISSED), ("reopened:2", State.PROPOSED)]


# --- settling


def test_closing_a_case_settles_its_order_its_urging_and_its_proposals(hand_out, sun, li, chen):
    case = hand_out()
    sweep(at=OPENING)
    ordering.propose(case, "reopened:2", "已重新办理2次", at=OPENING)
    urged = Order.objects.get(kind=Kind.URGE)
    cases.sign(case, at=OPENING, by=li)
    cases.resolve(case, 4, "已修好", at=OPENING, by=li)
    sweep(at=OPENING)
    urged.refresh_from_db()
    assert (urged.state, urged.decision_note) == (State.ENDED, "事项已答复或者已转到别处")
    cases.reject(case, "还有一盏不亮", at=OPENING, by=chen)
    order = order_on(case, OPENING, by=sun)
    cases.sign(case, at=OPENING, by=li)
    cases.resolve(case, 4, "全部修好", at=OPENING, by=li)
    sweep(at=OPENING)
    order.refresh_from_db()
    assert order.state == State.ISSUED
    cases.accept(case, at=OPENING, by=chen)
    cases.confirm(case, "solved", "satisfied", report=case.reports.get(), at=OPENING, by=None)
    assert case.status == Status.CLOSED
    assert sweep(at=OPENING).settled == 1
    order.refresh_from_db()
    assert (order.state, order.decision_note, order.assignment.state) == (State.ENDED, "事项已结束", Task.ENDED)
    assert sweep(at=OPENING).total == 0


def test_a_proposal_on_a_case_that_ended_falls_away(make_case, join, chen):
    case = make_case(at=MONDAY)
    ordering.propose(case, "reports:3", "已有3人反映同一问题", at=MONDAY)
    cases.withdraw(case.reports.get(), at=MONDAY)
    assert sweep(at=MONDAY).settled == 1
    assert Order.objects.get().state == State.ENDED


def test_an_answer_accepted_on_the_task_itself_is_the_orders_too(hand_out, sun, li):
    order = order_on(hand_out(), MONDAY, by=sun)
    answer(order, MONDAY, by=li)
    assigning.accept(order.assignment, "已看过", at=MONDAY, by=sun)
    assert sweep(at=OPENING).settled == 1
    order.refresh_from_db()
    assert (order.state, order.decided_by, order.decided_at, order.decision_note) == (
        State.ACCEPTED,
        sun,
        MONDAY,
        "已看过",
    )


def test_an_idle_sweep_asks_four_questions(hand_out):
    hand_out()
    sweep(at=MONDAY)
    with CaptureQueriesContext(connection) as captured:
        assert sweep(at=MONDAY).total == 0
    assert len(captured) == 4, [query["sql"][:80] for query in captured]


def test_an_order_for_a_case_of_the_grid_is_not_ended_by_its_climb(make_case, sun):
    case = make_case(at=MONDAY, area=GRID)
    order = ordering.issue(case, Kind.FIRST, demand=DEMAND, answer_by=FRIDAY, why="居民多次反映", at=MONDAY, by=sun)
    Case.objects.filter(pk=case.pk).update(level=Level.STREET, step=4)
    sweep(at=MONDAY)
    order.refresh_from_db()
    assert order.state == State.ISSUED
