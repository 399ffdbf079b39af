"""The pages of sheets: who may import what, what they see of a check, and the file with the reasons."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import Entry
from households.models import Household
from households.sheets import HouseholdSheet
from households.tests.test_sheets import HEAD, HEADERS, sheet_of
from jobs import imports
from jobs import services as jobs
from jobs.models import Job

pytestmark = pytest.mark.django_db
URL = reverse("desk:sheet", args=["households"])


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, user, file, name="today.csv") -> Job:
    """What becomes of an upload after a worker took it up."""
    client.force_login(user)
    response = client.post(URL, {"sheet": SimpleUploadedFile(name, file.read())})
    assert response.status_code == 302, response.content.decode()
    jobs.work()
    return Job.objects.filter(kind=imports.CHECK).latest("created_at")


def page(client, job: Job) -> str:
    return client.get(reverse("desk:sheet-job", args=[job.pk])).content.decode()


def test_the_overview_names_what_one_may_import(client, wang, he, zhao, clerk):
    for user, there, not_there in (
        (wang, ["住户"], ["任职", "12345事项"]),
        (he, ["住户", "任职", "小区和楼栋", "组织和单位", "12345事项"], []),
        (zhao, ["任职", "小区和楼栋"], []),
    ):
        client.force_login(user)
        shown = (
            client.get(reverse("desk:sheets")).content.decode().partition('<ul class="lines">')[2].partition("</ul>")[0]
        )
        assert all(words in shown for words in there)
        assert not any(words in shown for words in not_there)
    client.force_login(clerk)
    assert client.get(reverse("desk:sheets")).status_code == 403


def test_a_kind_needs_its_ability_and_unknown_ones_are_not_there(client, wang):
    client.force_login(wang)
    assert client.get(reverse("desk:sheet", args=["postings"])).status_code == 403
    assert client.get(reverse("desk:sheet", args=["nothing"])).status_code == 404


def test_the_template_has_notes_an_example_and_drop_downs(client, wang):
    client.force_login(wang)
    content = b"".join(client.get(f"{URL}?template=1").streaming_content)
    sheet = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]] == ["序号", *HEADERS]
    assert (sheet["A2"].value, sheet["A3"].value) == ("说明", "示例")
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} >= {'"男,女,未说明"'}
    phone = HEADERS.index("手机号") + 2
    assert sheet.cell(3, phone).value == "13800000000" and sheet.cell(3, phone).number_format == "@"


def test_a_sheet_is_previewed_confirmed_and_found(client, wang, courtyard):
    job = upload(client, wang, sheet_of(HEAD))
    shown = page(client, job)
    assert "新增1户" in shown and "确认写入" in shown and "第一食品厂家属院3号楼　刘*" in shown
    assert "13800001234" not in shown and "刘秀兰" not in shown
    client.post(reverse("desk:sheet-job", args=[job.pk]))
    jobs.work()
    written = Job.objects.get(kind=imports.WRITE)
    assert "已写入：新增1户" in page(client, written)
    assert Household.objects.count() == 1
    assert "已经写入或清除" in page(client, job)


def test_giving_up_clears_what_was_kept(client, wang, courtyard):
    job = upload(client, wang, sheet_of(HEAD))
    job.refresh_from_db()
    storage, name = job.result_file.storage, job.result_file.name
    assert storage.exists(name)
    client.post(reverse("desk:sheet-job", args=[job.pk]), {"give_up": "1"})
    job.refresh_from_db()
    assert not job.result_file
    client.post(reverse("desk:sheet-job", args=[job.pk]))
    assert not Job.objects.filter(kind=imports.WRITE).exists()


def test_faults_come_back_as_a_workbook_for_the_owner_alone(client, wang, he, courtyard):
    job = upload(client, wang, sheet_of(HEAD, HEAD | {"房号": "502", "手机号": "1380000123", "称呼": "=1+1"}))
    shown = page(client, job)
    assert "有问题1行" in shown and "少1位" in shown and "确认写入" not in shown and "1380000123" not in shown
    answer = client.get(reverse("desk:sheet-faults", args=[job.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0] == [*HEADERS, "错误原因"]
    assert not lines[1][-1] and lines[2][-1].startswith("手机号：少1位")
    assert lines[2][HEADERS.index("称呼")] == "=1+1" and sheet.cell(3, HEADERS.index("称呼") + 1).data_type == "s"
    assert Entry.objects.filter(verb="sheet.faults", actor_id=wang.pk).count() == 1
    client.force_login(he)
    assert client.get(reverse("desk:sheet-faults", args=[job.pk])).status_code == 404


def test_the_file_with_the_reasons_is_put_right_and_uploaded_again(client, wang, courtyard):
    job = upload(client, wang, sheet_of(HEAD | {"手机号": "1380000123"}))
    content = b"".join(client.get(reverse("desk:sheet-faults", args=[job.pk])).streaming_content)
    book = load_workbook(io.BytesIO(content))
    book.active.cell(2, HEADERS.index("手机号") + 1).value = "13800001234"
    out = io.BytesIO()
    book.save(out)
    again = upload(client, wang, io.BytesIO(out.getvalue()), "again.xlsx")
    assert (again.errors, again.result["new"], again.result["unused"]) == ([], 1, [])
    job.refresh_from_db()
    assert not job.result_file, "the next upload clears what the last one kept"


def test_what_waits_on_disk_is_sealed(client, wang, courtyard):
    job = upload(client, wang, sheet_of(HEAD))
    with job.result_file.open() as file:
        kept = file.read()
    assert "刘秀兰".encode() not in kept and b"13800001234" not in kept
    wrong = upload(client, wang, sheet_of(HEAD | {"房号": ""}))
    with wrong.result_file.open() as file:
        assert b"PK" not in file.read()[:64]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.xls", "旧版.xls"), ("a.xlsm", "含有宏"), ("a.ods", ".ods"), ("a.docx", "只能读"), ("a.et", "WPS")],
)
def test_other_files_are_turned_away_at_once(client, wang, name, reason):
    client.force_login(wang)
    response = client.post(URL, {"sheet": SimpleUploadedFile(name, b"x")})
    assert reason in response.content.decode() and not Job.objects.exists()


def test_somebody_elses_job_is_not_there(client, wang, he, courtyard):
    job = upload(client, wang, sheet_of(HEAD))
    client.force_login(he)
    assert client.get(reverse("desk:sheet-job", args=[job.pk])).status_code == 404


def test_nothing_personal_stays_in_the_rows_of_jobs(client, wang, courtyard):
    upload(client, wang, sheet_of(HEAD, HEAD | {"房号": "502", "姓名": "刘" * 31}))
    kept = str(list(Job.objects.values()))
    assert "刘秀兰" not in kept and "13800001234" not in kept


def test_kept_sheets_are_forgotten_after_some_days(client, wang, courtyard):
    job = upload(client, wang, sheet_of(HEAD))
    assert imports.forget_old() == 0
    assert imports.forget_old(job.finished_at + imports.KEPT * 2) == 1
    job.refresh_from_db()
    assert not job.result_file and not imports.is_ready(job)
    assert HouseholdSheet.code in {kind.code for kind in imports.sheets()}
