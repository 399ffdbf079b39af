"""What an .xlsx is before anybody reads it, and its cells one row after another.

Cells are read from the XML itself: openpyxl makes an object of each, which takes three times as long, and passes in
silence over formulas that hold no result.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from functools import lru_cache
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, coordinate_to_tuple
from openpyxl.utils.datetime import from_excel, from_ISO8601

from common.errors import DomainError

_MB = 1024 * 1024
# These are held in memory whole while reading; sheets are not.
_HELD = re.compile(r"sharedStrings|styles|theme|workbook|metadata", re.IGNORECASE)
MAX_HELD = 96 * _MB
_TOO_LARGE = "文件展开后过大，请删除多余的工作表和格式后再上传"
_FOREIGN = (
    ("word/document.xml", "这是Word文档，不是表格。请把内容填到.xlsx模板里再上传"),
    ("ppt/presentation.xml", "这是演示文稿，不是表格。请把内容填到.xlsx模板里再上传"),
    ("content.xml", "这是.ods文件，请在LibreOffice或WPS里另存为.xlsx后再上传"),
    ("xl/workbook.bin", "这是.xlsb文件，请另存为.xlsx后再上传"),
    ("xl/vbaProject.bin", "文件含有宏（.xlsm），请另存为不带宏的.xlsx后再上传"),
)
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _VALUE, _FORMULA, _INLINE, _TEXT, _MERGE = (f"{_NS}{tag}" for tag in ("row", "v", "f", "is", "t", "mergeCell"))


def refuse_unfit(upload: IO[bytes], *, max_parts: int, max_unpacked: int) -> None:
    """DomainError unless the zip in `upload` is a workbook without macros that unpacks to a bearable size.

    The sizes in the directory bind: zipfile stops reading a part at the size its entry declares.
    """
    parts = zipfile.ZipFile(upload).infolist()
    names = {part.filename for part in parts}
    if len(parts) > max_parts or sum(part.file_size for part in parts) > max_unpacked:
        raise DomainError(_TOO_LARGE)
    if sum(part.file_size for part in parts if _HELD.search(part.filename)) > MAX_HELD:
        raise DomainError(_TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError("文件设了密码，请另存为不带密码的.xlsx后再上传")
    for mark, refusal in _FOREIGN:
        if mark in names:
            raise DomainError(refusal)


class Cells:
    """The rows of the first sheet that is shown: iterate for (number from 1, cells as text); empty rows are left out.

    A cell reads as somebody would type it: 13812341234 without .0, 2026-11-22, 2026-11-22 09:30:00, 是. With
    `strict` a formula that holds no result is a DomainError. `merges` is whole once all rows were read.
    """

    def __init__(self, upload: IO[bytes], *, max_columns: int, strict: bool):
        self._book: Any = load_workbook(upload, read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise DomainError("所有工作表都是隐藏的，请取消隐藏再上传")
        self._sheet, self._max_columns, self._strict = shown[0], max_columns, strict
        self._strings = self._sheet._shared_strings
        self._dates = {str(style) for style in self._book._date_formats}
        self.merges: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        number = 0
        with self._book._archive.open(self._sheet._worksheet_path) as xml:
            for _, element in iterparse(xml):
                if element.tag == _ROW:
                    number = int(element.get("r") or number + 1)
                    if len(element) and any(cells := self._row(element)):
                        yield number, cells
                    element.clear()
                elif element.tag == _MERGE:
                    self.merges.append(element.get("ref", ""))

    def refuse_merges(self, *, below: int) -> None:
        """DomainError naming the first merged range that reaches beneath row `below`."""
        for merged in self.merges:
            first, _, last = merged.partition(":")
            if coordinate_to_tuple(last or first)[0] > below:
                raise DomainError(
                    f"单元格{first}到{last}是合并的，看不出每一行填的是什么。请取消合并，每一行都填上，再上传"
                )

    def _row(self, row: Element) -> tuple[str, ...]:
        cells: list[str] = []
        for cell in row:
            place = _column(cell.get("r", "").rstrip("0123456789")) or len(cells) + 1
            if place > self._max_columns:
                break
            if len(cells) < place - 1:
                cells.extend([""] * (place - 1 - len(cells)))
            cells.append(self._text(cell))
        return tuple(cells)

    def _text(self, cell: Element) -> str:
        value = cell.find(_VALUE)
        typed = value.text if value is not None else None
        kind = cell.get("t", "n")
        if typed is None:
            return self._without_value(cell)
        if kind == "s":
            return self._strings[int(typed)].strip()
        if kind == "n":
            return self._number(typed, cell.get("s", ""))
        if kind == "b":
            return "是" if typed == "1" else "否"
        return _day(from_ISO8601(typed)) if kind == "d" else typed.strip()

    def _without_value(self, cell: Element) -> str:
        if (inline := cell.find(_INLINE)) is not None:
            return "".join(text.text or "" for text in inline.iter(_TEXT)).strip()
        if self._strict and cell.find(_FORMULA) is not None and cell.get("t") != "str":
            raise DomainError(f"单元格{cell.get('r', '')}是公式，没有算出结果。请复制后“选择性粘贴”为数值，再上传")
        return ""

    def _number(self, typed: str, style: str) -> str:
        if style in self._dates:
            return _day(from_excel(float(typed), self._book.epoch))
        if typed.isdigit():
            return typed
        number = float(typed)
        return str(int(number)) if number.is_integer() else typed.strip()


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    return column_index_from_string(letters) if letters else 0


def _day(moment: Any) -> str:
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M:%S}"
    return str(moment)
