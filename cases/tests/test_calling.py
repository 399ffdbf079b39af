"""回访: listed once, drawn by lot, answered as the reporter's own answer."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from cases import services as cases
from cases.models import CallBack, CallShare, Case, Event, Report
from cases.services import calling
from cases.services.retention import forget_ended
from cases.states import Action, Status
from common.errors import DomainError
from conftest import GRID, XINCUN, moment
from notifications.models import Notification

pytestmark = pytest.mark.django_db
MONDAY, NOON = moment("2026-11-23 10:00"), moment("2026-11-23 11:00")
STREET = f"area:{XINCUN[:9]}"


@pytest.fixture
def answered(make_case, wang):
    """answered(**more): a case the grid has answered on Monday at noon."""

    def make(**more) -> Case:
        case = make_case(at=MONDAY, **more)
        cases.resolve(case, 1, "换好了灯泡", by=wang, at=NOON)
        return case

    return make


@pytest.fixture
def closed(answered):
    """closed(satisfaction): the same, and its reporter has said it is solved, on Monday."""

    def make(satisfaction="satisfied", **more) -> Case:
        case = answered(**more)
        cases.confirm(case, "solved", satisfaction, report=case.reports.get(), at=NOON)
        return case

    return make


def waiting(case) -> CallBack:
    return CallBack.objects.waiting().get(case=case)


def say(call, **more):
    calling.answer(call, **({"way": "phone", "reached": True, "outcome": "solved"} | more))


def test_nobody_said_anything_so_the_holder_is_to_call_and_the_reporter_gets_a_link(answered):
    case = answered(wants_sms=True)
    cases.sweep(at=case.follow_up_by)
    call = waiting(case)
    assert (call.why, call.seat, call.report.case_id) == ("due", f"area:{GRID}", case.pk)
    told = Notification.objects.get(seat=f"report:{call.report_id}", cause=f"callback:{call.pk}")
    assert told.target == f"/r/{call.token}/" and call.sent_at and case.number not in told.title
    cases.sweep(at=call.asked_for_at + timedelta(days=1))
    assert CallBack.objects.count() == 1


def test_without_messages_no_link_is_sent(answered):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    assert waiting(case).sent_at is None and not Notification.objects.filter(cause__startswith="callback").exists()


def test_an_unhappy_closing_is_called_about(closed):
    case = closed("dissatisfied")
    call = waiting(case)
    assert (call.why, call.seat, call.due_by) == ("unhappy", f"area:{GRID}", case.follow_up_by)


def test_what_is_heard_on_the_phone_closes_the_case_as_the_reporters_answer(answered, wang):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    say(waiting(case), satisfaction="fairly", note="说亮了", by=wang)
    case.refresh_from_db()
    report, call = case.reports.get(), CallBack.objects.get()
    assert (case.status, case.outcome, case.satisfaction) == (Status.CLOSED, "solved", "fairly")
    assert (report.outcome, report.satisfaction) == ("solved", "fairly")
    assert (call.done_by, call.way, call.reached, call.result) == (wang, "phone", True, "已解决")
    note = Event.objects.get(case=case, action=Action.FOLLOW_UP).note
    assert note == "电话回访，已解决，基本满意。说亮了"


def test_unsolved_goes_to_the_level_above_and_says_why(answered, wang):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    call = waiting(case)
    with pytest.raises(DomainError, match="为什么没有解决"):
        say(call, outcome="unsolved", by=wang)
    say(call, outcome="unsolved", unsolved_reason="came_back", by=wang)
    case.refresh_from_db()
    assert case.status == Status.CONFIRMING and case.review_by and case.outcome == "unsolved"
    assert CallBack.objects.get().unsolved_reason == "came_back"


def test_who_answered_before_and_is_drawn_may_say_it_came_back(closed, zhao):
    case = closed()
    calling.draw_random(at=moment("2026-11-24 08:40"))
    say(waiting(case), outcome="unsolved", unsolved_reason="came_back", by=zhao)
    case.refresh_from_db()
    assert case.status == Status.CONFIRMING and case.review_by
    assert case.reports.get().outcome == "unsolved"


def test_twice_reviewed_only_the_call_is_written_down(closed, wang):
    case = closed()
    Case.objects.filter(pk=case.pk).update(disputes=2)
    call = calling.ask(case, seat=f"area:{GRID}", by=wang)
    say(call, outcome="unsolved", unsolved_reason="disagree", by=wang)
    case.refresh_from_db()
    assert case.status == Status.CLOSED and CallBack.objects.valid().get().outcome == "unsolved"


def test_three_tries_end_it_and_count_in_no_rate(answered, wang):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    call = waiting(case)
    for tries in (1, 2, 3):
        at = call.due_by
        calling.answer(call, way="phone", reached=False, at=at, by=wang)
        assert call.tries == tries
        assert call.is_waiting == (tries < 3) and (tries == 3 or call.due_by > at)
    assert call.result == "无法联系" and not CallBack.objects.valid().exists()
    assert "3次没有联系上" in Event.objects.filter(case=case, action=Action.FOLLOW_UP).get().note
    with pytest.raises(DomainError, match="已经结束"):
        say(call, by=wang)


def test_a_second_answer_finds_the_first(answered, wang):
    case = answered()
    call = calling.ask(case, seat=f"area:{GRID}", by=wang)
    say(call, by=wang)
    with pytest.raises(DomainError, match="已经结束"):
        say(call, way="web")


def test_the_act_on_the_case_page_makes_the_waiting_call(answered, wang):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    cases.follow_up(case, "说还没有亮", outcome="unsolved", by=wang)
    call = CallBack.objects.get()
    assert (call.reached, call.outcome, call.unsolved_reason, call.done_by) == (True, "unsolved", "other", wang)


def test_who_answers_without_being_asked_is_not_asked_any_more(answered):
    case = answered()
    cases.sweep(at=case.follow_up_by)
    cases.confirm(case, "solved", report=case.reports.get())
    call = CallBack.objects.get()
    assert (call.is_waiting, call.reached, call.result) == (False, False, "不用再问")
    assert not CallBack.objects.valid().exists()


def test_reopened_the_question_is_off(closed, chen):
    case = closed("dissatisfied")
    cases.reopen(case, "现场还没有亮", by=chen)
    assert CallBack.objects.get().result == "不用再问"


def test_only_what_is_answered_can_be_asked_about_and_only_once(make_case, answered, wang):
    with pytest.raises(DomainError, match="办结答复以后"):
        calling.ask(make_case(), seat=f"area:{GRID}", by=wang)
    case = answered()
    calling.ask(case, seat=f"area:{GRID}", by=wang)
    with pytest.raises(DomainError, match="已经在待回访里"):
        calling.ask(case, seat=f"area:{GRID}", by=wang)


def test_the_lot_draws_the_same_twice_and_at_least_one_a_street(closed, outsider):
    drawn_from = [closed() for _ in range(5)]
    at = moment("2026-11-24 08:40")
    assert calling.draw_random(at=at) == 1
    (call,) = CallBack.objects.all()
    day = moment("2026-11-23 12:00").date()
    assert call.case == min(drawn_from, key=lambda case: calling.lot_of(case.pk, day))
    assert (call.why, call.seat, call.drawn_date) == ("random", STREET, day)
    assert calling.draw_random(at=at) == 0
    say(call, by=None)
    assert calling.draw_random(at=at + timedelta(hours=1)) == 0, "answered meanwhile it is not drawn again"
    assert Notification.objects.filter(seat=STREET, title__contains="抽到1件").count() == 1


def test_the_share_is_a_setting_and_complaints_stay_out(closed, make_case, wang, chen):
    for _ in range(4):
        closed()
    closed(area=XINCUN, about=wang)
    CallShare.objects.create(level=1, percent=50)
    assert calling.draw_random(at=moment("2026-11-24 08:40")) == 2
    CallShare.objects.update(percent=0)
    for level in (2, 3, 4):
        CallShare.objects.create(level=level, percent=0)
    CallBack.objects.all().delete()
    assert calling.draw_random(at=moment("2026-11-24 08:40")) == 0


def test_what_was_said_is_forgotten_with_the_contact(closed, wang):
    case = closed()
    call = calling.ask(case, seat=f"area:{GRID}", at=NOON, by=wang)
    say(call, note="说要找女儿", at=NOON, by=wang)
    forget_ended(at=NOON + timedelta(days=1090))
    assert CallBack.objects.get().note == "说要找女儿"
    forget_ended(at=timezone.now() + timedelta(days=1100))
    later = CallBack.objects.get()
    assert later.note == "" and later.token != call.token and later.outcome == "solved"
    assert not Report.objects.get(case=case).phone


@pytest.mark.django_db(transaction=True)
def test_many_sweepers_and_many_draws_make_one_call_back_each(answered, closed):
    quiet, drawn = answered(wants_sms=True), closed(wants_sms=True)
    at = quiet.follow_up_by
    start = threading.Barrier(6)

    def run(work) -> None:
        try:
            start.wait()
            work()
        finally:
            connection.close()

    works = [lambda: cases.sweep(at=at)] * 3 + [lambda: calling.draw_random(at=moment("2026-11-24 08:40"))] * 3
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(CallBack.objects.values_list("case", "why")) == sorted([(quiet.pk, "due"), (drawn.pk, "random")])
    assert Notification.objects.filter(cause__startswith="callback:").count() == 2
