"""台账清单 and 交办单: pages, papers and files; frozen words, no personal data, everything typed kept."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import Entry
from cases import services as cases
from cases.models import Case
from conftest import XINCUN
from grids.models import Organization
from supervision.models import HandOut, Ledger, LedgerItem
from supervision.services import ledgers, reviewing
from supervision.services.handing import Row, hand_out_batch

pytestmark = pytest.mark.django_db
LISTS, NEW = reverse("desk:working-ledgers"), reverse("desk:handout-new")
PERSONAL = ("刘女士", "13800001234", "2单元", "501")


def unit(code: str) -> Organization:
    return Organization.objects.get(code=code)


@pytest.fixture
def accepted(make_case, zhao, qian):
    """accepted(title): passed up by the street and by 区委组织部, listed, waiting at 区委办."""

    def make(title="六一路涵洞雨后积水", *, opinion="汛期前改造", why="泵站归市政管理", **more) -> Case:
        case = make_case(area=XINCUN[:9], category="road-flood", at=timezone.now(), **more)
        cases.set_title(case, title, by=zhao)
        cases.escalate(case, why, by=zhao)
        reviewing.accept(case, reviewing.Opinion(unit("zhujian"), (unit("chengguan"),), opinion), by=qian)
        return case

    return make


def of(name: str, *args) -> str:
    return reverse(f"desk:{name}", args=args)


def text_of(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_an_open_ledger_is_issued_with_the_number_somebody_typed(client, accepted, qian, zhao):
    case = accepted()
    ledger = Ledger.objects.get()
    client.force_login(qian)
    assert f"{ledger.year}年清单第1号" in text_of(client, LISTS)
    page = text_of(client, of("working-ledger", ledger.pk))
    assert "六一路涵洞雨后积水" in page and "印发清单第1号" in page and "区城管局" in page
    response = client.post(of("working-ledger-issue", ledger.pk), {"document_number": "魏组〔2026〕5号"}, follow=True)
    text = response.content.decode()
    assert "魏组〔2026〕5号" in text and "印发清单第1号" not in text
    cases.set_title(case, "改过的标题", by=zhao)
    text = text_of(client, of("working-ledger", ledger.pk))
    assert "六一路涵洞雨后积水" in text and "改过的标题" not in text
    again = client.post(
        of("working-ledger-issue", ledger.pk), {"document_number": "别的"}, follow=True
    ).content.decode()
    assert "已经印发" in again
    assert Ledger.objects.get().document_number == "魏组〔2026〕5号"
    assert "魏组〔2026〕5号" in text_of(client, LISTS)


def test_a_document_number_too_long_is_kept_and_refused(client, accepted, qian):
    accepted()
    client.force_login(qian)
    long = "魏组" * 30
    text = client.post(of("working-ledger-issue", Ledger.objects.get().pk), {"document_number": long}).content.decode()
    assert long in text and not Ledger.objects.get().is_issued


def test_only_the_collectors_issue_and_take_out(client, accepted, sun, qian):
    item = LedgerItem.objects.get(case=accepted())
    client.force_login(sun)
    assert client.post(of("working-ledger-issue", item.ledger_id)).status_code == 403
    assert client.post(of("ledger-item-remove", item.pk)).status_code == 403
    assert "印发清单" not in text_of(client, of("working-ledger", item.ledger_id))
    client.force_login(qian)
    client.post(of("ledger-item-remove", item.pk))
    assert not LedgerItem.objects.exists()


def test_a_remark_is_kept_for_good(client, accepted, sun, qian):
    item = LedgerItem.objects.get(case=accepted())
    ledgers.issue(item.ledger, by=qian)
    client.force_login(sun)
    assert "请填写备注" in client.post(of("ledger-item-note", item.pk), {"text": " "}).content.decode()
    client.post(of("ledger-item-note", item.pk), {"text": "泵站已排查"})
    assert "泵站已排查" in text_of(client, of("working-ledger", item.ledger_id))
    client.force_login(qian)
    refused = client.post(of("ledger-item-remove", item.pk), follow=True).content.decode()
    assert "已经印发，不能再移出事项" in refused


def test_what_the_reader_may_not_see_is_left_out(client, accepted, qian, sun):
    case = accepted("反映的那件")
    accepted("另一件")
    Case.objects.filter(pk=case.pk).update(about=qian)
    ledger = Ledger.objects.get()
    client.force_login(qian)
    for name in ("working-ledger", "working-ledger-print"):
        text = text_of(client, of(name, ledger.pk))
        assert "反映的那件" not in text and "另一件" in text
    assert client.get(of("ledger-item-note", LedgerItem.objects.get(case=case).pk)).status_code == 404
    client.force_login(sun)
    assert "反映的那件" in text_of(client, of("working-ledger", ledger.pk))


@pytest.fixture
def personal(accepted, sun):
    """A case whose staff wrote about people where they should not have."""
    words = "刘女士13800001234，住2单元501室"
    case = accepted(f"{words}门口积水"[:60], opinion=words, why=words, place="3号楼2单元501", name="刘女士")
    batch = hand_out_batch([Row(case, unit("zhujian"), f"联系{words}")], by=sun)
    return case, batch


def test_papers_and_files_hold_no_personal_data(client, personal, qian):
    case, batch = personal
    ledger = Ledger.objects.get()
    client.force_login(qian)
    for issued in (False, True):
        if issued:
            ledgers.issue(ledger, "=HYPERLINK(1)", by=qian)
        papers = text_of(client, of("working-ledger-print", ledger.pk)) + text_of(client, of("handout-print", batch.pk))
        papers += text_of(client, of("working-ledger", ledger.pk)) + text_of(client, of("handout", batch.pk))
        content = b"".join(client.get(of("working-ledger-file", ledger.pk)).streaming_content)
        cells = [
            str(cell) for row in load_workbook(BytesIO(content)).active.iter_rows(values_only=True) for cell in row
        ]
        for personal_value in PERSONAL:
            assert personal_value not in papers
            assert personal_value not in "".join(cells)
        assert case.number in cells and not any(cell.startswith("=") for cell in cells)
    verbs = set(Entry.objects.filter(subject_kind__in=["working_ledger", "handout"]).values_list("verb", flat=True))
    assert {"ledger.print", "ledger.export", "handout.print", "ledger.issue", "handout.issue"} <= verbs


def test_a_paper_that_is_not_issued_says_so(client, accepted, qian):
    accepted()
    ledger = Ledger.objects.get()
    client.force_login(qian)
    assert "未印发，仅供核对" in text_of(client, of("working-ledger-print", ledger.pk))
    ledgers.issue(ledger, by=qian)
    assert "未印发" not in text_of(client, of("working-ledger-print", ledger.pk))


def fields(*rows, **head) -> dict:
    """What the batch page sends: (case, lead, instruction) a row."""
    sent = {"pick": [case.number for case, *_ in rows], **head}
    for case, lead, instruction in rows:
        prefix = f"row-{case.number}"
        lead_pk = unit(lead).pk if lead else ""
        sent |= {f"{prefix}-lead": lead_pk, f"{prefix}-instruction": instruction, f"{prefix}-seen": case.event_count}
    return sent


def test_ticked_cases_are_handed_out_together(client, accepted, sun):
    first, second = accepted(), accepted("路灯成片不亮")
    client.force_login(sun)
    page = client.get(NEW, {"pick": [first.number, second.number]})
    rows = {row.case.pk: row for row in page.context["rows"]}
    assert rows[first.pk]["lead"].value() == unit("zhujian").pk
    assert rows[first.pk]["helpers"].value() == [unit("chengguan").pk]
    assert rows[first.pk]["instruction"].value() == "汛期前改造"
    sent = fields((first, "zhujian", "改造管网"), (second, "gongdian", "换灯"), document_number="魏办督〔2026〕8号")
    sent[f"row-{first.number}-helpers"] = [unit("chengguan").pk]
    response = client.post(NEW, sent)
    batch = HandOut.objects.get()
    assert response["Location"] == of("handout", batch.pk)
    text = text_of(client, of("handout", batch.pk))
    assert "改造管网" in text and "区城管局" in text and "魏办督〔2026〕8号" in text
    assert f"{batch}" in text_of(client, of("handouts"))
    assert "交办单" in text_of(client, of("handout-print", batch.pk))
    page = text_of(client, of("case", first.number))
    assert f"{batch}" in page and "清单第1号" in page


def test_one_wrong_row_keeps_everything_typed_and_hands_nothing_out(client, accepted, sun):
    first, second = accepted(), accepted("路灯成片不亮")
    client.force_login(sun)
    sent = fields((first, "zhujian", "改造管网到位"), (second, "", ""), document_number="魏办督〔2026〕8号")
    text = client.post(NEW, sent).content.decode()
    assert "有1件需要修改" in text and "请选择主办单位" in text and "请填写交办要求" in text
    assert "改造管网到位" in text and "魏办督〔2026〕8号" in text
    sent = fields((first, "zhujian", "改造管网到位"), (second, "gongdian", "换灯"))
    sent[f"row-{second.number}-due_at"] = "2020-01-01T09:00"
    text = client.post(NEW, sent).content.decode()
    assert "办理期限要晚于现在" in text and "改造管网到位" in text
    assert not HandOut.objects.exists()


def test_cases_that_moved_on_are_named(client, accepted, sun):
    first, second = accepted(), accepted("路灯成片不亮")
    hand_out_batch([Row(second, unit("zhujian"), "办")], by=sun)
    client.force_login(sun)
    sent = fields((first, "zhujian", "改造管网到位"), (second, "zhujian", "办"))
    text = client.post(NEW, sent).content.decode()
    assert "已经不在区委办待交办" in text and "改造管网到位" in text
    assert HandOut.objects.count() == 1
    assert client.get(NEW, {"pick": second.number}).status_code == 302
    assert client.get(NEW).status_code == 302


def test_what_happened_meanwhile_is_said_in_the_row(client, accepted, sun):
    case = accepted()
    client.force_login(sun)
    sent = fields((case, "zhujian", "改造管网到位"))
    cases.note(case, "街道补了照片", by=sun)
    text = client.post(NEW, sent).content.decode()
    assert "您打开本页以后" in text and "改造管网到位" in text


@pytest.mark.parametrize("name", ["working-ledgers", "working-ledger", "handouts", "handout", "handout-new", "case"])
def test_many_cost_as_many_queries_as_few(client, accepted, sun, name):
    found = [accepted(f"第{number}件") for number in range(2)]
    batch = hand_out_batch([Row(case, unit("zhujian"), "办", (unit("shuili"),)) for case in found], by=sun)
    open_cases = [accepted(f"待交办第{number}件") for number in range(2)]
    client.force_login(sun)
    ledger = Ledger.objects.get()

    def queries() -> int:
        args = {"working-ledger": [ledger.pk], "handout": [batch.pk], "case": [found[0].number]}.get(name, [])
        query = {"pick": [case.number for case in open_cases]} if name == "handout-new" else {}
        client.get(of(name, *args), query)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(of(name, *args), query).status_code == 200
        return len(captured)

    few = queries()
    more = [accepted(f"又第{number}件") for number in range(8)]
    open_cases += more[:4]
    batch = hand_out_batch([Row(case, unit("zhujian"), "办", (unit("shuili"),)) for case in more[4:]], by=sun)
    assert queries() == few


def test_streets_and_units_open_none_of_it(client, accepted, zhao, li, sun):
    item = LedgerItem.objects.get(case=accepted())
    batch = hand_out_batch([Row(item.case, unit("zhujian"), "办")], by=sun)
    addresses = [LISTS, NEW, of("handouts"), of("handout", batch.pk), of("handout-print", batch.pk)]
    addresses += [
        of(name, item.ledger_id) for name in ("working-ledger", "working-ledger-print", "working-ledger-file")
    ]
    for user in (zhao, li):
        client.force_login(user)
        assert {client.get(url).status_code for url in addresses} == {403}
        page = text_of(client, of("case", item.case.number))
        assert "清单第1号" in page and of("working-ledger", item.ledger_id) not in page
    client.force_login(sun)
    assert client.get(of("working-ledger", 999999)).status_code == 404
    assert client.get(of("handout", 999999)).status_code == 404
