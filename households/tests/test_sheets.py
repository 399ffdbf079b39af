"""The sheet of households: what goes through, what is refused and in what words, and that the same again changes nothing."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook

from conftest import GRID, XINCUN
from grids.models import Compound
from households.models import CareTag, Household, Resident, TagKind
from households.sheets import HouseholdSheet
from jobs import imports
from jobs import services as jobs
from jobs.models import Job
from notifications.models import Notification

pytestmark = pytest.mark.django_db
HEADERS = [column.header for column in HouseholdSheet.columns]
HEAD = {
    "街道": "北大街道", "社区": "新村社区", "网格": "第三网格", "小区": "第一食品厂家属院", "楼号": "3", "单元": "2", "房号": "501",
    "户类型": "常住", "姓名": "刘秀兰", "称呼": "刘阿姨", "与户主关系": "户主", "性别": "女", "出生年": "1951", "手机号": "13800001234",
}  # fmt: skip
DAUGHTER = HEAD | {"姓名": "刘玉芳", "称呼": "", "与户主关系": "女儿", "出生年": "1978", "手机号": "", "户类型": ""}


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def alone(ground):
    return TagKind.objects.get_or_create(code="alone", defaults={"name": "独居老人"})[0]


def sheet_of(*rows: dict[str, str], headers=None) -> ContentFile:
    """A .csv with our headers."""
    text = io.StringIO()
    headers = headers or HEADERS
    csv.writer(text).writerows([headers, *([row.get(header, "") for header in headers] for row in rows)])
    return ContentFile(text.getvalue().encode())


def book_of(*rows: dict[str, str]) -> ContentFile:
    """A workbook of openpyxl."""
    book = Workbook()
    for row in [dict(zip(HEADERS, HEADERS, strict=True)), *rows]:
        book.active.append([row.get(header) for header in HEADERS])
    out = io.BytesIO()
    book.save(out)
    return ContentFile(out.getvalue())


def check(user, file) -> Job:
    """What becomes of an upload after a worker took it up."""
    job = imports.begin(HouseholdSheet, file, by=user)
    jobs.work()
    job.refresh_from_db()
    return job


def write(user, checked: Job) -> Job:
    """Confirm, and let a worker do it."""
    job = imports.confirm(checked, by=user)
    jobs.work()
    job.refresh_from_db()
    return job


def faults(user, *rows: dict[str, str]) -> set[tuple[int, str, str]]:
    """(row, column, problem) of everything that is wrong with a sheet."""
    job = check(user, sheet_of(*rows))
    assert job.state == Job.State.DONE, job.problem
    return {(fault["row"], fault["column"], fault["problem"]) for fault in job.errors}


@pytest.mark.parametrize("file_of", [sheet_of, book_of])
def test_a_sheet_is_checked_and_written_and_again_changes_nothing(file_of, wang, courtyard):
    vacant = (
        HEAD
        | {"房号": "502", "户类型": "空置"}
        | dict.fromkeys(("姓名", "称呼", "与户主关系", "性别", "出生年", "手机号"), "")
    )
    rows = [HEAD | {"关爱标签": "独居老人", "标签原因": "子女在外地"}, DAUGHTER, vacant]
    checked = check(wang, file_of(*rows))
    assert (checked.state, checked.errors) == (Job.State.DONE, [])
    assert {name: checked.result[name] for name in ("total", "new", "changed", "unchanged", "refused")} == {
        "total": 3, "new": 2, "changed": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    assert checked.result["sample"][0] == {
        "row": 2,
        "said": "第一食品厂家属院3号楼　刘*",
        "outcome": "new",
        "fields": [],
    }
    assert not Household.objects.exists()
    assert write(wang, checked).result == {"new": 2, "changed": 0, "unchanged": 0}
    household = Household.objects.get(room="501")
    assert (household.area_id, household.head_name.plain, household.residents.count()) == (GRID, "刘秀兰", 2)
    assert CareTag.objects.get().resident.name.plain == "刘秀兰"
    assert Household.objects.get(room="502").kind == "vacant"
    checked.refresh_from_db()
    assert not checked.result_file
    again = check(wang, file_of(*rows))
    assert (again.result["unchanged"], bool(again.result_file)) == (2, False)
    assert Notification.objects.filter(seat=f"user:{wang.pk}", title="住户表已写入").exists()


def test_what_changes_is_named_by_column_before_anything_is_written(wang, courtyard):
    write(wang, check(wang, sheet_of(HEAD)))
    checked = check(wang, sheet_of(HEAD | {"户类型": "出租", "手机号": "13900005678"}))
    assert checked.result["sample"][0]["fields"] == ["kind", "phone"]
    assert write(wang, checked).result == {"new": 0, "changed": 1, "unchanged": 0}
    assert Resident.objects.get().phone.plain == "13900005678"


def test_everything_that_is_wrong_is_named_with_row_and_column(wang, courtyard):
    shared = Compound.objects.create(area_id=XINCUN, name="共管小区", kind="estate")
    found = faults(
        wang,
        HEAD | {"手机号": "1383456712"},  # 2
        HEAD | {"楼号": "三"},
        HEAD | {"房号": "503", "网格": "第九网格"},
        HEAD | {"房号": "504", "小区": "没有的院"},
        HEAD | {"房号": "505", "与户主关系": "配偶"},
        HEAD | {"房号": "506"},
        HEAD | {"房号": "506", "姓名": "刘玉芳"},  # 8
        HEAD | {"房号": "506", "与户主关系": "女儿"},
        HEAD | {"房号": "507", "姓名": ""},  # 10
        HEAD | {"房号": "508", "网格": "第一网格"},
        HEAD | {"房号": "509", "小区": shared.name, "网格": ""},
        HEAD | {"房号": "510", "街道": "丁庄街道", "社区": "丁庄社区"},  # 13
        HEAD | {"房号": "511", "手机号": "1.38E+10"},
        HEAD | {"房号": "512", "关爱标签": "低保", "标签原因": ""},
        HEAD | {"房号": "513", "出生年": "1851"},
        HEAD | {"房号": ""},  # 17
        HEAD | {"房号": "506"},
        HEAD | {"房号": "514", "性别": "nv"},
        HEAD | {"房号": "515", "楼号": ""},
    )
    assert {
        (2, "手机号", "少1位"),
        (3, "楼号", "写法不统一"),
        (4, "网格", "没有这个网格"),
        (5, "小区", "没有登记这个小区"),
        (6, "与户主关系", "这一户没有户主"),
        (8, "与户主关系", "第7行已经是户主"),
        (9, "姓名", "与第7行重复"),
        (10, "姓名", "没有填写"),
        (11, "网格", "与小区登记的网格不同"),
        (12, "网格", "没有填写"),
        (14, "手机号", "被存成了科学计数法，数字已经丢失"),
        (15, "标签原因", "没有填写"),
        (16, "出生年", "数字不对"),
        (17, "房号", "没有填写"),
        (18, "房号", "与第7行重复"),
        (19, "性别", "没有这个选项"),
        (20, "楼号", "没有填写"),
    } <= found
    assert any(row == 13 for row, _, _ in found)
    assert not Household.objects.exists()


def test_rows_outside_the_own_grid_are_refused(wang, courtyard):
    other = Compound.objects.create(area_id=f"{XINCUN}001", name="别的院", kind="estate")
    found = faults(wang, HEAD | {"小区": other.name, "网格": ""}, HEAD)
    assert found == {(2, "小区", "不在你负责的范围")}


def test_what_is_typed_shows_masked(wang, courtyard):
    job = check(wang, sheet_of(HEAD | {"手机号": "138000012345", "姓名": "刘" * 31}))
    shown = {fault["column"]: fault["value"] for fault in job.errors}
    assert shown == {"手机号": "138****2345", "姓名": "刘*"}


def test_the_identity_number_is_a_column_only_where_it_is_held(wang, courtyard, settings):
    headers = [*HEADERS, "身份证号"]
    settings.HOLD_ID_NUMBERS = False
    job = check(wang, sheet_of(HEAD | {"身份证号": "11010519491231002X"}, headers=headers))
    assert job.result["unused"] == ["身份证号"]
    settings.HOLD_ID_NUMBERS = True
    write(wang, check(wang, sheet_of(HEAD | {"身份证号": "11010519491231002X"}, headers=headers)))
    assert Resident.objects.get().id_number.plain == "11010519491231002X"


def test_the_scope_is_looked_at_again_when_it_is_written(wang, courtyard):
    checked = check(wang, sheet_of(HEAD))
    wang.postings.update(area=f"{XINCUN}001")
    job = write(wang, checked)
    assert job.state == Job.State.FAILED and "情况有了变化" in job.problem
    assert not Household.objects.exists()


def test_the_notes_and_the_example_of_the_template_are_passed_over(wang, courtyard):
    from jobs.faults import write_template

    out = io.BytesIO()
    write_template(out, title="住户", columns=HouseholdSheet.layout(), number=imports.NUMBER, marks=imports.NOT_DATA)
    job = check(wang, ContentFile(out.getvalue()))
    assert job.state == Job.State.FAILED and "没有数据" in job.problem


def test_a_workbook_of_libreoffice_goes_through(wang, courtyard):
    content = (Path(__file__).parent / "data" / "households.xlsx").read_bytes()
    checked = check(wang, ContentFile(content))
    assert (checked.errors, checked.result["new"]) == ([], 14)
    assert write(wang, checked).result["new"] == 14
    assert Resident.objects.count() == 31


def test_a_sheet_takes_no_household_out_of_another_grid(wang, he, courtyard):
    shared = Compound.objects.create(area_id=XINCUN, name="共管小区", kind="estate")
    theirs = HEAD | {"小区": "共管小区", "网格": "第一网格"}
    assert write(he, check(he, sheet_of(theirs))).result["new"] == 1
    stolen = check(wang, sheet_of(theirs | {"网格": "第三网格"}))
    assert [(fault["column"], fault["problem"]) for fault in stolen.errors] == [("房号", "这个门登记在别的网格")]
    free = HEAD | {"小区": "共管小区", "房号": "502"}
    checked = check(wang, sheet_of(free))
    write(he, check(he, sheet_of(free | {"网格": "第一网格"})))
    job = write(wang, checked)
    assert job.state == Job.State.FAILED and "情况有了变化" in job.problem
    assert set(Household.objects.filter(compound=shared).values_list("area_id", flat=True)) == {f"{XINCUN}001"}


def test_a_phone_in_the_wrong_column_is_kept_nowhere(wang, courtyard):
    job = check(wang, sheet_of(HEAD | {"房号": "13800001234", "户类型": "13800001234", "关爱标签": "13800001234"}))
    assert job.errors and "13800001234" not in str(job.errors) + str(job.result)


def test_a_building_that_was_given_up_takes_no_rows(wang, courtyard):
    courtyard.buildings.filter(number=3).update(valid_to="2026-01-01")
    job = check(wang, sheet_of(HEAD))
    assert [(fault["column"], fault["problem"]) for fault in job.errors] == [("楼号", "这栋楼已经停用")]
