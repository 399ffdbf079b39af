"""Faults that were found and mended, each with the test that failed."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from cases import services as cases
from cases.acts import form_for, perform
from cases.models import Case, Event, Report
from cases.roles import may_decide, may_reveal, open_actions
from cases.states import Action, Alarm, Outcome, Satisfaction, Status
from common.errors import DomainError
from conftest import GRID, XINCUN, moment, posted
from grids.levels import Level
from grids.models import Organization, Post
from notifications.models import Notification

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-11-23 10:00")
NOON = moment("2026-11-23 11:00")


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def with_unit(make_case, zhao, qian, sun, **more) -> Case:
    """A case in the hands of 区住建局."""
    case = make_case(area=XINCUN[:9], at=MONDAY, **more)
    cases.escalate(case, "超出街道职责", by=zhao, at=NOON)
    cases.collect(case, by=qian, at=NOON)
    cases.hand_out(case, Organization.objects.get(code="zhujian"), "查清管线", by=sun, at=NOON)
    return case


def test_a_warned_case_that_is_extended_is_warned_again_and_keeps_nobody_waiting(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.sweep(at=case.warn_at)
    approval = cases.ask_extension(fresh(case), 3, "等材料", by=he, at=case.warn_at)
    cases.decide(approval, agreed=True, by=chen, at=case.warn_at)
    later = fresh(case)
    assert cases.sweep(at=later.warn_at).counts == {"warn": 1}
    assert Event.objects.filter(case=case, alarm=Alarm.WARN).count() == 2
    with pytest.raises(DomainError, match="延期过一次"):
        cases.ask_extension(fresh(case), 1, "再等等", by=he, at=later.warn_at)


def test_a_fault_in_one_row_keeps_no_other_alarm_waiting(make_case, he, chen, wang):
    broken, disputed = make_case(area=XINCUN, at=MONDAY), make_case(at=MONDAY)
    cases.decide(
        cases.ask_suspension(broken, "plan", MONDAY.date() + timedelta(days=2), "排队", by=he, at=NOON),
        agreed=True,
        by=chen,
        at=NOON,
    )
    Event.objects.create(  # an alarm of this step that has fired already: the next one of its kind must fail
        case=broken, number=99, at=NOON, action=Alarm.RESUME, alarm=Alarm.RESUME, step=fresh(broken).step,
        to_status=Status.SUSPENDED, to_level=2,
    )  # fmt: skip
    cases.resolve(disputed, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(disputed, Outcome.UNSOLVED, report=disputed.reports.get(), at=NOON)
    with pytest.raises(ExceptionGroup):
        cases.sweep(at=moment("2026-11-26 10:00"))
    assert fresh(disputed).level == Level.COMMUNITY


def test_an_overdue_case_that_was_suspended_resumes_with_a_working_day(make_case, zhao, qian, sun, li):
    case = with_unit(make_case, zhao, qian, sun)
    late = case.due_at + timedelta(days=1)
    cases.sweep(at=late)
    approval = cases.ask_suspension(
        fresh(case), "funds", (late + timedelta(days=20)).date(), "资金未到", by=li, at=late
    )
    cases.decide(approval, agreed=True, by=sun, at=late)
    resting = fresh(case)
    cases.sweep(at=resting.review_at)
    again = fresh(case)
    assert again.status == Status.HANDLING
    assert again.due_at > resting.review_at


def test_an_extension_agreed_after_the_mark_puts_the_alarms_back(make_case, zhao, qian, sun, li):
    case = with_unit(make_case, zhao, qian, sun)
    approval = cases.ask_extension(case, 5, "等管材", by=li, at=case.due_at - timedelta(hours=1))
    cases.sweep(at=fresh(case).climb_at)
    assert fresh(case).exhausted_at
    cases.decide(approval, agreed=True, by=sun, at=fresh(case).climb_at)
    assert fresh(case).next_alarm_at is not None
    assert fresh(case).queue_rank == 1


def test_the_first_reporter_leaves_and_those_merged_in_go_on(make_case, he):
    kept, merged = make_case(area=XINCUN, at=MONDAY), make_case(area=XINCUN, at=MONDAY, phone="13800005678")
    cases.merge(merged, kept, by=he, at=NOON)
    cases.withdraw(kept.reports.get(), at=NOON)
    assert fresh(kept).status == Status.RECEIVED
    cases.withdraw(merged.reports.get(), at=NOON)
    assert fresh(kept).status == Status.WITHDRAWN


def test_two_who_dispute_one_answer_use_up_one_review(make_case, wang):
    case = make_case(at=MONDAY)
    request = cases.Request(category=case.category, area=case.area, text="我家也是", phone="13800009999")
    second = cases.join(case, request, at=NOON, by=None)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(is_first=True), at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, report=second, at=NOON)
    assert fresh(case).disputes == 1


def test_a_second_tap_on_unsolved_counts_once(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    taps = [Report.objects.get(case=case), Report.objects.get(case=case)]
    cases.confirm(case, Outcome.UNSOLVED, report=taps[0], at=NOON)
    with pytest.raises(DomainError, match="已经评价过"):
        cases.confirm(case, Outcome.UNSOLVED, report=taps[1], at=NOON)


def test_the_community_does_not_reopen_what_the_street_answered_but_may_refuse_a_units_work(
    make_case, zhao, qian, sun, li, he
):
    case = with_unit(make_case, zhao, qian, sun)
    Case.objects.filter(pk=case.pk).update(area=GRID)
    cases.resolve(case, 4, "已修好", by=li, at=NOON)
    assert Action.REOPEN not in open_actions(fresh(case), he)
    assert {Action.ACCEPT, Action.REJECT} <= set(open_actions(fresh(case), he))
    cases.reject(fresh(case), "下雨还是漏", by=he, at=NOON)
    again = fresh(case)
    assert (again.status, again.handling_unit.code, again.signed_at) == (Status.RECEIVED, "zhujian", None)


def test_a_complaint_is_read_from_the_level_that_holds_it_upward(make_case, chen, he, wang, zhao):
    case = make_case(at=MONDAY, about=chen, by=zhao)
    for colleague in (chen, he, wang):
        assert not Case.objects.visible_to(colleague).exists()
        assert not may_reveal(case, colleague)
    assert Case.objects.visible_to(zhao).exists()


def test_the_reporter_of_a_complaint_hears_of_it(make_case, chen, zhao):
    case = make_case(at=MONDAY, about=chen, by=zhao, wants_sms=True)
    cases.reply(case, "已经开始核实。", by=zhao, at=NOON)
    notice = Notification.objects.get(seat__startswith="report:")
    assert notice.hidden_from_id is None
    assert case.number not in notice.title


def test_whoever_lost_the_case_to_the_clock_cannot_sign_it(make_case, wang):
    case = make_case(at=MONDAY)
    seen_before = fresh(case)
    cases.sweep(at=case.climb_at)
    form = form_for(seen_before, Action.SIGN, wang, {})
    with pytest.raises(PermissionDenied):
        perform(seen_before, Action.SIGN, form, seen=None, by=wang)


def test_a_hotline_order_that_joins_brings_its_number_and_deadline(make_case, he):
    case = make_case(area=XINCUN, at=MONDAY)
    request = cases.Request(
        category=case.category, area=case.area, text="又来电反映", channel="hotline",
        external_number="2611230088", external_due_at=moment("2026-11-25 18:00"),
    )  # fmt: skip
    report = cases.join(case, request, at=NOON, by=he)
    assert (report.source, report.source_id) == ("12345", "2611230088")
    assert fresh(case).due_at == fresh(case).external_due_at == moment("2026-11-25 18:00")
    again = cases.Request(category=case.category, area=case.area, text="再次", external_number="2611230088")
    with pytest.raises(DomainError, match="已经登记过"):
        cases.register(again, by=he)


def test_a_request_that_waits_does_not_push_past_the_hotlines_deadline(make_case, he):
    case = make_case(area=XINCUN, at=MONDAY, external_due_at=moment("2026-11-26 12:00"), external_number="A1")
    cases.ask_refusal(case, "属于民事纠纷", by=he, at=NOON)
    assert case.due_at <= moment("2026-11-26 12:00")


def test_a_unit_handed_out_under_the_hotlines_deadline_signs_before_it(make_case, zhao, qian, sun, li):
    soon = moment("2026-11-24 09:00")
    case = fresh(with_unit(make_case, zhao, qian, sun, external_due_at=soon, external_number="A2"))
    assert case.sign_by == case.due_at == soon
    cases.sign(case, at=moment("2026-11-24 10:00"), by=li)
    assert fresh(case).late_signs == 1


def test_the_street_cannot_return_a_case_to_a_community_nobody_knows(make_case, zhao):
    case = make_case(area=XINCUN[:9], at=MONDAY)
    assert Action.RETURN not in open_actions(case, zhao)
    with pytest.raises(DomainError, match="先分派到社区"):
        cases.send_back(case, "不属于街道", by=zhao, at=NOON)


def test_a_request_that_waits_gives_no_free_day_to_who_returns(make_case, chen, zhao):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.escalate(case, "办不了", by=chen, at=NOON)
    due = case.due_at
    cases.ask_extension(case, 2, "等材料", by=zhao, at=NOON)
    cases.send_back(case, "请先联系物业", by=zhao, at=NOON + timedelta(minutes=1))
    assert case.due_at == due + timedelta(minutes=1)


def test_a_call_after_closing_that_hears_unsolved_leads_to_a_review(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.SOLVED, Satisfaction.DISSATISFIED, report=case.reports.get(), at=NOON)
    assert fresh(case).follow_up_by is not None, "stays on the list of calls"
    cases.follow_up(fresh(case), "其实没有修好", outcome=Outcome.UNSOLVED, at=NOON, by=wang)
    assert fresh(case).review_by is not None


def test_the_right_to_approve_elsewhere_is_none_here(make_case, he, chen):
    mixed = posted("mixed", "郑刚", "郑干事", "community_secretary", area="411002008001")
    posting = mixed.postings.get()
    posting.pk = None
    posting.post, posting.area_id = Post.objects.get(code="street_worker"), XINCUN[:9]
    posting.save()
    case = make_case(area=XINCUN, at=MONDAY)
    approval = cases.ask_extension(case, 1, "等材料", by=he, at=NOON)
    assert not may_decide(approval, mixed)
    assert may_decide(approval, chen)


def test_a_review_nobody_can_reopen_is_asked_for_again_every_working_day(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(), at=NOON)
    Case.objects.filter(pk=case.pk).update(reopenings=2)
    for _ in range(2):
        waiting = fresh(case)
        assert cases.sweep(at=waiting.review_by).counts == {"review": 1}
        assert fresh(case).review_by > waiting.review_by
    assert Notification.objects.filter(seat=f"area:{XINCUN}", title__startswith="复核已超时").count() == 2


def test_unsolved_and_dissatisfied_reach_one_seat_in_one_notice(make_case, wang, zhao, qian):
    case = make_case(area=XINCUN[:9], at=MONDAY)
    cases.escalate(case, "超出职责", by=zhao, at=NOON)
    cases.resolve(case, 4, "已协调", by=qian, at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, Satisfaction.DISSATISFIED, report=case.reports.get(), at=NOON)
    assert Notification.objects.filter(title__contains="1个工作日内复核").count() == 1


def test_an_extension_into_a_year_without_holidays_says_so(make_case, he, chen):
    case = make_case(area=XINCUN, at=moment("2026-12-29 10:00"))
    approval = cases.ask_extension(case, 3, "等材料", by=he, at=moment("2026-12-29 11:00"))
    cases.decide(approval, agreed=True, by=chen, at=moment("2026-12-29 11:00"))
    assert "放假安排未公布" in fresh(case).basis


@pytest.mark.django_db(transaction=True)
def test_two_merges_across_each_other_end_without_a_deadlock(make_case, he):
    first, second = make_case(area=XINCUN, at=MONDAY), make_case(area=XINCUN, at=MONDAY, phone="13800005678")
    together, refusals = threading.Barrier(2), []

    def merge(one: Case, other: Case) -> None:
        together.wait()
        try:
            cases.merge(one, other, by=he, at=NOON)
        except DomainError as refusal:
            refusals.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    assert sorted([fresh(first).status, fresh(second).status]) == sorted([Status.MERGED, Status.RECEIVED])


def test_a_utility_is_told_nobodys_contact_not_even_masked(client, make_case, zhao, qian, sun):
    pipes = posted("pipes", "马师傅", "马师傅", "unit_worker", unit="gongshui")
    case = make_case(area=XINCUN[:9], at=MONDAY)
    cases.escalate(case, "超出街道职责", by=zhao, at=NOON)
    cases.collect(case, by=qian, at=NOON)
    cases.hand_out(case, Organization.objects.get(code="gongshui"), "查清管线", by=sun, at=NOON)
    client.force_login(pipes)
    page = client.get(case.get_absolute_url()).content.decode()
    api = client.get(f"/api/v1/cases/{case.number}/").content.decode()
    assert "0000" not in api and "****" not in api
    assert "138****" not in page + api
    assert "刘女士" not in page + api
    client.force_login(zhao)
    assert "138****1234" in client.get(case.get_absolute_url()).content.decode()
