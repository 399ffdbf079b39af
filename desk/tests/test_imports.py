"""导入12345事项: all rows checked first, then all written or none; and collections of messages by command."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Entry
from cases import sheets
from cases.job_kinds import CHECK, WRITE
from cases.models import Case, Report
from cases.states import Channel
from conftest import GRID, XINCUN, moment
from grids.levels import Level
from jobs import services as jobs
from jobs.models import Job
from notifications.models import Notification

pytestmark = pytest.mark.django_db
URL = reverse("desk:import")
# Written by LibreOffice from invented rows: a title line, a line break in a cell, numbers and dates as such.
SHEET = Path(__file__).parent / "data" / "hotline.xlsx"
GOOD = [
    "XC9001",
    "路灯不亮",
    "北大街道",
    "新村社区",
    "",
    "3号楼前",
    "路灯",
    "三天没亮",
    "刘女士",
    "13800001234",
    "2026-12-04",
    "否",
]


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def sheet_of(*rows: list[str]) -> SimpleUploadedFile:
    """A .csv with our headers."""
    text = io.StringIO()
    csv.writer(text).writerows([sheets.TEMPLATE, *rows])
    return SimpleUploadedFile("today.csv", text.getvalue().encode())


def upload(client, user, file) -> Job:
    """What becomes of a sheet after a worker took it up."""
    client.force_login(user)
    response = client.post(URL, {"sheet": file})
    assert response.status_code == 302
    jobs.work()
    return Job.objects.filter(kind=CHECK).latest("created_at")


def write(client, job: Job) -> Job:
    """Press 写入 and let a worker do it."""
    client.post(reverse("desk:import-job", args=[job.pk]))
    jobs.work()
    return Job.objects.filter(kind=WRITE).latest("created_at")


def test_a_sheet_of_libreoffice_is_checked_and_written_once(client, he, django_capture_on_commit_callbacks):
    job = upload(client, he, SimpleUploadedFile("today.xlsx", SHEET.read_bytes()))
    assert (job.state, job.errors, job.result["ready"]) == (Job.State.DONE, [], 3)
    assert not Case.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        written = write(client, job)
    assert written.result == {"new": 3, "known": 0, "total": 3}
    first = Case.objects.get(external_number="XC20261123001")
    assert (first.channel, first.area_id, first.level) == (Channel.HOTLINE, GRID, Level.GRID)
    assert first.external_due_at == moment("2026-12-04 18:00")
    assert "\n" in first.text and first.created_by == he
    assert Report.objects.get(case=first).phone.plain == "13800001234"
    second = Case.objects.get(external_number="XC20261123002")
    assert (second.area_id, second.category.code, second.urgent) == (XINCUN, "road-flood", True)
    assert second.external_due_at == moment("2026-12-04 18:00")
    job.refresh_from_db()
    assert not job.result_file
    assert Entry.objects.filter(verb="cases.import").count() == 1
    assert Notification.objects.filter(seat=f"user:{he.pk}", title__contains="已写入3件").exists()


def test_the_same_sheet_again_doubles_nothing(client, he):
    write(client, upload(client, he, sheet_of(GOOD)))
    again = upload(client, he, sheet_of(GOOD, ["XC9002", *GOOD[1:]]))
    assert (again.result["known"], again.result["ready"]) == (1, 1)
    assert write(client, again).result["new"] == 1
    assert Case.objects.count() == 2


def test_one_wrong_row_keeps_all_out_and_every_fault_is_named(client, he):
    wrong = [
        ["XC2", "没听说过", *GOOD[2:]],
        ["XC3", *GOOD[1:3], "没有的社区", *GOOD[4:]],
        ["XC4", *GOOD[1:9], "1380000123", *GOOD[10:]],
        ["XC5", *GOOD[1:10], "下周", "否"],
        ["XC6", *GOOD[1:7], "", *GOOD[8:]],
        ["XC7", *GOOD[1:4], "第九十网格", *GOOD[5:]],
        ["XC8", *GOOD[1:7], "长" * 4001, *GOOD[8:]],
        GOOD,
        ["XC9", *GOOD[1:2], "丁庄街道", "丁庄社区", *GOOD[4:]],
    ]
    job = upload(client, he, sheet_of(GOOD, *wrong))
    found = {(p["row"], p["column"]): p for p in job.errors}
    expected = {
        (3, "问题分类"), (4, "社区"), (5, "联系电话"), (6, "办结时限"), (7, "内容"), (8, "网格"), (9, "内容"), (10, "工单编号"),
    }  # fmt: skip
    assert expected <= set(found)
    assert (11, "社区") in found or (11, "街道") in found
    assert all(problem["problem"] and problem["remedy"] for problem in job.errors)
    assert "1380000123" not in str(job.errors)
    assert not job.result_file
    text = client.get(reverse("desk:import-job", args=[job.pk])).content.decode()
    assert "一行也没有写入" in text and "没有这个类别" in text
    assert not Case.objects.exists()


def test_places_outside_the_own_ground_are_refused(client, he):
    elsewhere = [*GOOD[:2], "丁庄街道", "天宝社区", *GOOD[4:]]
    job = upload(client, he, sheet_of(elsewhere))
    assert [p["problem"] for p in job.errors] == ["不在您的辖区"]


def test_the_columns_of_a_city_hotlines_export_are_understood(client, he):
    headers = [
        "工单编号",
        "工单类型",
        "问题分类",
        "标题",
        "主要内容",
        "来电人",
        "来电人电话/账号",
        "被反映街乡镇",
        "村/社区",
        "小区点位",
    ]
    row = [
        "BJ1",
        "诉求",
        "城建->照明->路灯不亮",
        "灯",
        "路灯不亮了",
        "王先生",
        "13800001234",
        "北大街道",
        "新村社区",
        "3号楼",
    ]
    text = io.StringIO()
    csv.writer(text).writerows([headers, row])
    job = upload(client, he, SimpleUploadedFile("x.csv", text.getvalue().encode("gb18030")))
    assert (job.errors, job.result["ready"]) == ([], 1)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "甲,乙\n1,2\n", "没有找到表头"),
        ("b.xlsx", "PK不是表格", "无法读取"),
        ("c.csv", ",".join(sheets.TEMPLATE), "没有数据"),
    ],
)
def test_an_unfit_file_ends_the_job_with_what_to_do(client, he, name, content, words):
    job = upload(client, he, SimpleUploadedFile(name, content.encode()))
    assert job.state == Job.State.FAILED and words in job.problem
    assert "重新上传" in client.get(reverse("desk:import-job", args=[job.pk])).content.decode()


def test_other_kinds_of_files_are_refused_at_once(client, he):
    client.force_login(he)
    text = client.post(URL, {"sheet": SimpleUploadedFile("a.pdf", b"%PDF")}).content.decode()
    assert "只能读.xlsx和.csv" in text and not Job.objects.exists()


def test_a_writing_that_failed_keeps_the_checked_sheet(client, he, chen):
    job = upload(client, he, sheet_of(GOOD))
    he.postings.update(valid_to=moment("2026-01-01 00:00").date())
    writing = jobs.start(WRITE, payload={"checked": str(job.pk)}, by=he)
    jobs.work()
    writing.refresh_from_db()
    job.refresh_from_db()
    assert writing.state == Job.State.FAILED and job.result_file
    assert not Case.objects.exists()


def test_the_page_asks_again_until_the_work_has_ended(client, he):
    client.force_login(he)
    job = jobs.start(CHECK, payload={}, by=he, input_file=ContentFile(sheet_of(GOOD).read()))
    address = reverse("desk:import-job", args=[job.pk])
    assert 'hx-trigger="every 1s"' in client.get(address).content.decode()
    jobs.work()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in fragment and "写入1件" in fragment and "<html" not in fragment


def test_only_who_may_import_and_only_own_jobs(client, he, chen, wang, clerk, qian):
    job = upload(client, he, sheet_of(GOOD))
    address = reverse("desk:import-job", args=[job.pk])
    client.force_login(chen)
    assert client.get(address).status_code == client.post(address).status_code == 404
    for user in (wang, clerk, qian):
        client.force_login(user)
        assert client.get(URL).status_code == client.get(address).status_code == 403


def test_the_template_can_be_filled_in_and_read_back(client, he):
    client.force_login(he)
    content = b"".join(client.get(URL, {"template": "1"}).streaming_content)
    assert load_workbook(io.BytesIO(content)).active["A1"].value == "工单编号"
    assert [row.get("number") for row in sheets.read_hotline(io.BytesIO(content))] == ["12345-示例-0001"]


MESSAGES = [
    {
        "id": "1",
        "user": "A1",
        "subject": "路灯坏了",
        "sent_at": "2019-07-19 18:19:54",
        "body": "三号楼前\t的路灯不亮😷",
    },
    {"id": "2", "user": "A2", "subject": "空的", "sent_at": "2019-07-20 08:00:00", "body": " \u200b "},
    {"id": "3", "user": "A3", "subject": "太长", "sent_at": "2019-07-20 08:00:00", "body": "长" * 4001},
    {"id": "4", "user": "A4", "subject": "说不清", "sent_at": "2019-07-20 08:00:00", "body": "说不清\n归谁管"},
]


@pytest.fixture
def messages_file(tmp_path):
    file = tmp_path / "messages.csv"
    with file.open("w", encoding="utf-8", newline="") as sheet:
        writer = csv.DictWriter(sheet, fieldnames=MESSAGES[0])
        writer.writeheader()
        writer.writerows(MESSAGES)
    return file


def test_messages_go_through_the_intake_once_and_refusals_are_explained(ground, messages_file, capsys, tmp_path):
    refused = tmp_path / "refused.csv"
    for new, known in ((2, 0), (0, 2)):
        call_command("import_requests", messages_file, area=XINCUN, source="trial", refused=refused, verbosity=0)
        assert f"读到4行，新登记{new}件，已登记过{known}件，未收2行" in capsys.readouterr().out
    rows = list(csv.DictReader(refused.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["row"], row["reason"]) for row in rows] == [("3", "没有内容"), ("4", "内容4001个字，超过4000个字")]
    report = Report.objects.select_related("case__category").get(source="trial", source_id="1")
    assert (report.case.category.code, report.case.area_id) == ("light-street", XINCUN)
    assert report.said_at == moment("2019-07-19 18:19:54")
    assert Case.objects.get(reports__source_id="4").category.code == "other"


def test_trial_messages_are_spread_over_the_communities_the_same_way_each_time(ground):
    rules = sheets.MessageRules("web", "x", list("abcdef"), {})
    spread = [rules.area_of(str(number)) for number in range(100)]
    assert spread == [rules.area_of(str(number)) for number in range(100)] and set(spread) == set("abcdef")


def test_the_command_names_what_it_does_not_know(ground, messages_file, tmp_path):
    for options in ({"area": "999999"}, {"category": "nothing"}):
        with pytest.raises(CommandError):
            call_command("import_requests", messages_file, verbosity=0, **options)
    with pytest.raises(CommandError):
        call_command("import_requests", tmp_path / "missing.csv", verbosity=0)


def test_every_keyword_leads_to_a_category(ground):
    from cases.keywords import _table
    from cases.models import Category

    assert {code for _, code in _table()} <= set(Category.objects.values_list("code", flat=True))
