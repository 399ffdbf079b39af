"""Files nobody can import: each is refused in words that say what to do, and changes nothing."""

import io
import zipfile

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from openpyxl import Workbook

from common.crypto import Unreadable
from conftest import GRID
from grids.models import Compound
from households.models import Household
from households.sheets import HouseholdSheet
from jobs import imports, staging
from jobs import services as jobs
from jobs.models import Job

pytestmark = pytest.mark.django_db
HEADERS = ["街道", "社区", "网格", "小区", "楼号", "单元", "房号", "姓名", "与户主关系", "手机号"]
ROW = ["北大街道", "新村社区", "第三网格", "第一食品厂家属院", "3", "2", "501", "刘秀兰", "户主", "13800001234"]
TEXT = "\n".join([",".join(HEADERS), ",".join(ROW)])


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path, ground):
    settings.MEDIA_ROOT = tmp_path
    Compound.objects.create(area_id=GRID, name="第一食品厂家属院", kind="work_unit")


def check(user, content: bytes) -> Job:
    job = imports.begin(HouseholdSheet, ContentFile(content), by=user)
    jobs.work()
    job.refresh_from_db()
    return job


def book(*lines, change=lambda book: None) -> bytes:
    """A workbook of openpyxl with these lines, changed before it is saved."""
    made = Workbook()
    for line in lines or (HEADERS, ROW):
        made.active.append(line)
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def zipped(*names: str, size: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * size)
    return out.getvalue()


def with_part(content: bytes, name: str) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


def merged(made: Workbook) -> None:
    made.active.append(ROW)
    made.active.merge_cells("D2:D3")


def all_hidden() -> bytes:
    content, out = book(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'state="visible"', b'state="hidden"'))
    return out.getvalue()


WORST = {
    "damaged": (b"PK\x03\x04 cut short", "文件无法读取"),
    "cut in the middle": (book()[:3000], "文件无法读取"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"), "设了密码"),
    "legacy .xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048), "旧版.xls"),
    "zip bomb": (zipped("xl/workbook.xml", "xl/sharedStrings.xml", size=120 * 1024 * 1024), "展开后过大"),
    "too many parts": (zipped(*(f"xl/{n}.xml" for n in range(600))), "展开后过大"),
    "macros": (with_part(book(), "xl/vbaProject.bin"), "含有宏"),
    ".ods renamed": (zipped("mimetype", "content.xml"), "这是.ods文件"),
    ".docx renamed": (zipped("[Content_Types].xml", "word/document.xml"), "Word文档"),
    "merged cells": (book(change=merged), "D2到D3是合并的"),
    "formula": (book(HEADERS, [*ROW[:6], "=4+1", *ROW[7:]]), "G2是公式"),
    "injected formula": (book(HEADERS, [*ROW[:7], '=HYPERLINK("http://x","y")', *ROW[8:]]), "H2是公式"),
    "wrong headers": (book(["甲", "乙", "丙"], ["1", "2", "3"]), "没有找到表头"),
    "missing column": ("\n".join(",".join(line[:5]) for line in (HEADERS, ROW)).encode(), "缺少这些列：房号"),
    "twin columns": (book([*HEADERS, "姓名"], [*ROW, "刘"]), "两列都叫“姓名”"),
    "only headers": (book(HEADERS), "表里没有数据"),
    "blank": (b"\n\n", "没有找到表头"),
    "all sheets hidden": (all_hidden(), "所有工作表都是隐藏的"),
    "open quote": ((TEXT + '\n"北大街道,新村').encode(), "引号不成对"),
    "quote in a field": ((TEXT + '\n"北大"街道,新村').encode(), "引号不成对"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "不是.xlsx或.csv"),
    "binary": (b"\x00\x01\x02" * 100, "不是.xlsx或.csv"),
}


@pytest.mark.parametrize("name", WORST)
def test_an_unfit_file_is_refused_in_words_and_changes_nothing(name, wang):
    content, words = WORST[name]
    job = check(wang, content)
    assert job.state == Job.State.FAILED and words in job.problem, job.problem
    assert not job.input_file and not job.result_file and not Household.objects.exists()


def test_rows_are_counted_and_limited(wang, monkeypatch):
    monkeypatch.setattr(imports, "MAX_ROWS", 2)
    job = check(wang, "\n".join([TEXT, ",".join(ROW), ",".join(ROW)]).encode())
    assert "一次最多2行" in job.problem


def test_an_upload_above_the_limit_is_refused(wang, monkeypatch):
    monkeypatch.setattr(imports, "MAX_BYTES", 1024 * 1024)
    assert "超过1MB" in check(wang, TEXT.encode() + b"\n" * 1024 * 1024).problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_goes_through_in_the_encodings_people_have(encoding, wang):
    job = check(wang, TEXT.encode(encoding))
    assert (job.errors, job.result["new"]) == ([], 1)


def test_quoted_cells_and_line_breaks_in_them_are_one_cell(wang):
    job = check(wang, (TEXT.replace("刘秀兰", '"刘\n秀兰"')).encode())
    assert (job.errors, job.result["new"]) == ([], 1)


def test_a_hidden_sheet_in_front_is_not_what_is_read(wang):
    def hide(made):
        made.create_sheet("选项", 0).sheet_state = "hidden"

    assert check(wang, book(change=hide)).result["new"] == 1


def test_a_formula_with_its_result_reads_as_the_result(wang):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    sheet.write_row(1, 0, ROW)
    sheet.write_formula(1, 6, "=500+1", value=501)
    made.close()
    job = check(wang, out.getvalue())
    assert (job.errors, job.result["new"]) == ([], 1)


def test_a_phone_kept_as_a_number_is_a_phone_and_a_lost_one_is_named(wang):
    assert check(wang, book(HEADERS, [*ROW[:9], 13800001234.0])).errors == []
    (fault,) = check(wang, TEXT.replace("13800001234", "1.38E+10").encode()).errors
    assert fault["problem"] == "被存成了科学计数法，数字已经丢失"


def test_merged_title_cells_above_the_headers_do_no_harm(wang):
    def title(made):
        made.active.insert_rows(1)
        made.active["A1"] = "新村社区住户台账"
        made.active.merge_cells("A1:J1")

    assert check(wang, book(change=title)).result["new"] == 1


def test_a_thousand_faults_are_listed_and_all_are_counted(wang):
    lines = [",".join(HEADERS)] + [",".join([*ROW[:6], str(number), *ROW[7:9], "1"]) for number in range(1200)]
    job = check(wang, "\n".join(lines).encode())
    assert (len(job.errors), job.result["refused"], job.result["new"]) == (1000, 1200, 0)


def test_what_is_kept_opens_only_whole_and_for_its_owner():
    out = io.BytesIO()
    assert staging.keep_records(out, ([n, "刘"] for n in range(1200)), owner="a") == 1200
    out.seek(0)
    assert [n for n, _ in staging.kept_records(out, owner="a")] == list(range(1200))
    out.seek(0)
    with pytest.raises(Unreadable):
        list(staging.kept_records(out, owner="b"))
    with pytest.raises(Unreadable):
        list(staging.kept_records(io.BytesIO(out.getvalue()[:-60]), owner="a"))
