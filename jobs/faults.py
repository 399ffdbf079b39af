"""Workbooks around an import: the empty template, and the uploaded rows with what is wrong with each."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import IO, Any

import xlsxwriter

from common.spreadsheets import Row

REASON = "错误原因"
_EVERY = 2000
_LIST_ROWS = 20_000
_LONGEST_LIST = 255  # what a drop-down may hold without a sheet of its own


def write_faults(
    target: IO[bytes], rows: Iterable[Row], reasons: dict[int, str], *, title: str, progress: Callable[[], None]
) -> None:
    """The uploaded rows with a column 错误原因; every cell as text, so that nothing in it can start a formula."""
    rows = iter(rows)
    first = next(rows)
    headers = [header for header in first.cells if header != REASON]
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    sheet, text, bad = book.add_worksheet(title[:31]), _text(book), _text(book, "#FBE9E7")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headers) - 1, 12)
    sheet.set_column(len(headers), len(headers), 60)
    for place, header in enumerate([*headers, REASON]):
        sheet.write_string(0, place, header, _text(book, "#E8EEF7"))
    for line, row in enumerate(chain([first], rows), start=1):
        reason = reasons.get(row.number, "")
        for place, header in enumerate(headers):
            sheet.write_string(line, place, row.get(header), bad if reason else text)
        sheet.write_string(line, len(headers), reason[:1000], bad if reason else text)
        if line % _EVERY == 0:
            progress()
    book.close()


def write_template(
    target: IO[bytes], *, title: str, columns: Iterable[Any], number: str, marks: tuple[str, str]
) -> None:
    """An empty sheet: headers (required ones with a darker ground), a row of notes, an example, drop-downs, cells as text."""
    columns = list(columns)
    book = xlsxwriter.Workbook(target)
    sheet, text = book.add_worksheet(title[:31]), _text(book)
    note, must, may = _text(book, "#F7F6F2", wrap=True), _text(book, "#C9D8F0", bold=True), _text(book, "#E8EEF7")
    sheet.freeze_panes(2, 0)
    sheet.set_row(1, 66)
    sheet.set_column(0, 0, 6, text)
    for place, words in enumerate((number, *marks)):
        sheet.write_string(place, 0, words, must if place == 0 else note if place == 1 else text)
    for place, column in enumerate(columns, start=1):
        sheet.set_column(place, place, max(10, 2 * len(column.header) + 4), text)
        sheet.write_string(0, place, column.header, must if column.cell.required else may)
        sheet.write_string(1, place, ("必填。" if column.cell.required else "") + column.note, note)
        sheet.write_string(2, place, column.example, text)
        _drop_down(sheet, place, getattr(column.cell, "labels", []))
    book.close()


def _drop_down(sheet: Any, place: int, labels: list[str]) -> None:
    if labels and len(",".join(labels)) <= _LONGEST_LIST:
        sheet.data_validation(
            2,
            place,
            _LIST_ROWS,
            place,
            {
                "validate": "list",
                "source": labels,
                "error_title": "没有这个选项",
                "error_message": "请从下拉列表中选择",
                "error_type": "warning",
            },
        )


def _text(book: Any, ground: str = "", *, bold: bool = False, wrap: bool = False) -> Any:
    style = {
        "num_format": "@",
        "border": 1,
        "border_color": "#999999",
        "valign": "vcenter",
        "bold": bold,
        "text_wrap": wrap,
    }
    return book.add_format(style | ({"bg_color": ground} if ground else {}))
