"""Writing ledgers (台账): .xlsx files row by row, fit to be printed, signed and sent on.

Rows are written to disk as they come, so a ledger of 100,000 rows takes no more memory than one of ten. Nothing written
can start a formula in the reader's program, and Sensitive values come out masked.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from common.errors import DomainError
from common.spreadsheets import neutralise

# What a sheet of .xlsx holds, less the lines above and below.
MOST_ROWS = 1_000_000
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
_A4 = 9
_BODY = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_CELL = {**_BODY, "border": 1, "text_wrap": True}
# Points: a line of ten-point type, and what stays free above and below the lines of a row. No row is higher than 409.
_LINE, _AROUND, _HIGHEST = 13, 5, 409
_SIGNED = "填表人：{by}　　　　审核人：　　　　　　签收单位（盖章）：　　　　　　　　日期：　　　年　　月　　日"


@dataclass(frozen=True)
class Column:
    """A column: its header, its width in characters of Excel's default type, where its cells are aligned."""

    header: str
    width: float = 12
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True)
class Heading:
    """What stands around the rows: title, a note (填报单位、期间、件数), who made it and when; a watermark where it warns."""

    title: str
    note: str
    by: str
    foot: str
    watermark: str = ""


def write_ledger(
    target: IO[bytes] | str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, heading: Heading
) -> int:
    """Write a ledger to `target` and return how many rows it has. DomainError above a million rows.

    Text stays text (phones, identity numbers and doors keep their leading zeros); whole numbers are numbers. The
    headers stay in sight and stand on every printed page, A4 landscape, as wide as the page.
    """
    book = Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    try:
        sheet = book.add_worksheet(_NOT_IN_SHEET_NAMES.sub("", heading.title)[:31] or "台账")
        top = _write_top(book, sheet, columns, heading)
        widths = [column.width for column in columns]
        count = _write_rows(sheet, rows, top, [_cell_format(book, column) for column in columns], widths)
        _write_bottom(book, sheet, len(columns) - 1, top + count, heading)
    finally:
        book.close()
    return count


def _write_top(book: Workbook, sheet: Worksheet, columns: Sequence[Column], heading: Heading) -> int:
    """Title, note, warning and headers; returns the first row below them."""
    last = len(columns) - 1
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    title = book.add_format({**_BODY, "bold": True, "font_size": 18, "align": "center"})
    note = book.add_format({**_BODY, "align": "left", "text_wrap": True})
    warning = book.add_format({**_BODY, "bold": True, "font_color": "#C00000", "text_wrap": True, "border": 1})
    lines = [(heading.title, title, 34), (heading.note, note, 20)]
    if heading.watermark:
        lines.append((heading.watermark, warning, 34))
    for row, (text, style, height) in enumerate(lines):
        sheet.set_row(row, height)
        _across(sheet, row, last, text, style)
    header = book.add_format({**_CELL, "bold": True, "align": "center", "bg_color": "#F2F2F2"})
    sheet.set_row(len(lines), 24)
    for number, column in enumerate(columns):
        sheet.write_string(len(lines), number, column.header, header)
    _set_up_page(sheet, len(lines), heading)
    return len(lines) + 1


def _set_up_page(sheet: Worksheet, header_row: int, heading: Heading) -> None:
    sheet.freeze_panes(header_row + 1, 0)
    sheet.repeat_rows(0, header_row)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.47, right=0.47, top=0.55, bottom=0.63)
    foot = heading.foot.replace("&", "&&")[:180]  # 255 characters is all a footer holds
    sheet.set_footer(f"&L&8{foot}&R&8第&P页，共&N页")


def _cell_format(book: Workbook, column: Column) -> tuple[Format, Format]:
    """Formats of a column's text and of its numbers."""
    align = {"align": column.align}
    return book.add_format({**_CELL, **align, "num_format": "@"}), book.add_format({**_CELL, **align})


def _write_rows(
    sheet: Worksheet, rows: Iterable[Sequence[Any]], top: int, formats: list, widths: Sequence[float]
) -> int:
    count = 0
    for cells in rows:
        if count == MOST_ROWS:
            raise DomainError(f"超过{MOST_ROWS}行，一张表放不下。请先按区域或类别筛选，再分次导出。")
        said = [cell if type(cell) is int else neutralise(as_words(cell)) for cell in cells]
        make_room(sheet, top + count, said, widths)
        for number, cell in enumerate(said):
            as_text, as_number = formats[number]
            if type(cell) is int:
                sheet.write_number(top + count, number, cell, as_number)
            else:
                sheet.write_string(top + count, number, cell, as_text)
        count += 1
    return count


def make_room(sheet: Worksheet, row: int, cells: Iterable[Any], widths: Sequence[float]) -> None:
    """Make a row as high as its longest text needs; not every program does that by itself when it opens a file.

    `widths` as `Column.width`. Call it before the row is written.
    """
    needed = max((lines_of(str(cell), width) for cell, width in zip(cells, widths, strict=False)), default=1)
    if needed > 1:
        sheet.set_row(row, min(needed * _LINE + _AROUND, _HIGHEST))


def lines_of(text: str, width: float) -> int:
    """How many lines `text` takes in a column `width` characters wide, where a Chinese character is as wide as two."""
    room = max(int(width) - 1, 2)
    if 2 * len(text) <= room and "\n" not in text:
        return 1
    lengths = (sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in part) for part in text.split("\n"))
    return sum(max(-(-length // room), 1) for length in lengths)


def as_words(cell: Any) -> str:
    """A cell as people read it: 2026-11-22, 2026-11-22 09:30, 是, and nothing for None. Datetimes must be local."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def _write_bottom(book: Workbook, sheet: Worksheet, last: int, below: int, heading: Heading) -> None:
    """Who signs, and who made the file when."""
    signed = book.add_format({**_BODY, "align": "left"})
    made = book.add_format({**_BODY, "font_size": 8, "align": "left"})
    sheet.set_row(below, 34)
    _across(sheet, below, last, _SIGNED.format(by=heading.by), signed)
    _across(sheet, below + 1, last, heading.foot, made)


def _across(sheet: Worksheet, row: int, last: int, text: str, style: Format) -> None:
    """Text over the whole width."""
    words = str(neutralise(text))
    if last:
        sheet.merge_range(row, 0, row, last, "", style)
    sheet.write_string(row, 0, words, style)
