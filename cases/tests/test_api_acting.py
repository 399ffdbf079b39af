"""Actions through the API: the forms and verbs of the pages, and a plain answer to whoever comes too late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Event
from cases.states import Status
from cases.tests.calling import Caller
from conftest import XINCUN

pytestmark = pytest.mark.django_db


def test_an_action_goes_through_the_same_verb(wang, make_case):
    case = make_case()
    answer = Caller(wang).act(case, "sign", seen=1)
    assert answer.status_code == 200
    assert answer.json() == {
        "number": case.number,
        "status": "handling",
        "status_name": "办理中",
        "level": 1,
        "level_name": "网格",
        "seen": 2,
    }
    assert Event.objects.get(case=case, number=2).by == wang


def test_an_action_asks_what_its_page_asks(wang, make_case):
    case, caller = make_case(), Caller(wang)
    asks = {ask["name"]: ask for ask in caller.get("case-action", case.number, "resolve").json()["asks"]}
    assert set(asks) == {"closed_level", "public_text", "note"}
    assert [choice["value"] for choice in asks["closed_level"]["choices"]] == ["0", "1"]
    done = caller.act(case, "resolve", closed_level=1, public_text="已换灯泡")
    assert done.json()["status"] == "confirming"


def test_missing_and_unknown_values_are_named(wang, make_case):
    case, caller = make_case(), Caller(wang)
    missing = caller.act(case, "escalate")
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["reason"])
    unknown = caller.act(case, "escalate", reason="超出权限", reasons="x")
    assert (unknown.status_code, list(unknown.json()["fields"])) == (400, ["reasons"])
    nested = caller.act(case, "escalate", reason={"a": 1})
    assert (nested.status_code, list(nested.json()["fields"])) == (400, ["reason"])
    case.refresh_from_db()
    assert case.level == 1


@pytest.mark.parametrize("into", ["\ud800", "\x00", "\u202e", 10**400, -1, 1.5, True])
def test_odd_values_are_refused_not_a_fault_of_ours(wang, make_case, into):
    case, caller = make_case(), Caller(wang)
    assert caller.act(case, "merge", into=into).status_code == 400
    assert caller.act(case, "hand_over", to=into).status_code == 400
    assert (
        caller.act(make_case(at=timezone.now()), "ask_suspension", reason_class=into, review_date=into).status_code
        == 400
    )


def test_yes_and_no_are_understood(chen, make_case):
    case = make_case()
    answer = Caller(chen).act(case, "classify", urgent=True, reason="影响老人出行")
    assert answer.status_code == 200
    case.refresh_from_db()
    assert case.urgent is True


def test_an_action_not_open_to_the_person_is_refused(chen, wang, make_case):
    case = make_case()
    assert Caller(chen).act(case, "sign").status_code == 403
    assert Caller(wang).act(case, "collect").status_code == 403
    assert Caller(wang).act(case, "withdraw").status_code == 404
    assert Caller(wang).act(case, "no-such").status_code == 404
    case.refresh_from_db()
    assert case.status == Status.RECEIVED


def test_a_stale_decision_is_refused_with_what_happened_meanwhile(wang, make_case):
    case, caller = make_case(), Caller(wang)
    cases.sign(case, by=wang)
    for action, values in [("resolve", {"closed_level": 1, "public_text": "已换"}), ("sign", {})]:
        answer = caller.act(case, action, seen=1, **values)
        assert answer.status_code == 409
        assert [(row["action"], row["by"]) for row in answer.json()["meanwhile"]] == [("sign", "王网格员")]
    case.refresh_from_db()
    assert case.status == Status.HANDLING


def test_a_refusal_of_the_verb_is_told_as_it_stands(chen, make_case):
    case = make_case(area=XINCUN, at=timezone.now())
    answer = Caller(chen).act(case, "ask_extension", days=30, reason="等配件")
    assert answer.status_code == 409
    assert "本级最多延期3个工作日" in answer.json()["detail"]


def test_who_asked_cannot_decide_and_the_head_can(he, chen, make_case):
    case = make_case(area=XINCUN, at=timezone.now() - timedelta(minutes=1))
    asked = Caller(he).act(case, "ask_refusal", reason="不属于受理范围")
    assert asked.status_code == 200
    approval = case.approvals.get()
    assert Caller(chen).get("case", case.number).json()["approvals"][0]["id"] == approval.pk
    assert Caller(he).post("case-approval", case.number, approval.pk, agreed=True).status_code == 403
    decided = Caller(chen).post("case-approval", case.number, approval.pk, agreed=True)
    assert (decided.status_code, decided.json()["status"]) == (200, "refused")
    assert Caller(chen).post("case-approval", case.number, approval.pk, agreed=True).status_code == 403


def test_a_unit_that_gives_a_case_back_learns_where_it_stands(li, wang, chen, qian, sun, zhao, make_case):
    case = make_case()
    cases.escalate(case, "超出权限", by=wang)
    cases.escalate(case, "超出权限", by=chen)
    cases.escalate(case, "超出权限", by=zhao)
    assert Caller(qian).act(case, "collect").status_code == 200
    assert Caller(sun).act(case, "hand_out", unit=li.postings.get().unit_id, instruction="请维修").status_code == 200
    assert Caller(li).act(case, "return", reason="不属于本单位职责").status_code == 403
    assert Caller(li).act(case, "ask_return", reason="不属于本单位职责").status_code == 200
    asked = case.approvals.get()
    assert Caller(li).post("case-approval", case.number, asked.pk, agreed=True).status_code == 403
    assert Caller(sun).post("case-approval", case.number, asked.pk, agreed=True).status_code == 200
    assert Caller(li).get("case", case.number).status_code == 404
