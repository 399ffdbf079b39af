"""An errand from asking to the signature, with its case."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from agency import services as agency
from agency.figures import shares
from agency.models import AgencyEvent, AgencyRequest
from agency.roles import open_actions
from agency.services.retention import forget_ended
from agency.states import Action, SignedAs, Step
from audit.models import Entry
from cases import services as cases
from cases.models import Case, Event, Report
from cases.services.publishing import obstacle
from cases.services.retention import KEPT_FOR
from cases.states import Action as CaseAction
from cases.states import Outcome, Status
from cases.tests.calling import Caller
from cases.together import act_on
from common.errors import DomainError, StalePage
from conftest import XINCUN, moment

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-11-23 10:00")
NOTE = agency.HandBack("暖气费票据一张", SignedAs.SELF, "马秀兰", received=Decimal("1500"), returned=Decimal("13.80"))


def run(errand: AgencyRequest, *, by, until: Step = Step.SIGNED, at=MONDAY + timedelta(minutes=30)) -> None:
    """Take an errand step by step, half an hour each, as far as `until`."""
    verbs = {
        Step.ACCEPTED: agency.accept,
        Step.GOING: agency.go,
        Step.DONE: agency.finish,
        Step.SIGNED: lambda errand, **more: agency.hand_back(errand, NOTE, **more),
    }
    for number, (step, verb) in enumerate(verbs.items()):
        verb(errand, at=at + timedelta(minutes=30 * number), by=by)
        if step == until:
            return


def test_an_errand_is_a_case_with_the_promise_as_its_deadline(make_errand):
    errand = make_errand(by=None)
    case = errand.case
    assert (case.category.code, case.title, case.status) == ("agency", "代办：缴暖气费", Status.RECEIVED)
    assert errand.promised_by == moment("2026-11-23 18:00")
    assert case.due_at == moment("2026-11-24 18:00"), "receipts and change are back a working day later"
    assert case.climb_at == case.due_at
    assert case.basis.startswith("代办承诺：11月23日 18:00前办好")
    assert case.sign_by == moment("2026-11-23 12:00"), "two working hours"
    assert "501" not in case.place + case.text
    assert str(errand.door) == "第一食品厂家属院3号楼****"
    assert Report.objects.get(case=case).phone.plain == "13800001234"


def test_the_same_form_sent_twice_is_one_errand(make_errand):
    key = uuid4()
    first, second = make_errand(submission=key), make_errand(submission=key)
    assert first == second
    assert (Case.objects.count(), AgencyRequest.objects.count(), AgencyEvent.objects.count()) == (1, 1, 1)


def test_from_asking_to_the_signature(make_errand, wang):
    errand = make_errand()
    assert open_actions(errand, wang) == [Action.ACCEPT]
    run(errand, by=wang)
    case = Case.objects.get(pk=errand.case_id)
    assert (errand.step, case.status, case.closed_level, case.assignee) == (Step.SIGNED, Status.CONFIRMING, 1, wang)
    assert (errand.done_at, errand.signed_at) == (moment("2026-11-23 11:30"), moment("2026-11-23 12:00"))
    assert errand.paid == Decimal("1486.20")
    assert [event.action for event in errand.events.order_by("number")] == [
        "ask", "accept", "go", "finish", "hand_back",
    ]  # fmt: skip
    told = list(
        Event.objects.filter(case=case).exclude(public_text="").order_by("number").values_list("public_text", flat=True)
    )
    assert told[-1] == "缴暖气费已经办好，暖气费票据一张已交给您，钱款当面结清，由本人签收。"
    everything = " ".join(told) + " ".join(errand.events.values_list("note", flat=True))
    assert "1500" not in everything and "马秀兰" not in everything
    cases.confirm(case, Outcome.SOLVED, report=case.reports.get(), at=MONDAY + timedelta(hours=5))
    assert case.status == Status.CLOSED
    assert obstacle(case), "never in the public ledger"


def test_missing_papers_are_a_second_time_and_the_resident_reads_which(make_errand, wang):
    errand = make_errand()
    run(errand, by=wang, until=Step.GOING)
    agency.lack(errand, "缴费卡", at=MONDAY + timedelta(hours=2), by=wang)
    assert (errand.step, errand.times, errand.missing) == (Step.ACCEPTED, 2, "缴费卡")
    assert list(AgencyRequest.objects.lacking()) == [errand]
    assert Event.objects.newest_first().filter(case=errand.case).first().public_text == "还缺：缴费卡。补齐以后接着办。"
    agency.go(errand, at=MONDAY + timedelta(hours=3), by=wang)
    assert (errand.step, errand.missing) == (Step.GOING, "")


def test_what_the_resident_says_is_wrong_is_done_again(make_errand, wang, chen):
    errand = make_errand()
    run(errand, by=wang)
    case = Case.objects.get(pk=errand.case_id)
    cases.confirm(case, Outcome.UNSOLVED, report=case.reports.get(), at=MONDAY + timedelta(hours=6))
    assert open_actions(AgencyRequest.objects.get(), wang) == []
    cases.reopen(case, "缴到别人户上了，重新办", at=MONDAY + timedelta(hours=7), by=chen)
    errand = AgencyRequest.objects.select_related("case").get()
    holder = wang if case.level == 1 else chen
    assert open_actions(errand, holder) == [Action.AGAIN]
    agency.again(errand, "户号抄错了", at=MONDAY + timedelta(hours=8), by=holder)
    assert (errand.step, errand.times, errand.done_at, errand.received) == (Step.GOING, 2, None, None)


def test_impossible_steps_are_refused_in_words(make_errand, wang):
    errand = make_errand()
    with pytest.raises(DomainError, match="现在是“申请”，不能办结"):
        agency.finish(errand, by=wang)
    cases.withdraw(errand.case.reports.get(), at=MONDAY + timedelta(hours=1))
    with pytest.raises(DomainError, match="现在是“已撤回”，不能受理"):
        agency.accept(errand, by=wang)
    assert errand.events.count() == 1


def test_an_old_page_is_told_who_did_what(make_errand, wang):
    errand = make_errand()
    agency.accept(errand, seen=1, at=MONDAY + timedelta(hours=1), by=wang)
    with pytest.raises(StalePage, match=r"王网格员在11月23日 11:00做了“受理”"):
        agency.go(errand, seen=1, by=wang)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (agency.HandBack("  "), "请写明交回了什么"),
        (agency.HandBack("票据", received=Decimal(5)), "要一起填"),
        (agency.HandBack("票据", received=Decimal(5), returned=Decimal(6)), "不能比收到的多"),
        (agency.HandBack("卡6222020200112233445"), "银行卡号"),
    ],
)
def test_a_hand_back_that_does_not_add_up_changes_nothing(make_errand, wang, note, words):
    errand = make_errand()
    run(errand, by=wang, until=Step.DONE)
    with pytest.raises(DomainError, match=words):
        agency.hand_back(errand, note, by=wang)
    errand.refresh_from_db()
    assert (errand.step, Case.objects.get().status) == (Step.DONE, Status.HANDLING)


def test_the_database_holds_what_the_services_promise(make_errand):
    errand = make_errand()
    for wrong in ({"received": 5}, {"received": 5, "returned": 6}, {"step": Step.SIGNED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgencyRequest.objects.filter(pk=errand.pk).update(**wrong)
    with pytest.raises(InternalError, match="appended, never edited"), transaction.atomic():
        AgencyEvent.objects.update(note="")
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM agency_agencyevent")


def test_bank_cards_and_unclear_wishes_are_refused(make_errand):
    with pytest.raises(DomainError, match="银行卡号"):
        make_errand(words="从4111 1111 1111 1111扣")
    with pytest.raises(DomainError, match="请写一写要开什么证明"):
        make_errand("certificate")
    assert not Case.objects.exists()


def test_an_errand_nobody_runs_climbs_like_every_case(make_errand):
    errand = make_errand()
    cases.sweep(at=moment("2026-11-24 18:01"))
    case = Case.objects.get(pk=errand.case_id)
    assert case.level == 2
    assert case.due_at == moment("2026-11-25 18:00"), "one working day for the community"


def test_whoever_does_not_hold_the_case_may_only_look(make_errand, wang, chen, zhao, outsider, clerk):
    errand = make_errand()
    assert [bool(open_actions(errand, who)) for who in (wang, chen, zhao, outsider, clerk)] == [
        True,
        False,
        False,
        False,
        False,
    ]
    seen = [AgencyRequest.objects.visible_to(who).exists() for who in (wang, chen, zhao, outsider, clerk)]
    assert seen == [True, True, True, False, False]


def test_shares_count_the_day_and_the_first_attempt(make_errand, wang):
    for _ in range(4):
        run(make_errand(), by=wang)
    late = make_errand(at=moment("2026-11-20 17:00"))
    agency.accept(late, by=wang, at=MONDAY)
    agency.lack(late, "户号", by=wang, at=MONDAY)
    agency.go(late, by=wang, at=MONDAY)
    rows = AgencyRequest.objects.visible_to(wang)
    before = shares(rows, since=MONDAY - timedelta(days=90), until=MONDAY + timedelta(days=1))
    assert (before.done, before.enough) == (4, False)
    agency.finish(late, by=wang, at=MONDAY + timedelta(hours=1))
    found = shares(rows, since=MONDAY - timedelta(days=90), until=MONDAY + timedelta(days=1))
    assert (found.done, found.same_day, found.first_time, found.enough) == (5, 4, 4, True)
    assert (found.same_day_percent, found.first_time_percent) == (80.0, 80.0)


def test_door_money_and_signature_go_three_years_after_the_end(make_errand, wang):
    errand = make_errand()
    run(errand, by=wang)
    case = Case.objects.get(pk=errand.case_id)
    cases.confirm(case, Outcome.SOLVED, report=case.reports.get(), at=MONDAY + timedelta(hours=5))
    assert forget_ended(at=MONDAY + KEPT_FOR - timedelta(days=1)) == 0
    assert forget_ended(at=MONDAY + KEPT_FOR + timedelta(days=1)) == 1
    errand.refresh_from_db()
    assert (errand.door.plain, errand.signer.plain, errand.received, errand.returned) == ("", "", None, None)
    assert errand.handed_back == "暖气费票据一张"
    assert Entry.objects.filter(verb="agency.forget", subject_id=str(case.pk)).count() == 1


def test_a_door_is_shown_with_a_reason_only(make_errand, wang):
    errand = make_errand()
    with pytest.raises(DomainError, match="请选择查看原因"):
        agency.reveal_door(errand, "", by=wang)
    assert agency.reveal_door(errand, "ask", by=wang).endswith("2单元501")
    assert Entry.objects.get(verb="agency.reveal").actor_id == wang.pk


def test_a_community_that_took_the_call_runs_what_has_no_grid(make_errand, he, wang):
    errand = make_errand(area=XINCUN, channel="phone", by=he)
    run(errand, by=he)
    assert Case.objects.get(pk=errand.case_id).closed_level == 2
    assert errand.step == Step.SIGNED


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("resolve", {"closed_level": 1, "public_text": "办好了"}),
        ("classify", {"category": "light-stair", "reason": "不是代办"}),
        ("merge", {"into": 1}),
    ],
)
def test_another_system_cannot_end_an_errand_past_its_steps(make_errand, wang, action, values):
    errand = make_errand(at=timezone.now())
    agency.accept(errand, by=wang)
    caller = Caller(wang)
    refused = caller.act(errand.case, action, **values)
    assert refused.status_code == 409 and "代办服务有自己的步骤" in refused.json()["detail"]
    assert caller.get("case-action", errand.case.number, action).status_code == 403
    offered = {one["action"] for one in caller.get("case", errand.case.number).json()["actions"]}
    assert not {"resolve", "merge", "classify"} & offered
    errand.refresh_from_db()
    assert (errand.step, errand.case.status, errand.case.category.code) == (Step.ACCEPTED, Status.HANDLING, "agency")
    # What does not end it stays open: notes, answers, going up.
    assert caller.act(errand.case, "note", text="明天再去一次").status_code == 200


def test_an_errand_to_be_done_again_ends_by_its_steps_too(make_errand, wang, chen):
    errand = make_errand()
    run(errand, by=wang)
    cases.dispute(errand.case, "找零少了五元", at=MONDAY + timedelta(hours=5))
    cases.reopen(errand.case, "请核对找零", at=MONDAY + timedelta(hours=6), by=chen)
    assert Caller(chen).act(errand.case, "resolve", closed_level=1, public_text="已补").status_code == 409
    agency.again(errand, "找零少了五元", at=MONDAY + timedelta(hours=7), by=chen)
    run_at = MONDAY + timedelta(hours=7, minutes=30)
    agency.finish(errand, at=run_at, by=chen)
    agency.hand_back(errand, NOTE, at=run_at, by=chen)
    assert (errand.step, errand.case.status, errand.times) == (Step.SIGNED, Status.CONFIRMING, 2)


def test_several_answered_together_leave_errands_to_their_steps(make_errand, make_case, wang):
    errand, case = make_errand(at=timezone.now()), make_case(at=timezone.now())
    outcome = act_on(
        [errand.case.number, case.number], CaseAction.RESOLVE, {"closed_level": 1, "public_text": "已办"}, by=wang
    )
    assert outcome.done == [case.number] and "自己的步骤" in outcome.refused[0][1]
