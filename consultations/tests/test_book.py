"""The money book: numbers, signatures, reversals, names, and what the database itself refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from audit.models import Entry
from common.errors import DomainError
from consultations import services as consultations
from consultations.models import Book, Line, MoneySheet
from consultations.services.names import forget_ended
from consultations.tests.conftest import BEGAN

pytestmark = pytest.mark.django_db


def give(held, amount, by, **more) -> Line:
    money = consultations.Received(
        **{"amount": Decimal(amount), "source": "residents", "what": "居民出资", "households": 1, **more}
    )
    return consultations.receive(held, money, by=by)


def spend(held, amount, by) -> Line:
    return consultations.spend(held, Decimal(amount), what="铺装款", payee="施工单位", by=by)


@pytest.fixture
def held(make_consultation):
    return make_consultation("works")


def balance(held) -> Decimal:
    return Book.objects.get(consultation=held).balance


def test_money_in_counts_at_once_and_out_with_the_second_person(held, wang, chen):
    assert [give(held, "200", wang).code for _ in range(3)] == ["S-01", "S-02", "S-03"]
    line = spend(held, "450.50", chen)
    assert (line.code, balance(held)) == ("F-01", Decimal("600.00"))
    with pytest.raises(DomainError, match="不能自己再签"):
        consultations.sign(line, by=chen)
    consultations.sign(line, by=wang)
    assert (line.state, line.balance, balance(held)) == ("counted", Decimal("149.50"), Decimal("149.50"))
    with pytest.raises(DomainError, match="不用再签"):
        consultations.sign(line, by=wang)


def test_more_than_is_there_is_never_spent(held, wang, chen):
    give(held, "100", wang)
    with pytest.raises(DomainError, match=r"结余只有100\.00元"):
        spend(held, "100.01", chen)
    first = spend(held, "80", chen)
    with pytest.raises(DomainError, match=r"结余只有20\.00元"):
        spend(held, "30", chen)
    consultations.refuse(first, "发票不全", by=wang)
    second = spend(held, "100", chen)
    assert (first.state, second.code) == ("refused", "F-02")
    consultations.sign(second, by=wang)
    assert balance(held) == 0


def test_a_reversal_undoes_one_line_once(held, wang, chen):
    one = give(held, "200", wang)
    give(held, "50", wang)
    undo = consultations.reverse(one, "重复记了一笔", by=wang)
    assert (undo.code, undo.amount, balance(held)) == ("S-03", Decimal("-200.00"), Decimal("250.00"))
    with pytest.raises(DomainError, match="已经冲回"):
        consultations.reverse(one, "再冲", by=chen)
    consultations.sign(undo, by=chen)
    assert balance(held) == Decimal("50.00")
    with pytest.raises(DomainError, match="冲回的那一笔不能再冲"):
        consultations.reverse(undo, "冲回冲回", by=chen)


def test_a_contribution_that_was_spent_is_not_reversed(held, wang, chen):
    one = give(held, "200", wang)
    consultations.sign(spend(held, "150", chen), by=wang)
    undo = consultations.reverse(one, "退款", by=wang)
    with pytest.raises(DomainError, match="结余只有"):
        consultations.sign(undo, by=chen)
    undo.refresh_from_db()
    assert undo.is_pending and balance(held) == Decimal("50.00")
    consultations.refuse(undo, "钱已用", by=chen)
    paid = Line.objects.get(side="F")
    back = consultations.reverse(paid, "施工单位退回", by=wang)
    consultations.sign(back, by=chen)
    assert (back.code, balance(held)) == ("F-02", Decimal("200.00"))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity", "10000000"])
def test_amounts_are_positive_and_in_cents(held, wang, amount):
    with pytest.raises(DomainError, match="金额"):
        give(held, amount, wang)
    assert not Line.objects.exists() and Book.objects.get().receipts == 0


def test_the_database_refuses_edits_deletions_and_a_negative_balance(held, wang, chen):
    line = give(held, "200", wang)
    for change in ({"amount": 300}, {"what": "别的"}, {"number": 9}, {"balance": 1}, {"state": "refused"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Line.objects.filter(pk=line.pk).update(**change)
    with pytest.raises(InternalError, match="appended"), transaction.atomic():
        Line.objects.filter(pk=line.pk).delete()
    with pytest.raises(IntegrityError, match="book_never_negative"), transaction.atomic():
        Book.objects.update(spent=201)
    pending = spend(held, "10", chen)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Line.objects.filter(pk=pending.pk).update(
            state="counted", settled_by=chen, settled_at=BEGAN, turn=2, balance=190
        )
    with pytest.raises(InternalError, match="undoes one"), transaction.atomic():
        Line.objects.create(
            book=line.book, side="S", number=8, amount=-100, on_date=BEGAN.date(), what="半", source="residents",
            reverses=line, state="pending", first_at=BEGAN, first_by=wang,
        )  # fmt: skip


def test_nothing_is_spent_before_the_works_begin(make_consultation, wang, chen):
    held = make_consultation("published")
    give(held, "100", wang)
    with pytest.raises(DomainError, match="不能支出一笔"):
        spend(held, "10", chen)
    with pytest.raises(DomainError, match="结余"):
        consultations.drop(held, "不办了", by=chen)


def test_names_are_masked_published_with_consent_and_opened_with_a_reason(held, wang, chen):
    with pytest.raises(DomainError, match="填写姓名"):
        give(held, "10", wang, consents=True)
    hidden = give(held, "10", wang, name="刘秀兰")
    shown = give(held, "10", wang, name="张志强", consents=True)
    for line in (hidden, shown):
        line.refresh_from_db()
    assert (str(hidden.name), consultations.published_name(hidden)) == ("刘*", "")
    assert consultations.published_name(shown) == "张志强"
    with pytest.raises(DomainError, match="查看原因"):
        consultations.name_for_staff(hidden, "好奇", by=chen)
    assert consultations.name_for_staff(hidden, "receipt", by=chen) == "刘秀兰"
    assert Entry.objects.filter(verb="consultation.reveal", actor_id=chen.pk).count() == 1
    consultations.withdraw_consent(shown, by=chen)
    assert consultations.published_name(shown) == ""


def test_three_years_later_nobody_is_named(make_consultation, wang, chen):
    held = make_consultation("works")
    give(held, "10", wang, name="刘秀兰")
    consultations.invite(make_consultation("topic"), role="居民代表", name="张志强", by=chen)
    line = consultations.reverse(Line.objects.get(), "退回", by=wang)
    consultations.sign(line, by=chen)
    consultations.drop(held, "不办了", at=BEGAN + timedelta(days=40), by=chen)
    assert forget_ended(at=BEGAN + timedelta(days=1000)) == 0
    assert forget_ended(at=BEGAN + timedelta(days=1200)) == 1
    assert not Line.objects.exclude(name="").exists()


def test_the_sheet_holds_what_counted_until_then(held, wang, chen):
    with pytest.raises(DomainError, match="不用公示"):
        consultations.publish_sheet(held, by=chen)
    give(held, "100", wang)
    first = consultations.publish_sheet(held, by=chen)
    with pytest.raises(DomainError, match="没有新的"):
        consultations.publish_sheet(held, by=chen)
    give(held, "5", wang)
    second = consultations.publish_sheet(held, by=chen)
    assert (first.turns, second.turns, second.number) == (1, 2, 2)
    with pytest.raises(InternalError, match="appended"), transaction.atomic():
        MoneySheet.objects.update(received=1)
