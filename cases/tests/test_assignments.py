"""Lead and co-handling units: every pair of the table, who gives and who owes, and what the lead must wait for."""

from datetime import timedelta

import pytest

from cases import services as cases
from cases.assignment_roles import giver_of, open_assignment_actions, sides_of
from cases.assignments import ACCEPTED_KINDS, TABLE, Kind, Side, State, may_redo, rule_of
from cases.models import Approval, Assignment, Case, Event
from cases.roles import knows_reporter, may_decide, open_actions
from cases.services import assigning
from cases.states import ENDED, Action, Status
from cases.tests.handing import FIRST, LEAD, MONDAY, SECOND, at_unit, unit, worker_of
from common.errors import DomainError
from conftest import moment
from desk import work
from notifications.models import Notification

S, A = State, Action
# Written out a second time, by hand: what leads where. Whatever is not here must be impossible.
LEADS = {
    S.GIVEN: {
        A.ASSIGN_SIGN: S.SIGNED, A.ASSIGN_ARRIVE: S.ARRIVED, A.ASSIGN_REPORT: S.REPORTED,
        A.ASSIGN_RETURN: S.RETURN_ASKED, A.ASSIGN_END: S.ENDED,
    },
    S.SIGNED: {
        A.ASSIGN_ARRIVE: S.ARRIVED, A.ASSIGN_REPORT: S.REPORTED, A.ASSIGN_RETURN: S.RETURN_ASKED,
        A.ASSIGN_END: S.ENDED,
    },
    S.ARRIVED: {A.ASSIGN_REPORT: S.REPORTED, A.ASSIGN_END: S.ENDED},
    S.RETURN_ASKED: {A.ASSIGN_KEEP: S.SIGNED, A.ASSIGN_END: S.RETURNED},
    S.REPORTED: {A.ASSIGN_REDO: S.SIGNED, A.ASSIGN_ACCEPT: S.ACCEPTED},
    S.ACCEPTED: {}, S.RETURNED: {}, S.ENDED: {},
}  # fmt: skip
GIVERS = {A.ASSIGN_KEEP, A.ASSIGN_END, A.ASSIGN_REDO, A.ASSIGN_ACCEPT}
NOON = moment("2026-11-23 11:00")


@pytest.mark.parametrize("kind", Kind)
def test_every_pair_of_the_table(kind):
    for state in State:
        for action in Action:
            rule, expected = rule_of(kind, state, action), LEADS[state].get(action)
            if action == A.ASSIGN_ARRIVE and kind != Kind.WHISTLE:
                expected = None
            if action == A.ASSIGN_ACCEPT and kind not in ACCEPTED_KINDS:
                expected = None
            assert (rule and rule.to) == expected, (state, action)
            if rule:
                assert rule.side == (Side.GAVE if action in GIVERS else Side.OWES)
    assert {action for _, action in TABLE} == {a for a in Action if a.startswith("assign_")}


def test_nothing_is_asked_again_on_a_case_that_ended_nor_help_on_an_answered_one():
    for status in Status:
        assert may_redo(Kind.ORDER, status) == (status not in ENDED)
        assert may_redo(Kind.CO_HANDLE, status) == (status not in (*ENDED, Status.CONFIRMING))


pytestmark = pytest.mark.django_db


@pytest.fixture
def handed(make_case, qian, sun):
    """A case with a lead and two co-handlers, and the two tasks."""
    case = make_case(at=MONDAY)
    return case, *at_unit(case, FIRST, SECOND, qian=qian, sun=sun, at=MONDAY)


def test_co_handlers_are_told_and_see_the_case_but_nobodys_contact_nor_other_cases(handed, make_case, sun):
    case, task, _ = handed
    guo, other = worker_of(FIRST), make_case(at=MONDAY)
    assert (task.giver, task.state, task.due_at) == (f"unit:{unit('quweiban').pk}", State.GIVEN, case.due_at)
    assert Notification.objects.filter(seat=f"unit:{task.unit_id}", title__startswith="新的协办任务").exists()
    seen = Case.objects.visible_to(guo)
    assert list(seen) == [case] and other not in seen
    assert not knows_reporter(case, guo) and sides_of(task, guo) == {Side.OWES} and sides_of(task, sun) == {Side.GAVE}
    assert open_assignment_actions(task, guo) == [A.ASSIGN_SIGN, A.ASSIGN_REPORT, A.ASSIGN_RETURN]
    assert open_actions(case, guo) == [A.NOTE]
    assert not Case.objects.visible_to(worker_of("jiaoti")).exists()


def test_handing_out_is_one_step_all_of_it_or_nothing(make_case, qian, sun):
    case = make_case(at=MONDAY)
    with pytest.raises(DomainError, match="是主办单位"):
        at_unit(case, FIRST, LEAD, qian=qian, sun=sun, at=MONDAY)
    case.refresh_from_db()
    assert case.handling_unit.code == "quweiban" and not case.assignments.exists() and case.helping_units == []


def test_the_lead_waits_for_its_co_handlers_or_says_why_not(handed, li):
    case, first, second = handed
    assigning.report(first, "已清理沟渠", at=NOON, by=worker_of(FIRST))
    with pytest.raises(DomainError, match="还有1个协办单位没有反馈"):
        cases.resolve(case, 4, "已修好", at=NOON, by=li)
    assert Case.objects.get(pk=case.pk).status == Status.RECEIVED
    cases.resolve(case, 4, "已修好", unfinished="供水管不用动", at=NOON, by=li)
    second.refresh_from_db()
    assert (case.status, second.state, second.ended_reason) == (Status.CONFIRMING, State.ENDED, "供水管不用动")
    assert case.event_count == Event.objects.filter(case=case).count()
    assert Event.objects.filter(assignment=second, action=A.ASSIGN_END, note="供水管不用动").count() == 1
    first.refresh_from_db()
    assert first.state == State.REPORTED


def test_the_lead_answers_freely_once_all_have_reported(handed, li):
    case, *tasks = handed
    for task, code in zip(tasks, (FIRST, SECOND), strict=True):
        assigning.report(task, "已办", at=NOON, by=worker_of(code))
    cases.resolve(case, 4, "已修好", at=NOON, by=li)
    assert case.status == Status.CONFIRMING
    with pytest.raises(DomainError, match="不能再要求反馈"):
        assigning.redo(tasks[0], "还要再看", at=NOON, by=li)


def test_a_lead_adds_a_co_handler_in_its_own_name(make_case, qian, sun, li, zhao, chen):
    case = make_case(at=MONDAY)
    assert A.ASSIGN not in open_actions(case, sun)
    at_unit(case, qian=qian, sun=sun, at=MONDAY)
    assert A.ASSIGN in open_actions(case, li) and A.ASSIGN in open_actions(case, sun)
    assert A.ASSIGN not in open_actions(case, zhao) and A.ASSIGN not in open_actions(case, chen)
    assert giver_of(case, li) == f"unit:{unit(LEAD).pk}" and giver_of(case, sun) == f"unit:{unit('quweiban').pk}"
    task = assigning.assign(
        case, "请关阀", kind=Kind.CO_HANDLE, giver=giver_of(case, li), unit=unit(FIRST), at=NOON, by=li
    )
    with pytest.raises(DomainError, match="已经在协办"):
        assigning.assign(case, "请关阀", kind=Kind.CO_HANDLE, giver=task.giver, unit=unit(FIRST), at=NOON, by=li)
    assert case.event_count == Event.objects.filter(case=case).count()


def test_a_street_that_holds_the_case_adds_one_and_nobody_over_its_head(make_case, wang, zhao, qian, sun):
    case = make_case(at=MONDAY)
    for _ in range(2):
        cases.escalate(case, "办不了", at=MONDAY, by=wang)
    assert A.ASSIGN in open_actions(case, zhao)
    assert A.ASSIGN not in open_actions(case, qian) and A.ASSIGN not in open_actions(case, sun)
    assert giver_of(case, zhao) == f"area:{case.street}"


def test_a_complaint_gets_no_co_handlers(make_case, wang, zhao, chen):
    case = make_case(at=MONDAY, about=wang, by=chen)
    for _ in range(2):
        cases.escalate(case, "办不了", at=MONDAY, by=chen)
    assert A.ASSIGN not in open_actions(case, zhao)
    with pytest.raises(DomainError, match="不加派协办"):
        assigning.assign(case, "请查", kind=Kind.CO_HANDLE, giver=f"area:{case.street}", unit=unit(FIRST), by=zhao)


def test_who_helped_and_now_leads_owes_nothing_beside(handed, sun, li):
    case, first, second = handed
    asked = cases.ask_return(case, "不属于本单位", at=NOON, by=li)
    cases.decide(asked, agreed=True, at=NOON, by=sun)
    case.refresh_from_db()
    cases.hand_out(case, first.unit, "请牵头", at=NOON, by=sun)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.ended_reason, second.state) == (State.ENDED, "改为主办单位", State.GIVEN)


# a unit asks to give the case back


def test_the_office_and_never_the_units_own_head_decides_on_a_return(handed, li, sun, qian, zhao):
    case = handed[0]
    before = case.due_at
    with pytest.raises(DomainError, match="要先申请"):
        cases.send_back(case, "不属于本单位", at=NOON, by=li)
    head = worker_of("jiaoti")
    asked = cases.ask_return(case, "产权不在本单位", at=NOON, by=head)
    assert [may_decide(asked, person) for person in (li, sun, qian, zhao)] == [False, True, False, False]
    assert [list(work.to_decide(person)) for person in (li, sun)] == [[], [asked]]
    told = Notification.objects.filter(title__startswith="区住建局申请退回")
    assert [notice.seat for notice in told] == [f"unit:{unit('quweiban').pk}"]
    case.refresh_from_db()
    assert case.due_at > before
    cases.decide(asked, agreed=True, at=NOON + timedelta(hours=0), by=sun)
    case.refresh_from_db()
    assert (case.handling_unit.code, case.due_at, case.returns) == ("quweiban", before, 1)
    assert Event.objects.filter(case=case, action=A.RETURN, by=sun, note="产权不在本单位").exists()


def test_a_unit_asks_once_and_handles_when_the_office_does_not_agree(handed, li, sun):
    case = handed[0]
    asked = cases.ask_return(case, "产权不在本单位", at=NOON, by=li)
    with pytest.raises(DomainError, match="已有一个申请"):
        cases.ask_return(case, "再问", at=NOON, by=li)
    with pytest.raises(DomainError, match="不同意的理由"):
        cases.decide(asked, agreed=False, at=NOON, by=sun)
    cases.decide(asked, agreed=False, note="产权属于你们", at=NOON, by=sun)
    case.refresh_from_db()
    assert case.handling_unit.code == LEAD
    with pytest.raises(DomainError, match="申请退回过一次"):
        cases.ask_return(case, "还是不归我们", at=NOON, by=li)


def test_an_undecided_return_stops_the_clock_for_one_working_day_at_most(handed, li, sun):
    case = handed[0]
    before = case.due_at
    asked = cases.ask_return(case, "产权不在本单位", at=NOON, by=li)
    cases.decide(asked, agreed=False, note="请办理", at=NOON + timedelta(days=4), by=sun)
    case.refresh_from_db()
    assert timedelta() < case.due_at - before <= timedelta(days=3)


def test_another_unit_may_ask_too(handed, li, sun):
    case = handed[0]
    cases.decide(cases.ask_return(case, "不归我们", at=NOON, by=li), agreed=True, at=NOON, by=sun)
    case.refresh_from_db()
    cases.hand_out(case, unit("jiaoti"), "请办理", at=NOON, by=sun)
    assert cases.ask_return(case, "也不归我们", at=NOON, by=worker_of("jiaoti")).kind == Approval.Kind.RETURN


def test_what_a_lead_asked_of_others_is_the_offices_once_the_lead_gave_the_case_back(handed, li, sun):
    case = handed[0]
    own = assigning.assign(
        case, "请断电", kind=Kind.CO_HANDLE, giver=giver_of(case, li), unit=unit("jiaoti"), at=NOON, by=li
    )
    cases.decide(cases.ask_return(case, "不归我们", at=NOON, by=li), agreed=True, at=NOON, by=sun)
    own.refresh_from_db()
    assert own.giver == f"unit:{unit('quweiban').pk}" and sides_of(own, sun) == {Side.GAVE}


def test_areas_give_back_as_before(make_case, wang):
    case = make_case(at=MONDAY)
    with pytest.raises(DomainError, match="只有承办单位申请退回"):
        cases.ask_return(case, "不是本网格", at=NOON, by=wang)
    cases.send_back(case, "不是本网格", at=NOON, by=wang)
    assert case.level == 2


def test_a_late_report_stays_visible(handed):
    task = handed[1]
    assigning.report(task, "已办", at=task.due_at + timedelta(hours=1), by=worker_of(FIRST))
    assert task.came_late and task.due_state == ("over", "已反馈，迟了")
    assert Assignment.objects.late(at=task.due_at + timedelta(days=9)).count() == 1
