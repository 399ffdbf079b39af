"""What units owe through the API: listed with the case, acted on with the forms of the pages."""

import pytest
from django.utils import timezone

from cases import services as cases
from cases.models import Assignment
from cases.tests.calling import PHONE, Caller
from cases.tests.handing import FIRST, SECOND, at_unit, unit, worker_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed(make_case, qian, sun):
    """A case with a lead and one co-handler, and the task."""
    case = make_case(at=timezone.now())
    return case, *at_unit(case, FIRST, qian=qian, sun=sun)


def names(rows) -> list[str]:
    return [row["action"] for row in rows]


def test_a_case_lists_what_others_owe_with_what_the_asking_person_may_do(handed, li, sun):
    case, task = handed
    guo = worker_of(FIRST)
    answer = Caller(guo).get("case", case.number)
    row = answer.json()["assignments"][0]
    assert (row["id"], row["kind"], row["state"], row["unit"], row["whose"]) == (
        task.pk, "co_handle", "given", FIRST, "区城管局",
    )  # fmt: skip
    assert names(row["actions"]) == ["assign_sign", "assign_report", "assign_return"]
    assert PHONE[:3] not in answer.content.decode() and answer.json()["reports"][0]["phone"] is None
    assert names(Caller(li).get("case", case.number).json()["assignments"][0]["actions"]) == []
    assert names(Caller(sun).get("case", case.number).json()["assignments"][0]["actions"]) == ["assign_end"]


def test_a_unit_signs_and_reports_and_is_told_in_words_when_it_comes_too_late(handed):
    case, task = handed
    caller = Caller(worker_of(FIRST))
    signed = caller.post("case-assignment", case.number, task.pk, "assign_sign")
    assert (signed.status_code, signed.json()["state"]) == (200, "signed")
    asks = caller.get("case-assignment", case.number, task.pk, "assign_report").json()
    assert [ask["name"] for ask in asks["asks"]] == ["text"]
    missing = caller.post("case-assignment", case.number, task.pk, "assign_report", values={"text": " "})
    assert (missing.status_code, list(missing.json()["fields"])) == (400, ["text"])
    done = caller.post("case-assignment", case.number, task.pk, "assign_report", values={"text": "已清理"})
    assert (done.status_code, done.json()["state"]) == (200, "reported")
    again = caller.post("case-assignment", case.number, task.pk, "assign_sign")
    assert again.status_code == 409 and "已反馈" in again.json()["detail"]


def test_the_other_side_and_other_units_are_refused(handed, make_case, li, sun, outsider):
    case, task = handed
    assert Caller(sun).post("case-assignment", case.number, task.pk, "assign_sign").status_code == 403
    assert Caller(li).post("case-assignment", case.number, task.pk, "assign_end").status_code == 403
    assert Caller(sun).get("case-assignment", case.number, task.pk, "no_such").status_code == 404
    assert Caller(sun).get("case-assignment", make_case().number, task.pk, "assign_end").status_code == 404
    for person in (outsider, worker_of("jiaoti")):
        assert Caller(person).get("case-assignment", case.number, task.pk, "assign_sign").status_code == 404


def test_several_co_handlers_are_sent_as_a_list(make_case, qian, sun):
    caller, other = Caller(sun), make_case(at=timezone.now())
    for _ in range(3):
        cases.escalate(other, "办不了", by=qian)
    cases.collect(other, by=qian)
    asks = {row["name"]: row for row in caller.get("case-action", other.number, "hand_out").json()["asks"]}
    assert asks["helpers"]["several"] and not asks["unit"]["several"]
    lead, helpers = unit("zhujian").pk, [unit(FIRST).pk, unit(SECOND).pk]
    nested = caller.act(other, "hand_out", unit=lead, instruction="请办理", helpers=[[1]])
    assert (nested.status_code, list(nested.json()["fields"])) == (400, ["helpers"])
    both = caller.act(other, "hand_out", unit=lead, instruction="请办理", helpers=[lead])
    assert (both.status_code, list(both.json()["fields"])) == (400, ["helpers"])
    assert caller.act(other, "hand_out", unit=[lead], instruction="请办理").status_code == 400
    assert caller.act(other, "hand_out", unit=lead, instruction="请办理", helpers=helpers).status_code == 200
    assert set(Assignment.objects.filter(case=other).values_list("unit", flat=True)) == set(helpers)
