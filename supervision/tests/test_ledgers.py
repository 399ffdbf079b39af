"""The working ledger: numbered without gaps, frozen once issued, struck off exactly once."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Case, Event
from cases.states import Action, Status
from common.errors import DomainError
from conftest import moment
from notifications.models import Notification
from supervision.models import Ledger, LedgerEntry, LedgerItem
from supervision.services import ledgers
from supervision.services.striking import strike_closed
from supervision.tests.conftest import unit

pytestmark = pytest.mark.django_db


def test_a_ledger_runs_for_the_iso_week_or_the_month(qian, ground):
    day = moment("2026-11-27 10:00")
    week, month = (ledgers.open_ledger(pace, at=day, by=qian) for pace in Ledger.Pace)
    assert (f"{week.from_date}", f"{week.to_date}") == ("2026-11-23", "2026-11-29")
    assert (f"{month.from_date}", f"{month.to_date}") == ("2026-11-01", "2026-11-30")
    assert (week.number, month.number, week.called) == (1, 2, "清单第1号")
    assert ledgers.open_ledger(Ledger.Pace.WEEKLY, at=day, by=qian) == week


def test_numbers_begin_again_with_the_year(accepted, qian):
    case = accepted()
    first = LedgerItem.objects.get(case=case).ledger
    ledgers.issue(first, by=qian)
    second = ledgers.open_ledger(Ledger.Pace.WEEKLY, by=qian)
    ledgers.add(case, pace="weekly", by=qian)
    ledgers.issue(second, by=qian)
    later = ledgers.open_ledger(Ledger.Pace.WEEKLY, at=timezone.now() + timedelta(days=400), by=qian)
    assert (first.number, second.number, later.number) == (1, 2, 1)


def test_issuing_freezes_the_words(accepted, qian):
    case = accepted()
    item = LedgerItem.objects.get(case=case)
    ledgers.issue(item.ledger, " 魏组〔2026〕5号 ", by=qian)
    item.refresh_from_db()
    assert item.ledger.document_number == "魏组〔2026〕5号"
    assert item.printed["title"] == "六一路涵洞雨后积水"
    assert item.printed["lead"] == "区住建局" and item.printed["helpers"] == "区城管局"
    assert item.printed["place"] == "北大街道" and item.printed["reason"] == "泵站归市政管理，超出街道职责"
    assert item.printed["status"] == "待交办"
    assert Notification.objects.filter(title__contains="清单第1号已印发，共1件").exists()
    cases.set_title(case, "改过的标题", by=User.objects.get(username="zhao"))
    item.refresh_from_db()
    assert item.printed["title"] == "六一路涵洞雨后积水"


def test_words_on_paper_name_no_resident(accepted, qian):
    case = accepted(
        "刘女士家门口积水", name="刘女士", why="刘女士，13800001234，住3号楼2单元501室，反复积水", place="3号楼2单元501"
    )
    item = LedgerItem.objects.get(case=case)
    ledgers.issue(item.ledger, by=qian)
    words = "".join(map(str, LedgerItem.objects.get(pk=item.pk).printed.values()))
    for personal in ("刘女士", "13800001234", "501", "2单元"):
        assert personal not in words
    assert "路灯三天没亮" not in words, "nothing of the reporter's own words"


def test_an_issued_ledger_refuses_everything(accepted, climbed, qian):
    case = accepted()
    item = LedgerItem.objects.get(case=case)
    ledgers.issue(item.ledger, by=qian)
    with pytest.raises(DomainError, match="已经印发"):
        ledgers.issue(item.ledger, by=qian)
    with pytest.raises(DomainError, match="已经印发"):
        ledgers.remove(item, by=qian)
    changes = (
        lambda: LedgerItem.objects.filter(pk=item.pk).update(opinion="别的"),
        lambda: LedgerItem.objects.filter(pk=item.pk).update(printed={}),
        lambda: LedgerItem.objects.filter(pk=item.pk).delete(),
        lambda: Ledger.objects.filter(pk=item.ledger_id).update(document_number="别的"),
        lambda: LedgerItem.objects.create(ledger=item.ledger, case=climbed("晚到的"), position=9, listed_by=qian),
    )
    for change in changes:
        with pytest.raises(DatabaseError, match=r"as (it was|they were) printed"), transaction.atomic():
            change()
    assert LedgerItem.objects.filter(pk=item.pk).update(struck_at=timezone.now()) == 1


def test_what_comes_later_goes_into_the_next_one(accepted, qian):
    first = accepted()
    ledgers.issue(LedgerItem.objects.get(case=first).ledger, by=qian)
    second = LedgerItem.objects.get(case=accepted("路灯成片不亮"))
    assert (second.ledger.number, second.position) == (2, 1)


def test_an_empty_ledger_is_not_issued(qian):
    with pytest.raises(DomainError, match="还没有事项"):
        ledgers.issue(ledgers.open_ledger("weekly", by=qian), by=qian)


def test_items_are_taken_out_while_it_is_open(accepted, qian):
    found = [accepted(title) for title in ("第一件", "第二件", "第三件")]
    ledgers.remove(LedgerItem.objects.get(case=found[0]), by=qian)
    assert list(LedgerItem.objects.order_by("position").values_list("case__title", "position")) == [
        ("第二件", 1),
        ("第三件", 2),
    ]
    assert "移出" in Event.objects.filter(case=found[0], action=Action.LIST).latest("number").note
    ledgers.add(found[0], pace="weekly", by=qian)
    with pytest.raises(DomainError, match="已经在清单第1号里"):
        ledgers.add(found[0], pace="weekly", by=qian)
    item = LedgerItem.objects.get(case=found[1])
    ledgers.entry(item, LedgerEntry.Kind.NOTE, "先缓一缓", by=qian)
    with pytest.raises(DomainError, match="不能移出"):
        ledgers.remove(item, by=qian)


def test_entries_are_appended_never_edited(accepted, qian):
    item = LedgerItem.objects.get(case=accepted())
    with pytest.raises(DomainError, match="请写明"):
        ledgers.entry(item, LedgerEntry.Kind.NOTE, " ", by=qian)
    noted = ledgers.entry(item, LedgerEntry.Kind.NOTE, "刘女士13800001234说水退了", by=qian)
    assert noted.text == "反映人138****1234说水退了"
    for change in (
        lambda: LedgerEntry.objects.filter(pk=noted.pk).update(text="别的"),
        lambda: LedgerEntry.objects.filter(pk=noted.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="appended, never edited"), transaction.atomic():
            change()


def close(case) -> None:
    """The case as it is once everybody agreed."""
    Case.objects.filter(pk=case.pk).update(**{"status": Status.CLOSED, "closed_at": timezone.now(), "closed_level": 4})


def test_closed_items_are_struck_off_and_come_back(accepted, qian):
    case, other = accepted(), accepted("路灯成片不亮")
    item = LedgerItem.objects.get(case=case)
    ledgers.issue(item.ledger, by=qian)
    assert strike_closed() == 0
    close(case)
    assert strike_closed() == 1
    assert strike_closed() == 0
    item.refresh_from_db()
    assert item.struck_at is not None
    assert LedgerItem.objects.get(case=other).struck_at is None
    Case.objects.filter(pk=case.pk).update(**{"status": Status.HANDLING})
    assert strike_closed() == 1
    close(case)
    assert strike_closed() == 1
    kinds = list(item.entries.order_by("pk").values_list("kind", "noted_by"))
    assert kinds == [("struck", None), ("reopened", None), ("struck", None)]


def test_a_merged_item_is_struck_off_with_the_one_it_went_into(accepted, qian):
    case, into = accepted(), accepted("同一处")
    Case.objects.filter(pk=case.pk).update(**{"status": Status.MERGED, "merged_into": into})
    assert strike_closed() == 0
    close(into)
    assert strike_closed() == 2
    assert into.number in LedgerItem.objects.get(case=case).entries.get().text


def in_threads(count: int, act) -> list:
    """What `act(number)` gave in `count` threads that started at the same moment."""
    start, found = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            found.append(act(number))
        except BaseException as fault:
            found.append(repr(fault))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


@pytest.mark.django_db(transaction=True)
def test_four_sweepers_strike_each_item_once(accepted):
    for number in range(12):
        close(accepted(f"第{number}件"))
    assert sum(in_threads(4, lambda number: strike_closed())) == 12
    assert LedgerEntry.objects.filter(kind="struck").count() == 12
    assert LedgerItem.objects.filter(struck_at__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_ledgers_opened_at_the_same_moment_are_numbered_without_gaps(climbed, qian):
    from supervision.services import reviewing

    found = [climbed(f"第{number}件") for number in range(8)]

    def act(number: int) -> int:
        pace = "weekly" if number % 2 else "monthly"
        return reviewing.accept(found[number], reviewing.Opinion(), pace=pace, by=qian).ledger.number

    numbers = in_threads(8, act)
    assert sorted(numbers) == [1, 1, 1, 1, 2, 2, 2, 2]
    assert sorted(Ledger.objects.values_list("number", flat=True)) == [1, 2]
    for ledger in Ledger.objects.all():
        assert sorted(ledger.items.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_a_unit_of_the_office_is_no_lead(ground):
    assert not unit("quweiban").takes_cases
