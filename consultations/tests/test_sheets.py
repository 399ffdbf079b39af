"""The sheet of contributions: each under its receipt number once, never over a line of the book, never money out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from audit.models import Entry
from consultations import services as consultations
from consultations.models import Book, Line
from consultations.sheets import ContributionSheet
from jobs import imports
from jobs import services as jobs
from jobs.models import Job
from jobs.tests.books import book_of, checked, faults, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def held(make_consultation):
    return make_consultation("works", at=timezone.now() - timedelta(days=60))


@pytest.fixture
def row(held):
    """row(receipt, …): a resident's 200 yuan."""

    def make(receipt, **more) -> dict:
        return {
            "协商编号": held.number, "收据号": receipt, "日期": date(2026, 11, 20), "来源": "居民", "出资人": "刘秀兰",
            "同意公示姓名": "否", "户数": 1, "金额": 200, "摘要": "居民出资",
        } | more  # fmt: skip

    return make


def test_contributions_go_in_and_the_same_again_changes_nothing(held, row, wang, chen):
    rows = [
        row("S-01"),
        row("2", 金额=8.2, 出资人="张志强", 同意公示姓名="是"),
        row(3, 来源="单位", 出资单位="市政公司", 出资人="", 同意公示姓名="", 户数="", 金额="1,000.5元", 摘要=""),
    ]
    first = checked(ContributionSheet, wang, *rows)
    assert (faults(first), first.result["new"], Line.objects.exists()) == (set(), 3, False)
    assert first.result["sample"][0]["said"] == "S-01　居民　200.00元"
    assert written(wang, first).result == {"new": 3, "changed": 0, "unchanged": 0}
    lines = list(Line.objects.order_by("number"))
    assert [(line.code, line.amount, line.on_date, line.counts) for line in lines] == [
        ("S-01", Decimal("200.00"), date(2026, 11, 20), True),
        ("S-02", Decimal("8.20"), date(2026, 11, 20), True),
        ("S-03", Decimal("1000.50"), date(2026, 11, 20), True),
    ]
    assert [consultations.published_name(line) for line in lines] == ["", "张志强", ""]
    assert lines[2].unit == "市政公司" and lines[2].what == "单位筹资"
    assert Book.objects.get().balance == Decimal("1208.70")
    again = checked(ContributionSheet, chen, *rows)
    assert (faults(again), again.result["unchanged"], bool(again.result_file)) == (set(), 3, False)
    more = checked(ContributionSheet, chen, *rows, row(4, 金额="300"))
    assert (more.result["new"], more.result["unchanged"]) == (1, 3)
    written(chen, more)
    assert Book.objects.get().receipts == 4
    assert Entry.objects.filter(verb="contributions.import").count() == 2


def test_amounts_are_money(row, wang):
    amounts = ["二百", "-5", "0", "3.005", "10000000", "1e3", "12.3.4", 0.001, "200.5", "8.1999999999999993"]
    job = checked(ContributionSheet, wang, *(row(n, 金额=amount) for n, amount in enumerate(amounts, start=1)))
    assert faults(job) == {
        (2, "金额", "不是数字"),
        (3, "金额", "金额要大于0"),
        (4, "金额", "金额要大于0"),
        (5, "金额", "小数超过两位"),
        (6, "金额", "金额超过一千万元"),
        (7, "金额", "不是数字"),
        (8, "金额", "不是数字"),
        (9, "金额", "小数超过两位"),
    }
    assert not Line.objects.exists()


def test_a_formula_is_no_amount(held, row, wang):
    job = imports.begin(ContributionSheet, book_of(ContributionSheet, row(1, 金额="=100+100")), by=wang)
    jobs.work()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "是公式" in job.problem and not Line.objects.exists()


def test_rows_that_do_not_fit_the_book_are_named(held, row, wang, make_consultation):
    topic = make_consultation("topic")
    wrong = [
        row(1, 协商编号="XS2611210001239"),  # 2
        row(1, 协商编号=topic.number),
        row(1, 来源="彩票"),
        row(2, 日期=timezone.localdate() + timedelta(days=1)),
        row(3, 同意公示姓名=""),
        row(4, 出资人="", 同意公示姓名="是"),  # 7
        row(5, 出资单位="市政公司"),
        row(6, 摘要="3号楼2单元501刘秀兰"),
        row(8),
        row("甲"),
        row(9),  # 12: fits, after 8
        row(9),
    ]
    found = faults(checked(ContributionSheet, wang, *wrong))
    assert found >= {
        (2, "协商编号", "没有找到这次协商"),
        (3, "协商编号", "现在是“定议题”，不能收款"),
        (4, "来源", "没有这个选项"),
        (5, "日期", "日期还没有到"),
        (6, "同意公示姓名", "没有填写"),
        (7, "出资人", "没有填写"),
        (8, "出资单位", "个人和单位只填一样"),
        (10, "收据号", "收据号中间空了"),
        (11, "收据号", "不是收据号"),
        (13, "收据号", "与第12行重复"),
    }
    assert [column for number, column, _ in found if number == 9] == ["收据号"]
    assert not Line.objects.exists()


def test_only_who_holds_the_consultation_takes_money_in(held, row, zhao, outsider):
    assert faults(checked(ContributionSheet, zhao, row(1))) == {(2, "协商编号", "不在你负责的范围")}
    assert faults(checked(ContributionSheet, outsider, row(1))) == {(2, "协商编号", "没有找到这次协商")}


def test_a_receipt_of_the_book_is_never_written_over(held, row, wang, chen):
    written(wang, checked(ContributionSheet, wang, row(1)))
    different = [row(1, 金额="300"), row(1, 来源="捐助"), row(1, 日期="2026-11-21"), row(1, 出资人="张志强")]
    for one in different:
        assert faults(checked(ContributionSheet, chen, one)) == {(2, "收据号", "收据号已经记了别的一笔")}
    undo = consultations.reverse(Line.objects.get(), "重复记了", by=wang)
    assert undo.code == "S-02"
    assert faults(checked(ContributionSheet, chen, row(2))) == {(2, "收据号", "收据号已经记了别的一笔")}
    assert checked(ContributionSheet, chen, row(1, 出资人="")).result["unchanged"] == 1


def test_a_line_written_on_the_page_in_between_stops_the_whole_sheet(held, row, wang, chen):
    check = checked(ContributionSheet, wang, row(1), row(2))
    consultations.receive(held, consultations.Received(amount=Decimal(5), source="residents", what="居民出资"), by=chen)
    job = written(wang, check)
    assert job.state == Job.State.FAILED and "一行也没有写" in job.problem
    assert Line.objects.count() == 1 and Book.objects.get().receipts == 1


def test_what_is_kept_names_nobody(held, row, wang):
    job = checked(ContributionSheet, wang, row(1, 金额="二百"), row(2, 出资人="刘秀兰" * 20))
    assert {fault["column"]: fault["value"] for fault in job.errors} == {"金额": "二百", "出资人": "刘*"}
    checked(ContributionSheet, wang, row(1))
    assert "刘秀兰" not in str(list(Job.objects.values()))


def test_there_is_no_column_for_money_that_goes_out(held, row, wang):
    headers = [column.header for column in ContributionSheet.columns]
    assert not {"收款方", "支出", "用途"} & set(headers)
    file = book_of(ContributionSheet, row(1) | {"支出": "500"}, headers=[*headers, "支出"])
    job = imports.begin(ContributionSheet, ContentFile(file.read()), by=wang)
    jobs.work()
    job.refresh_from_db()
    assert job.result["unused"] == ["支出"]
