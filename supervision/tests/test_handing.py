"""交办 in batches: all of it or nothing, numbered, with helpers of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.assignments import Kind
from cases.models import Assignment, Case
from common.errors import DomainError
from notifications.models import Notification
from supervision.models import HandOut, LedgerEntry, LedgerItem
from supervision.services import ledgers
from supervision.services.handing import BatchRefused, Row, hand_out_batch
from supervision.tests.conftest import office_holds, unit
from supervision.tests.test_ledgers import in_threads

pytestmark = pytest.mark.django_db


def test_a_batch_reaches_leads_and_helpers(accepted, qian, sun):
    first, second = accepted(), accepted("路灯成片不亮")
    ledgers.issue(LedgerItem.objects.get(case=first).ledger, by=qian)
    due = timezone.now() + timedelta(days=20)
    batch = hand_out_batch(
        [
            Row(first, unit("zhujian"), "汛期前改造管网", (unit("chengguan"), unit("shuili")), due),
            Row(second, unit("gongdian"), "换灯"),
        ],
        "魏办督〔2026〕8号",
        by=sun,
    )
    assert (batch.number, batch.document_number, f"{batch}") == (1, "魏办督〔2026〕8号", f"{batch.year}年第1批交办")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.handling_unit, first.due_at, second.handling_unit) == (unit("zhujian"), due, unit("gongdian"))
    owed = Assignment.objects.filter(case=first, kind=Kind.CO_HANDLE)
    assert set(owed.values_list("unit__code", "due_at")) == {("chengguan", due), ("shuili", due)}
    assert set(owed.values_list("giver", flat=True)) == {f"unit:{unit('quweiban').pk}"}
    assert set(first.helping_units) == {unit("chengguan").pk, unit("shuili").pk}
    assert batch.items.get(case=second).due_at == second.due_at
    assert Notification.objects.filter(seat=f"unit:{unit('zhujian').pk}").exists()
    entry = LedgerItem.objects.get(case=first).entries.get()
    assert entry.kind == LedgerEntry.Kind.HANDED_OUT
    assert "主办区住建局，协办区城管局、区水利局" in entry.text


def test_one_that_cannot_be_handed_out_keeps_the_whole_batch_back(accepted, climbed, sun, qian):
    good, not_here = accepted(), climbed("还没研判")
    wrong = accepted("期限过了")
    past = timezone.now() - timedelta(days=1)
    rows = [Row(good, unit("zhujian"), "办"), Row(not_here, unit("zhujian"), "办")]
    rows.append(Row(wrong, unit("zhujian"), "办", due_at=past))
    with pytest.raises(BatchRefused) as refused:
        hand_out_batch(rows, by=sun)
    assert set(refused.value.faults) == {not_here.number, wrong.number}
    assert "还没有转到区委办" in refused.value.faults[not_here.number]
    assert office_holds(good) and not HandOut.objects.exists() and not Assignment.objects.exists()
    assert hand_out_batch(rows[:1], by=sun).number == 1, "the number of a refused batch is given again"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"instruction": " "}, "请写明"),
        ({"lead": "zuzhibu"}, "另选单位"),
        ({"helpers": ("zhujian",)}, "已经是主办单位"),
        ({"seen": 0}, "您打开本页以后"),
    ],
)
def test_each_fault_is_said(accepted, sun, fields, words):
    case = accepted()
    helpers = tuple(unit(code) for code in fields.get("helpers", ()))
    row = Row(
        case, unit(fields.get("lead", "zhujian")), fields.get("instruction", "办"), helpers, seen=fields.get("seen")
    )
    with pytest.raises(BatchRefused, match=words):
        hand_out_batch([row], by=sun)
    assert office_holds(case)


def test_nothing_and_the_same_twice_are_no_batch(accepted, sun):
    with pytest.raises(DomainError, match="请先勾选"):
        hand_out_batch([], by=sun)
    row = Row(accepted(), unit("zhujian"), "办")
    with pytest.raises(DomainError, match="两次"):
        hand_out_batch([row, row], by=sun)


@pytest.mark.django_db(transaction=True)
def test_batches_at_the_same_moment_are_numbered_without_gaps(accepted, sun):
    found = [accepted(f"第{number}件") for number in range(6)]

    def act(number: int) -> int:
        return hand_out_batch([Row(found[number], unit("zhujian"), "办")], by=sun).number

    assert sorted(in_threads(6, act)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_one_case_in_two_batches_at_once_is_handed_out_once(accepted, sun):
    case = accepted()

    def act(number: int) -> str:
        row = Row(Case.objects.get(pk=case.pk), unit("zhujian" if number else "shuili"), "办")
        try:
            return f"{hand_out_batch([row], by=sun).number}"
        except BatchRefused as refusal:
            return f"refused {len(refusal.faults)}"

    assert sorted(in_threads(2, act)) == ["1", "refused 1"]
    assert HandOut.objects.count() == 1
