"""Sheets in and out beside the ladder: who is offered them, a book filled from a file, ledgers of bundles and of money."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agency.sheets import ErrandSheet
from audit.models import Entry
from cases import services as cases
from conftest import GRID, XINCUN, posted
from consultations import services as consultations
from consultations.models import Line
from consultations.sheets import ContributionSheet
from consultations.tests.conftest import make_consultation  # noqa: F401
from grids.models import Post, Posting
from jobs import imports
from jobs import services as jobs
from jobs.models import Job
from jobs.tests.books import book_of, checked
from mediation.sheets import DisputeSheet

pytestmark = pytest.mark.django_db
KINDS = {"disputes": "矛盾纠纷登记", "errands": "代办登记", "contributions": "筹集资金"}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def held(make_consultation):  # noqa: F811
    return make_consultation("works", at=timezone.now() - timedelta(days=60))


def offered(client, user) -> str:
    client.force_login(user)
    response = client.get(reverse("desk:sheets"))
    assert response.status_code == 200
    return response.content.decode().partition('<ul class="lines">')[2].partition("</ul>")[0]


def rows_of(response) -> list[tuple]:
    """The rows of a ledger, without title, note, headers, and the two lines below."""
    content = b"".join(response.streaming_content)
    found = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(found) if row[0] == "序号")
    return found[top + 1 : -2]


def export(client, user, code, **query):
    client.force_login(user)
    return client.get(reverse("desk:export-ledger", args=[code]), query)


def test_each_is_offered_what_the_registering_pages_offer(client, wang, chen, zhao, li, sun, courtyard):
    police = posted("police", "马警官", "马警官", "police", area=XINCUN)
    for user, there in (
        (wang, set(KINDS)),
        (chen, set(KINDS)),
        (zhao, {"disputes", "errands"}),
        (police, {"disputes", "errands"}),
    ):
        listed = offered(client, user)
        assert {code for code, title in KINDS.items() if title in listed} == there
        for code in KINDS:
            expected = 200 if code in there else 403
            assert client.get(reverse("desk:sheet", args=[code])).status_code == expected, (user, code)
    for user in (li, sun):
        client.force_login(user)
        assert client.get(reverse("desk:sheets")).status_code == 403
        assert {client.get(reverse("desk:sheet", args=[code])).status_code for code in KINDS} == {403}


def test_who_leads_a_building_is_offered_no_sheet(client, courtyard):
    leader = posted("leader", "孙大明", "孙楼长", "")
    posting = {"compound": courtyard, "building": courtyard.buildings.get(number=3), "valid_from": timezone.localdate()}
    Posting.objects.create(user=leader, post=Post.objects.get(code="building_leader"), **posting)
    client.force_login(leader)
    assert client.get(reverse("desk:sheets")).status_code == 403
    assert "导入导出" not in client.get(reverse("desk:home")).content.decode()


def test_the_page_says_how_many_rows_and_which_categories(client, chen):
    client.force_login(chen)
    page = client.get(reverse("desk:sheet", args=["disputes"])).content.decode()
    assert "一次最多1000行、30MB" in page and "邻里纠纷：用水排水通行通风采光、相邻土地建筑利用" in page
    assert "一次最多15万行" in client.get(reverse("desk:sheet", args=["households"])).content.decode()
    assert "缴暖气费" in client.get(reverse("desk:sheet", args=["errands"])).content.decode()


@pytest.mark.parametrize("sheet", [DisputeSheet, ErrandSheet, ContributionSheet])
def test_templates_show_how_and_their_own_rows_are_passed_over(client, chen, courtyard, sheet):
    client.force_login(chen)
    answer = client.get(reverse("desk:sheet", args=[sheet.code]), {"template": "1"})
    content = b"".join(answer.streaming_content)
    headers = [cell.value for cell in load_workbook(io.BytesIO(content)).active[1]]
    assert headers == ["序号", *(column.header for column in sheet.columns)]
    client.post(reverse("desk:sheet", args=[sheet.code]), {"sheet": SimpleUploadedFile("a.xlsx", content)})
    jobs.work()
    job = Job.objects.filter(kind=imports.CHECK).latest("created_at")
    assert job.state == Job.State.FAILED and "没有数据" in job.problem


def test_a_book_is_filled_from_a_file(client, chen, held):
    row = {"协商编号": held.number, "收据号": "S-01", "日期": "2026-11-20", "来源": "居民", "出资人": "刘秀兰",
           "同意公示姓名": "否", "金额": "200.50"}  # fmt: skip
    client.force_login(chen)
    file = SimpleUploadedFile("筹资.xlsx", book_of(ContributionSheet, row).read())
    assert client.post(reverse("desk:sheet", args=["contributions"]), {"sheet": file}).status_code == 302
    jobs.work()
    job = Job.objects.get(kind=imports.CHECK)
    page = client.get(reverse("desk:sheet-job", args=[job.pk])).content.decode()
    assert "新增1笔" in page and "S-01　居民　200.50元" in page and "刘秀兰" not in page
    client.post(reverse("desk:sheet-job", args=[job.pk]))
    jobs.work()
    done = client.get(reverse("desk:sheet-job", args=[Job.objects.get(kind=imports.WRITE).pk])).content.decode()
    assert "已写入：新增1笔" in done and "查看协商议事" in done
    assert Line.objects.get().amount == Decimal("200.50")
    shown = client.get(held.get_absolute_url()).content.decode()
    assert "200.50" in shown and "导出账目" in shown


@pytest.fixture
def book(held, wang, chen):
    """Money of somebody who agreed to be named and of somebody who did not, and a spending that waits."""
    given = {"source": "residents", "what": "居民出资", "households": 1}
    for name, consents in (("张志强", True), ("刘秀兰", False)):
        money = consultations.Received(amount=Decimal(200), name=name, consents=consents, **given)
        consultations.receive(held, money, by=wang)
    consultations.spend(held, Decimal("150.50"), what="铺装款", payee="施工单位", by=wang)
    return held


def test_the_lines_of_a_book_leave_with_names_only_of_who_agreed(client, book, chen, he, zhao):
    lines = rows_of(export(client, he, "money-lines", consultation=book.number))
    assert [row[4] for row in lines] == ["S-01", "S-02", "F-01"]
    assert [row[11] or "" for row in lines] == ["张志强", "刘*", ""]
    assert [row[13] or row[14] for row in lines] == ["200.00", "200.00", "150.50"]
    assert lines[2][15] in (None, "") and lines[2][16] == "等第二人签字" and lines[2][10] == "施工单位"
    # The street looks on: it need not know who did not agree, not even masked, nor for a reason.
    lines = rows_of(export(client, zhao, "money-lines", masked=1))
    assert [row[11] or "" for row in lines] == ["张志强", "", ""] and [row[12] or "" for row in lines] == ["是", "", ""]
    reason = {"reason": "check", "words": "核对账目票据"}
    url = reverse("desk:export-ledger", args=["money-lines"])
    assert [row[11] or "" for row in rows_of(client.post(url, reason))] == ["张志强", "", ""]
    client.force_login(chen)
    assert [row[11] or "" for row in rows_of(client.post(url, reason))] == ["张志强", "刘秀兰", ""]
    assert Entry.objects.filter(verb="ledger.export", details__unmasked=True).count() == 2


def test_a_ledger_of_money_holds_the_books_of_the_own_ground(client, book, outsider, he):
    assert rows_of(export(client, outsider, "money-lines", masked=1)) == []
    assert rows_of(export(client, outsider, "money-lines", masked=1, consultation=book.number)) == []
    assert rows_of(export(client, he, "money-lines", consultation="XS0000000000000")) == []
    assert len(rows_of(export(client, he, "money-lines"))) == 3


def test_what_was_exported_is_no_news_for_the_sheet(client, book, he, wang):
    """The first lines of a book, read from its ledger, are known to the sheet by their numbers."""
    lines = rows_of(export(client, he, "money-lines", consultation=book.number))
    again = [
        {"协商编号": row[1], "收据号": row[4], "日期": row[6], "来源": row[8], "金额": row[13]}
        for row in lines
        if row[4].startswith("S")
    ]
    job = checked(ContributionSheet, wang, *again)
    assert (job.errors, job.result["unchanged"]) == ([], 2)


def test_bundles_leave_with_the_cases_one_sees(client, make_case, chen, zhao, outsider):
    now = timezone.now()
    one, two, three = (
        make_case(area=area, at=now, title="文峰路口路灯") for area in (GRID, f"{XINCUN}004", f"{XINCUN}004")
    )
    cases.bundle_up(one, [two, three], title="文峰路口路灯", by=chen)
    cases.take_out(three, "另一盏灯", by=chen)
    make_case(at=now)
    lines = rows_of(export(client, chen, "bundles"))
    assert [(row[1], row[4], row[9]) for row in lines] == [("文峰路口路灯", case.number, 1) for case in (one, two)]
    bundle = one.bundled.get().bundle
    assert len(rows_of(export(client, zhao, "bundles", bundle=bundle.pk))) == 2
    assert len(rows_of(export(client, chen, "bundles", grid=GRID))) == 1
    assert rows_of(export(client, chen, "bundles", bundle="1 OR 1=1")) == []
    assert rows_of(export(client, outsider, "bundles")) == []
    for url in (reverse("desk:bundles"), reverse("desk:bundle", args=[bundle.pk])):
        client.force_login(chen)
        assert reverse("desk:export-ledger", args=["bundles"]) in client.get(url).content.decode()
