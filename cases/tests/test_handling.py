"""The verbs of cases, one by one, with the named cast."""

from datetime import timedelta

import pytest

from audit.models import Entry
from cases import services as cases
from cases.ladder import MAX_DISPUTES
from cases.models import Case, Event, Report
from cases.states import Action, Outcome, Satisfaction, Status
from common.errors import DomainError, StalePage
from conftest import GRID, XINCUN, moment
from grids.levels import Level
from grids.models import Area, Organization
from notifications.models import Notification

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-11-23 10:00")
NOON = moment("2026-11-23 11:00")


def told(seat: str) -> list[str]:
    return list(Notification.objects.filter(seat=seat).order_by("pk").values_list("title", flat=True))


def test_the_same_submission_twice_gives_one_case_and_one_receipt(make_case, wang):
    case = make_case()
    report = case.reports.get()
    request = cases.Request(category=case.category, area=case.area, text="再发一次", submission=report.uuid)
    assert cases.register(request, by=None) == report
    assert Case.objects.count() == 1


def test_the_public_form_cannot_make_a_case_urgent(make_case, wang):
    assert not make_case(urgent=True, by=None).urgent
    assert make_case(urgent=True, by=wang).urgent


def test_a_request_without_a_grid_starts_at_the_community(make_case):
    assert make_case(area=XINCUN).level == Level.COMMUNITY


def test_signing_takes_the_case_on_and_silences_the_signing_alarm(make_case, wang):
    case = make_case(at=MONDAY)
    cases.sign(case, by=wang, at=NOON)
    assert (case.status, case.assignee, case.signed_at) == (Status.HANDLING, wang, NOON)
    assert case.next_alarm_at == case.warn_at


def test_a_stale_page_is_told_who_did_what_meanwhile(make_case, wang, he):
    case = make_case(at=MONDAY)
    seen = case.event_count
    cases.sign(case, by=wang, at=NOON)
    with pytest.raises(StalePage, match="王网格员在11月23日 11:00做了“签收”"):
        cases.escalate(case, "办不了", seen=seen, by=wang, at=NOON)


def test_an_action_the_table_does_not_know_says_why(make_case, wang):
    case = make_case(at=MONDAY)
    cases.sign(case, by=wang, at=NOON)
    with pytest.raises(DomainError, match="办理中"):
        cases.sign(case, by=wang, at=NOON)


def test_every_action_leaves_one_event_and_one_audit_entry(make_case, wang):
    case = make_case(at=MONDAY)
    cases.sign(case, by=wang, at=NOON)
    cases.note(case, "已上门", by=wang, at=NOON)
    assert list(Event.objects.filter(case=case).order_by("number").values_list("number", "action")) == [
        (1, Action.REGISTER),
        (2, Action.SIGN),
        (3, Action.NOTE),
    ]
    assert Entry.objects.filter(subject_kind="case", subject_id=str(case.pk)).count() == 3


def test_handing_over_keeps_the_clock_and_wants_a_colleague_of_the_seat(make_case, he, chen, zhao):
    case = make_case(area=XINCUN, at=MONDAY)
    due = case.due_at
    cases.hand_over(case, chen, by=he, at=NOON)
    assert (case.assignee, case.due_at) == (chen, due)
    with pytest.raises(DomainError, match="不在这个岗位"):
        cases.hand_over(case, zhao, by=he, at=NOON)


def test_the_grid_returns_to_the_community_and_the_clock_runs_on(make_case, wang):
    case = make_case(at=MONDAY)
    due = case.due_at
    cases.send_back(case, "不属于本网格", by=wang, at=NOON)
    assert (case.level, case.due_at, case.status) == (Level.COMMUNITY, due, Status.RECEIVED)
    assert told(f"area:{XINCUN}")[-1].startswith("事项被退回")


def test_each_level_returns_once(make_case, wang, he):
    case = make_case(at=MONDAY)
    cases.send_back(case, "不属于本网格", by=wang, at=NOON)
    cases.route(case, Area.objects.get(code=GRID), by=he, at=NOON)
    with pytest.raises(DomainError, match="退回过一次"):
        cases.send_back(case, "还是不属于", by=wang, at=NOON)


def test_the_street_returns_to_the_level_that_sent_it(make_case, wang, chen, zhao):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.escalate(case, "需要开挖路面", by=chen, at=NOON)
    assert (case.level, case.sent_from) == (Level.STREET, Level.COMMUNITY)
    cases.send_back(case, "请先联系物业", by=zhao, at=NOON)
    assert case.level == Level.COMMUNITY


def test_routing_gives_the_grid_its_own_time_and_keeps_the_origin(make_case, he):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.route(case, Area.objects.get(code=GRID), by=he, at=NOON)
    assert (case.level, case.area_id, case.origin_area_id) == (Level.GRID, GRID, XINCUN)
    assert case.due_at == moment("2026-11-24 11:00")
    cases.escalate(case, "网格办不了", by=he, at=NOON)
    with pytest.raises(DomainError, match="分派过一次"):
        cases.route(case, Area.objects.get(code=GRID), by=he, at=NOON)


def test_a_community_cannot_route_into_another_one(make_case, he):
    case = make_case(area=XINCUN, at=MONDAY)
    with pytest.raises(DomainError, match="本辖区"):
        cases.route(case, Area.objects.get(code="411002005001001"), by=he, at=NOON)


def test_an_extension_needs_two_people_and_moves_the_deadline(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    due = case.due_at
    approval = cases.ask_extension(case, 3, "等施工单位勘查", by=he, at=NOON)
    assert case.due_at > due, "the clock stops while the request waits"
    with pytest.raises(DomainError, match="自己提出"):
        cases.decide(approval, agreed=True, by=he, at=NOON)
    cases.decide(approval, agreed=True, by=chen, at=NOON)
    case.refresh_from_db()
    assert case.due_at == moment("2026-12-01 10:00")
    with pytest.raises(DomainError, match="延期过一次"):
        cases.ask_extension(case, 1, "再等等", by=he, at=NOON)


def test_an_undecided_request_stops_the_clock_for_one_working_day_at_most(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    due = case.due_at
    approval = cases.ask_extension(case, 2, "等材料", by=he, at=NOON)
    cases.decide(approval, agreed=False, note="请先办", by=chen, at=NOON + timedelta(minutes=30))
    case.refresh_from_db()
    assert case.due_at == due + timedelta(minutes=30)


def test_nobody_decides_for_a_day_and_the_case_climbs_a_day_later(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    due = case.due_at
    approval = cases.ask_extension(case, 2, "等材料", by=he, at=NOON)
    assert cases.sweep(at=due).counts.get("climb") is None
    case.refresh_from_db()
    cases.sweep(at=case.climb_at)
    with pytest.raises(DomainError, match="随之失效"):
        cases.decide(approval, agreed=True, by=chen, at=case.climb_at)


def test_no_extension_passes_the_hotlines_own_deadline(make_case, he):
    case = make_case(area=XINCUN, at=MONDAY, external_due_at=moment("2026-11-27 18:00"), external_number="2611230001")
    with pytest.raises(DomainError, match="12345要求11月27日 18:00前办结"):
        cases.ask_extension(case, 3, "等材料", by=he, at=NOON)
    cases.ask_extension(case, 1, "等材料", by=he, at=NOON)


def test_the_grid_has_no_extension(make_case, wang):
    with pytest.raises(DomainError, match="本级不能延期"):
        cases.ask_extension(make_case(at=MONDAY), 1, "等材料", by=wang, at=NOON)


def test_suspension_rests_until_its_review_day_and_then_runs_again(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    day = moment("2027-03-15 09:00").date()
    approval = cases.ask_suspension(case, "plan", day, "列入明年计划", by=he, at=NOON)
    cases.decide(approval, agreed=True, by=chen, at=NOON)
    case.refresh_from_db()
    assert case.status == Status.SUSPENDED
    assert case.next_alarm_at == case.review_at == moment("2027-03-15 08:30")
    assert cases.sweep(at=case.review_at).counts == {"review_day": 1}
    case.refresh_from_db()
    assert case.status == Status.HANDLING
    assert case.due_at > moment("2027-03-16 08:30")


def test_a_refusal_shows_its_reason_to_the_resident(make_case, he, chen):
    case = make_case(area=XINCUN, at=MONDAY)
    cases.decide(cases.ask_refusal(case, "属于民事借款纠纷", by=he, at=NOON), agreed=True, by=chen, at=NOON)
    case.refresh_from_db()
    assert (case.status, case.refusal_reason, case.next_alarm_at) == (Status.REFUSED, "属于民事借款纠纷", None)


def test_a_level_cannot_close_above_itself(make_case, wang):
    case = make_case(at=MONDAY)
    with pytest.raises(DomainError, match="不能按“街道办结”"):
        cases.resolve(case, 3, "换了灯泡", by=wang, at=NOON)
    cases.resolve(case, 0, "换了灯泡", by=wang, at=NOON)
    assert (case.status, case.closed_level) == (Status.CONFIRMING, 0)


def test_the_reporter_confirms_and_the_case_ends(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.SOLVED, Satisfaction.SATISFIED, report=case.reports.get(), at=NOON)
    assert (case.status, case.outcome, case.satisfaction) == (Status.CLOSED, "solved", "satisfied")
    assert case.next_alarm_at is None


def test_one_reporter_answers_once(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    report = case.reports.get()
    cases.confirm(case, Outcome.SOLVED, report=report, at=NOON)
    with pytest.raises(DomainError, match="已经评价过"):
        cases.confirm(case, Outcome.SOLVED, report=Report.objects.get(pk=report.pk), at=NOON)


def test_dissatisfaction_alone_leads_to_a_call(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.SOLVED, Satisfaction.DISSATISFIED, report=case.reports.get(), at=NOON)
    assert case.status == Status.CLOSED
    assert told(f"area:{GRID}")[-1].startswith("居民不满意，请电话回访")


def test_unsolved_is_looked_at_by_the_level_above_which_reopens_at_its_own_level(make_case, wang, chen):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, comment="晚上还是不亮", report=case.reports.get(), at=NOON)
    assert case.status == Status.CONFIRMING
    assert case.review_by == moment("2026-11-24 11:00")
    cases.reopen(case, "现场看过，线路坏了", by=chen, at=NOON)
    assert (case.level, case.status, case.assignee) == (Level.COMMUNITY, Status.HANDLING, chen)
    assert case.due_at == moment("2026-11-26 11:00")


def test_a_review_nobody_makes_reopens_the_case_by_itself(make_case, wang):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(), at=NOON)
    assert cases.sweep(at=case.review_by).counts == {"review": 1}
    case.refresh_from_db()
    assert (case.level, case.status) == (Level.COMMUNITY, Status.RECEIVED)


def test_after_the_second_dispute_an_explanation_ends_the_case(make_case, wang, chen):
    case = make_case(at=MONDAY)
    cases.resolve(case, 1, "换了灯泡", by=wang, at=NOON)
    for turn in range(MAX_DISPUTES):
        at = NOON + timedelta(minutes=10 * turn)
        cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(), at=at)
        cases.explain(case, "线路产权属于电力公司，已转告", by=chen, at=at + timedelta(minutes=5))
    assert (case.status, case.outcome) == (Status.CLOSED, "unsolved")
    with pytest.raises(DomainError):
        cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(), at=NOON + timedelta(hours=1))


def test_a_case_is_handed_to_a_unit_and_ends_with_community_and_resident(make_case, zhao, qian, sun, li, chen):
    case = make_case(area=XINCUN[:9], at=MONDAY)
    cases.escalate(case, "超出街道职责", by=zhao, at=NOON)
    cases.collect(case, by=qian, at=NOON)
    assert case.handling_unit.code == "quweiban"
    cases.hand_out(case, Organization.objects.get(code="zhujian"), "查清管线并维修", by=sun, at=NOON)
    assert (case.handling_unit.code, case.level, case.due_at) == ("zhujian", 4, moment("2026-12-07 11:00"))
    cases.sign(case, by=li, at=NOON)
    cases.resolve(case, 4, "更换了30米主管", by=li, at=NOON)
    cases.confirm(case, Outcome.SOLVED, report=case.reports.get(), at=NOON)
    assert case.status == Status.CONFIRMING, "the community has not accepted yet"
    cases.accept(case, by=chen, at=NOON)
    assert (case.status, case.accepted_by, case.closed_level) == (Status.CLOSED, chen, 4)


def test_a_unit_that_is_late_is_marked_and_the_office_told(make_case, zhao, qian, sun, li):
    case = make_case(area=XINCUN[:9], at=MONDAY)
    cases.escalate(case, "超出街道职责", by=zhao, at=NOON)
    cases.collect(case, by=qian, at=NOON)
    cases.hand_out(
        case, Organization.objects.get(code="zhujian"), "查清", due_at=moment("2026-11-25 18:00"), by=sun, at=NOON
    )
    cases.sweep(at=moment("2026-11-25 18:00"))
    case.refresh_from_db()
    assert (case.handling_unit.code, case.queue_rank) == ("zhujian", 0)
    office = Organization.objects.get(code="quweiban")
    assert told(f"unit:{office.pk}")[-1].startswith("已到区级期限")


def test_reporters_of_a_merged_case_follow_and_rate_the_other_one(make_case, he, chen):
    first, second = make_case(area=XINCUN, at=MONDAY), make_case(area=XINCUN, at=MONDAY, phone="13800005678")
    cases.merge(second, first, by=he, at=NOON)
    assert (second.status, second.live) == (Status.MERGED, first)
    first.refresh_from_db()
    cases.resolve(first, 2, "已换灯", by=chen, at=NOON)
    report = second.reports.get()
    cases.confirm(second, Outcome.SOLVED, report=report, at=NOON)
    first.refresh_from_db()
    assert first.status == Status.CLOSED


def test_a_withdrawal_ends_the_case_only_when_nobody_else_reported_it(make_case):
    case = make_case(at=MONDAY)
    joined = cases.join(
        case, cases.Request(category=case.category, area=case.area, text="我家也是", phone="13800009999"), by=None
    )
    cases.withdraw(case.reports.get(is_first=True), at=NOON)
    case.refresh_from_db()
    assert case.status == Status.RECEIVED
    cases.withdraw(joined, at=NOON)
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


def test_a_complaint_about_a_post_holder_goes_above_and_is_invisible_to_that_person(make_case, chen, he, zhao):
    case = make_case(area=XINCUN, at=MONDAY, about=chen, by=zhao)
    assert case.level == Level.STREET
    assert not Case.objects.visible_to(chen).exists()
    assert Case.objects.visible_to(zhao).get() == case
    assert not Notification.objects.for_seats([f"area:{XINCUN[:9]}"], chen).exists()


def test_nothing_is_visible_without_a_posting_or_from_another_street(make_case, wang, outsider, clerk):
    make_case()
    assert Case.objects.visible_to(wang).count() == 1
    assert not Case.objects.visible_to(outsider).exists()
    assert not Case.objects.visible_to(clerk).exists()


def test_five_wrong_tails_lock_a_receipt_for_an_hour(make_case):
    receipt = make_case().reports.get().receipt
    for _ in range(5):
        with pytest.raises(DomainError):
            cases.open_with_tail(receipt, "0000", at=NOON)
    with pytest.raises(DomainError, match="锁定1小时"):
        cases.open_with_tail(receipt, "1234", at=NOON)
    assert cases.open_with_tail(receipt, "1234", at=NOON + timedelta(minutes=61)).receipt == receipt


def test_a_reveal_is_logged_and_withheld_contacts_stay_closed(make_case, wang):
    report = make_case().reports.get()
    assert cases.reveal_contact(report, "ask", by=wang) == ("刘女士", "13800001234")
    assert Entry.objects.get(verb="report.reveal").actor_id == wang.pk
    report.withheld = True
    with pytest.raises(DomainError, match="要求不让"):
        cases.reveal_contact(report, "ask", by=wang)
