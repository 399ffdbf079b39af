"""Ledgers: who gets which rows, masked unless for a reason, large ones as a job, and none of it grows with the rows."""

import io
import zipfile
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from audit.models import Entry
from common.sensitive import mask_numbers
from conftest import GRID, XINCUN, posted
from desk.ledgers import LEDGERS, exporting
from grids.models import Building, Compound, Entrance, Post, Posting
from households.services.bulk import HouseholdRow, PersonRow, write
from jobs import services as jobs
from jobs.models import Job
from notifications.models import Notification

pytestmark = pytest.mark.django_db
PHONE, NAME = "13800004321", "刘秀兰"
REASON = {"reason": "visit", "words": "入户核对老人情况"}


@pytest.fixture
def yard(ground):
    """A compound of 新村社区第三网格 with two known households."""
    found = Compound.objects.create(area_id=GRID, name="第一食品厂家属院", kind="work_unit")
    fill(found, ["501", "502"])
    return found


def fill(yard: Compound, rooms: list[str]) -> None:
    rows = [
        HouseholdRow(
            yard.pk, 3, 2, room, yard.area_id,
            people=[PersonRow(NAME, relation="head", phone=PHONE, birth_year=1948)],
            contact_name=NAME, contact_phone=PHONE, tags=[("alone", "老人独居")],
        )
        for room in rooms
    ]  # fmt: skip
    write(rows, by=None)


@pytest.fixture
def fetch(client):
    """fetch(user, code, **query): the answer of the export."""

    def ask(user, code, **query):
        client.force_login(user)
        return client.get(reverse("desk:export-ledger", args=[code]), query)

    return ask


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Results of jobs in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def rows(file: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True))


def everything(file: bytes) -> bytes:
    parts = zipfile.ZipFile(io.BytesIO(file))
    return b"".join(parts.read(name) for name in parts.namelist())


def test_export_of_cases_is_the_filtered_list_masked_and_harmless(make_case, fetch, zhao):
    make_case(subject="=1+1", area=XINCUN, place="找13800001234", at=timezone.now())
    make_case(subject="另一类", category="leak-roof", at=timezone.now())
    response = fetch(zhao, "cases", view="all", category="light")
    named = unquote(response["Content-Disposition"])
    assert f"魏都区_北大街道_事项台账_{timezone.localdate():%Y%m%d}.xlsx" in named
    found = rows(content(response))
    assert found[0][0] == "魏都区北大街道事项台账" and "共1件" in found[1][0] and found[2][0] == "序号"
    assert found[3][4] == "'=1+1" and found[3][5] == "找138****1234"
    assert found[4][0].startswith("填表人：赵主任")
    entry = Entry.objects.get(verb="ledger.export")
    assert (entry.actor_id, entry.details) == (zhao.pk, {"rows": 1, "unmasked": False})


def test_who_may_not_export_gets_403(fetch, wang, clerk, li):
    for user in (wang, clerk, li):
        assert fetch(user, "cases").status_code == 403


def test_households_are_masked_by_default(fetch, yard, he):
    response = fetch(he, "households")
    assert f"魏都区_北大街道_新村社区_住户台账_{timezone.localdate():%Y%m%d}.xlsx" in unquote(
        response["Content-Disposition"]
    )
    file = content(response)
    found = rows(file)
    assert found[3][2:5] == ("第一食品厂家属院3号楼****", "刘*", 1) and found[3][8] == "138****4321"
    assert PHONE.encode() not in everything(file) and NAME.encode() not in everything(file)


@pytest.mark.parametrize("code", ["residents", "care-tags"])
def test_residents_and_tags_are_masked_by_default(code, fetch, yard, he):
    file = content(fetch(he, code))
    assert len(rows(file)) == 2 + 1 + 2 + 2
    assert PHONE.encode() not in everything(file) and NAME.encode() not in everything(file)


def test_every_ledger_can_be_had_by_who_keeps_the_community(fetch, yard, chen):
    for code, ledger in LEDGERS.items():
        response = fetch(chen, code, masked=1)
        assert rows(content(response))[2][1] == ledger.columns[0].header, code
        sheet = fetch(chen, code, print=1)
        assert ledger.title in sheet.content.decode() and PHONE not in sheet.content.decode()


def test_who_may_unmask_is_asked_first_and_others_are_not(fetch, yard, chen, he):
    assert "含完整联系方式" in fetch(chen, "households").content.decode()
    assert content(fetch(he, "households"))


def test_unmasked_ledger_carries_its_reason_and_is_recorded(client, yard, chen):
    client.force_login(chen)
    response = client.post(reverse("desk:export-ledger", args=["households"]), REASON)
    found = rows(content(response))
    assert PHONE in found[4] and NAME in found[4]
    watermark = found[2][0]
    assert "仅限内部使用" in watermark and "陈书记" in watermark and "上门走访核对，入户核对老人情况" in watermark
    entry = Entry.objects.get(verb="ledger.export")
    assert entry.details == {"rows": 2, "unmasked": True, "reason": "visit"} and entry.actor_id == chen.pk


@pytest.mark.parametrize(
    "given",
    [{}, {"reason": "visit"}, {"reason": "nonsense", "words": "入户核对"}, {"reason": "visit", "words": "看"}],
)
def test_without_a_reason_and_own_words_nothing_leaves(given, client, yard, chen):
    client.force_login(chen)
    response = client.post(reverse("desk:export-ledger", args=["households"]), given)
    assert response.status_code == 200 and "invalid-feedback" in response.content.decode()
    assert not Entry.objects.filter(verb="ledger.export").exists()


def test_unmasked_ledger_wants_the_ability(client, yard, he):
    client.force_login(he)
    assert client.post(reverse("desk:export-ledger", args=["households"]), REASON).status_code == 403


def test_unmasked_ledger_holds_only_what_the_granting_post_covers(client, yard):
    both = posted("both", "郑两岗", "郑主任", "community_secretary", area="411002008001")
    Posting.objects.create(user=both, post=Post.objects.get(code="community_worker"), area_id=XINCUN)
    client.force_login(both)
    path = reverse("desk:export-ledger", args=["households"])
    assert len(rows(content(client.get(path, {"masked": 1})))) == 7
    assert PHONE.encode() not in everything(content(client.post(path, REASON)))


def test_nobody_gets_rows_of_another_street(fetch, yard, outsider):
    assert len(rows(content(fetch(outsider, "households", masked=1)))) == 5
    assert len(rows(content(fetch(outsider, "compounds", community=XINCUN)))) == 5


def test_rows_are_narrowed_as_the_list_is(fetch, yard, he):
    other = Compound.objects.create(area_id=f"{XINCUN}001", name="市政家属院", kind="courtyard")
    fill(other, ["101"])
    assert len(rows(content(fetch(he, "households", grid=GRID)))) == 7
    assert len(rows(content(fetch(he, "households", compound=other.pk)))) == 6
    assert len(rows(content(fetch(he, "households", compound="1 OR 1=1")))) == 5
    assert len(rows(content(fetch(he, "compounds", kind="courtyard")))) == 6
    response = fetch(he, "households", grid=GRID)
    assert "魏都区_北大街道_新村社区_第三网格_住户台账" in unquote(response["Content-Disposition"])
    assert content(response)


@pytest.mark.parametrize("code", list(LEDGERS))
def test_queries_do_not_grow_with_the_rows(code, fetch, yard, make_case, chen):
    make_case(at=timezone.now())

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            content(fetch(chen, code, masked=1, view="all"))
        return len(captured)

    asked()
    few = asked()
    fill(yard, [str(room) for room in range(101, 113)])
    for _ in range(5):
        make_case(at=timezone.now())
    for number in range(10, 16):
        Entrance.objects.create(building=Building.objects.create(compound=yard, area_id=GRID, number=number), number=1)
    assert asked() <= few


def test_large_ledger_becomes_a_job_whose_file_its_owner_fetches(client, fetch, yard, he, chen, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    response = fetch(he, "households", kind="resident")
    job = Job.objects.get()
    assert response.url == reverse("desk:ledger-job", args=[job.pk])
    assert job.payload == {"ledger": "households", "unmasked": False} and NAME not in str(job.result)
    assert "正在排队" in client.get(response.url).content.decode()
    assert jobs.work() == 1
    job.refresh_from_db()
    assert job.result["rows"] == 2 and not job.input_file
    assert Notification.objects.get(cause=f"job:{job.pk}").target == response.url
    assert "下载" in client.get(response.url).content.decode()
    file = content(client.get(reverse("desk:ledger-file", args=[job.pk])))
    assert rows(file)[3][3] == "刘*" and PHONE.encode() not in everything(file)
    assert Entry.objects.get(verb="ledger.fetch").details == {"ledger": "households", "rows": 2}
    client.force_login(chen)
    assert client.get(reverse("desk:ledger-file", args=[job.pk])).status_code == 404


def test_unmasked_job_keeps_its_warning_and_wants_the_ability_again(client, yard, chen, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    client.force_login(chen)
    path = client.post(reverse("desk:export-ledger", args=["households"]), REASON).url
    jobs.work()
    job = Job.objects.get()
    file = content(client.get(f"{path}file/"))
    assert PHONE in rows(file)[4] and "入户核对老人情况" in rows(file)[2][0]
    assert "入户" not in f"{job.payload}{job.result}{job.title}"
    chen.postings.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert client.get(f"{path}file/").status_code == 403


def test_job_of_somebody_whose_posting_ended_writes_nothing(client, fetch, yard, he, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    fetch(he, "households")
    he.postings.update(valid_to=timezone.localdate() - timedelta(days=1))
    jobs.work()
    job = Job.objects.get()
    assert job.state == Job.State.FAILED and "岗位已有变化" in job.problem and not job.result_file
    assert not Entry.objects.filter(verb="ledger.export").exists()


def test_files_are_cleared_by_the_next_export_and_after_some_days(client, fetch, yard, he, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    first = fetch(he, "households").url
    jobs.work()
    assert content(fetch(he, "compounds", kind="work_unit"))  # one row: at once, and the first file stays
    assert client.get(first).context["job"].result_file
    third = fetch(he, "residents").url
    assert "已经清除" in client.get(first).content.decode()
    assert client.get(f"{first}file/").status_code == 302
    jobs.work()
    Job.objects.update(finished_at=timezone.now() - exporting.KEPT - timedelta(hours=1))
    assert client.get(f"{third}file/").status_code == 302
    assert exporting.clear(at=timezone.now() + exporting.KEPT) == 1
    assert not Job.objects.exclude(result_file="").exists()


def test_sheet_to_print_says_what_it_leaves_out(fetch, yard, he, monkeypatch):
    monkeypatch.setattr(exporting, "PRINTED", 1)
    page = fetch(he, "households", print=1).content.decode()
    assert "只列前1户，还有1户没有列出" in page and page.count("<tr>") == 2
    assert "签收单位（盖章）" in page and "刘*" in page and NAME not in page
    assert Entry.objects.get(verb="ledger.print").details == {"rows": 1}


def test_unknown_ledger_is_not_found(fetch, he):
    assert fetch(he, "nothing").status_code == 404


def test_numbers_written_into_words_are_masked_and_the_rest_stays():
    assert mask_numbers("找13800001234或411002199001010018") == "找138****1234或411002********0018"
    assert mask_numbers("第411002005003003号 0374-2600001") == "第411002005003003号 0374-2600001"
