"""Ledgers as files: printed, signed, harmless, and written without being held in memory."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from common import ledgers
from common.errors import DomainError
from common.ledgers import Column, Heading, write_ledger
from common.sensitive import Sensitive

COLUMNS = (Column("序号", 6, "center"), Column("门户", 14), Column("联系电话", 14), Column("人数", 8, "right"))
HEADING = Heading(
    "新村社区住户台账", "填报单位：新村社区　单位：户　共2户", "陈书记", "导出人：陈书记　2026年11月23日9:30"
)


def opened(rows, heading=HEADING):
    target = io.BytesIO()
    count = write_ledger(target, COLUMNS, rows, heading=heading)
    target.seek(0)
    return count, load_workbook(target).active


def test_ledger_has_title_note_headers_rows_and_who_signs():
    count, sheet = opened([[1, "3-2-501", "0374-0000123", 3], [2, "3-2-502", "", 1]])
    assert count == 2
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "新村社区住户台账" and "共2户" in rows[1][0]
    assert rows[2] == ("序号", "门户", "联系电话", "人数")
    assert rows[3] == (1, "3-2-501", "0374-0000123", 3)
    signed = rows[5][0]
    assert (
        signed.startswith("填表人：陈书记") and "审核人" in signed and "签收单位（盖章）" in signed and "日期" in signed
    )
    assert rows[6][0].startswith("导出人：陈书记")
    assert {str(span) for span in sheet.merged_cells.ranges} == {"A1:D1", "A2:D2", "A6:D6", "A7:D7"}


def test_ledger_is_set_up_for_a4_landscape_with_headers_on_every_page():
    _, sheet = opened([[1, "3-2-501", "", 3]])
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3" and sheet.freeze_panes == "A4"
    assert sheet.column_dimensions["B"].width == pytest.approx(14, abs=1)
    header, cell = sheet["A3"], sheet["B4"]
    assert header.fill.fgColor.rgb == "FFF2F2F2" and header.font.bold
    assert {cell.border.left.style, cell.border.top.style, cell.border.right.style} == {"thin"}


def test_numbers_people_read_aloud_are_text_and_counts_are_numbers():
    _, sheet = opened([[1, "0501", "03740000123", 3]])
    assert [sheet[f"{column}4"].value for column in "ABCD"] == [1, "0501", "03740000123", 3]
    assert sheet["B4"].number_format == sheet["C4"].number_format == "@"


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x","y")'])
def test_nothing_written_starts_a_formula_or_a_link(evil):
    _, sheet = opened([[1, evil, "https://example.org/", 3]])
    assert sheet["B4"].value == f"'{evil}" and sheet["B4"].data_type == "s"
    assert sheet["C4"].hyperlink is None


def test_personal_values_come_out_masked():
    target = io.BytesIO()
    cells = [1, Sensitive("刘秀兰", "name"), Sensitive("13800001234", "phone"), 3]
    write_ledger(target, COLUMNS, [cells], heading=HEADING)
    parts = zipfile.ZipFile(target)
    everything = b"".join(parts.read(name) for name in parts.namelist())
    assert b"138****1234" in everything and "刘*".encode() in everything
    assert b"13800001234" not in everything and "秀兰".encode() not in everything


def test_warning_of_an_unmasked_ledger_stands_above_its_headers():
    _, sheet = opened([[1, "501", "", 3]], Heading("台账", "说明", "陈书记", "导出人", watermark="仅限内部使用"))
    assert sheet["A3"].value == "仅限内部使用" and sheet["A4"].value == "序号" and sheet.freeze_panes == "A5"


def test_dates_and_yes_and_no_are_written_as_people_read_them():
    assert ledgers.as_words(date(2026, 11, 22)) == "2026-11-22"
    assert ledgers.as_words(datetime(2026, 11, 22, 9, 5)) == "2026-11-22 09:05"
    assert [ledgers.as_words(value) for value in (True, False, None)] == ["是", "否", ""]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(ledgers, "MOST_ROWS", 2)
    with pytest.raises(DomainError):
        opened([[n, "", "", 0] for n in range(3)])


def test_ledger_of_one_column_and_an_awkward_name_can_be_opened():
    target = io.BytesIO()
    write_ledger(target, [Column("名称")], [["甲"]], heading=Heading("[a]:*?/\\台账", "", "甲&乙", "甲&乙"))
    target.seek(0)
    assert load_workbook(target).active.title == "a台账"


def test_a_row_is_as_high_as_its_longest_text_and_no_higher_than_a_row_may_be():
    long = "渗水来自楼外公共管道，要开挖路面"
    _, sheet = opened([[1, "3-2-501", "", 3], [2, long, "", 3], [3, "上一行\n下一行", "", 3], [4, long * 100, "", 1]])
    heights = [sheet.row_dimensions[row].height for row in (4, 5, 6, 7)]
    assert heights[0] in (None, 15) and 15 < heights[2] < heights[1] < 400 < heights[3] <= 409


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 12, 1), ("abcdefghijk", 12, 1), ("abcdefghijkl", 12, 2), ("五个汉字啊", 12, 1), ("六个汉字在里", 12, 2), ("一\n\n二", 12, 3),
     ("字", 1, 1)],
)  # fmt: skip
def test_lines_of_a_text(text, width, lines):
    assert ledgers.lines_of(text, width) == lines
