import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from common.errors import DomainError
from common.sensitive import Sensitive
from common.spreadsheets import read_rows, stream_csv, write_xlsx


def xlsx(*lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return io.BytesIO(out.getvalue())


def test_headers_are_found_below_title_and_note():
    sheet = xlsx(
        ["社区台账"],
        ["填报单位", "新村社区"],
        ["工单号", "电话", "时间"],
        ["A1", 13812341234.0, datetime(2026, 11, 22, 9, 30)],
    )
    rows = read_rows(sheet, expects=["工单号", "电话", "时间"])
    assert [(row.number, row.cells) for row in rows] == [
        (4, {"工单号": "A1", "电话": "13812341234", "时间": "2026-11-22 09:30:00"})
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_people_have(encoding, delimiter):
    text = delimiter.join(["标题", "内容"]) + "\r\n\r\n" + delimiter.join(["灯坏", '"三天\n了"']) + "\r\n"
    (row,) = read_rows(io.BytesIO(text.encode(encoding)), expects=["标题", "内容"])
    assert row.cells == {"标题": "灯坏", "内容": "三天\n了"}


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (90 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "没有找到表头"),
        (b"PK\x03\x04broken", "无法读取"),
        (b"\xd0\xcf\x11\xe0old", "旧版"),
        (b"\x00\x01\x02", "不是"),
        (b"\x81\xff\xff", "编码"),
        (b"only one header\n1\n", "没有找到表头"),
        (b"a,b\n" + b"1,2\n" * 5001, "最多5000行"),
        (b"a" * (10 * 1024 * 1024 + 1), "超过10MB"),
        (bomb(), "展开后过大"),
    ],
)
def test_unfit_files_are_refused_with_a_reason(content, reason):
    with pytest.raises(DomainError) as refusal:
        read_rows(io.BytesIO(content))
    assert reason in refusal.value.message


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(DomainError, match="无法读取"):
        read_rows(io.BytesIO(out.getvalue()))


HEADERS = ["序号", "内容", "姓名"]
LINES = [[-1, "=1+1", Sensitive("刘小明", "name")], [2, "@x", "＝1"], [3, "-5", "正常\x07"]]


def test_csv_for_excel_starts_no_formula_and_is_masked():
    text = b"".join(stream_csv(HEADERS, LINES)).decode("utf-8")
    assert text == "\ufeff序号,内容,姓名\r\n-1,'=1+1,刘*\r\n2,'@x,'＝1\r\n3,'-5,正常\r\n"


def test_a_ledger_has_title_frozen_headers_and_no_formula():
    out = io.BytesIO()
    assert write_xlsx(out, HEADERS, LINES, title="新村社区台账", note="填报单位：新村社区") == 3
    sheet = load_workbook(out).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0][0] == "新村社区台账" and lines[2] == HEADERS
    assert lines[3] == [-1, "'=1+1", "刘*"]
    assert (
        sheet.freeze_panes == "A4" and [str(r) for r in sheet.merged_cells.ranges] and sheet.print_title_rows == "$1:$3"
    )
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert read_rows(io.BytesIO(out.getvalue()), expects=HEADERS)[0].number == 4
