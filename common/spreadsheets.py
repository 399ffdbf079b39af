"""Reading and writing .xlsx and .csv.

What people upload is not trusted: sizes are checked before anything is unpacked. What is written cannot start a
formula in the reader's program, and Sensitive values come out masked.
"""

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from common.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 80 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 5000
MAX_COLUMNS = 200
_HEADER_WITHIN = 10  # title, notes and unit stand above the headers
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LINE = Side(style="thin", color="FF999999")


@dataclass(frozen=True)
class Row:
    """One row below the headers: its number in the sheet (from 1, as the program shows it) and its cells by header."""

    number: int
    cells: dict[str, str]

    def get(self, header: str, default: str = "") -> str:
        return self.cells.get(header, default)


def read_rows(
    upload: IO[bytes], *, expects: Collection[str] = (), max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> list[Row]:
    """The filled rows of the first sheet of an .xlsx, or of a .csv (UTF-8, UTF-16 or GB 18030), every cell as text.

    The kind is told by content, not by name. Headers are the first of the first ten rows that holds at least half of
    `expects` (without `expects`: at least two cells). DomainError where file, size or headers are unfit.
    """
    content = upload.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise DomainError(f"文件超过{max_bytes // (1024 * 1024)}MB，请拆分后再上传")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DomainError("这是旧版.xls文件或加密的文件，请另存为不带密码的.xlsx后再上传")
    lines = _xlsx_lines(content) if content.startswith(b"PK") else _csv_lines(content)
    with _readable():
        return _below_headers(lines, expects, max_rows)


def neutralise(value: Any) -> Any:
    """`value` as a cell may hold it: text that a spreadsheet would take for a formula gets a leading apostrophe."""
    if value is None or isinstance(value, bool | int | float | date | time):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def stream_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A .csv line by line, UTF-8 with a byte order mark so that Excel shows Chinese."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield b"\xef\xbb\xbf"
    for cells in chain([headers], rows):
        yield _csv_line(writer, line, cells)


def write_xlsx(
    target: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", note: str = ""
) -> int:
    """Writes a ledger to `target` row by row and returns the number of rows.

    Merged title and note (填报单位、日期) when given, frozen headers repeated on every printed page, borders, A4
    landscape. Datetimes must be naive local time.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet((title or "台账")[:31])
    above = [text for text in (title, note) if text]
    _lay_out(sheet, headers, len(above))
    for text in above:
        sheet.append([_styled(sheet, text, font=Font(bold=text is title), align="center")])
    sheet.append([_styled(sheet, h, font=Font(bold=True), fill="FFE8EEF7", align="center") for h in headers])
    count = 0
    for cells in rows:
        sheet.append([_styled(sheet, cell) for cell in cells])
        count += 1
    book.save(target)
    return count


def _csv_line(writer: Any, line: io.StringIO, cells: Sequence[Any]) -> bytes:
    line.seek(0)
    line.truncate()
    writer.writerow([neutralise(cell) for cell in cells])
    return line.getvalue().encode()


def _lay_out(sheet: Any, headers: Sequence[str], above: int) -> None:
    last = get_column_letter(len(headers))
    for number, header in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(12, 2 * len(header) + 4)
    for number in range(1, above + 1):
        sheet.merged_cells.ranges.add(f"A{number}:{last}{number}")
    sheet.freeze_panes = f"A{above + 2}"
    sheet.print_title_rows = f"1:{above + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _styled(sheet: Any, value: Any, *, font: Font | None = None, fill: str = "", align: str = "") -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, neutralise(value))
    cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    cell.alignment = Alignment(horizontal=align or None, vertical="center", wrap_text=True)
    if isinstance(cell.value, str):
        cell.number_format = "@"
    if font:
        cell.font = font
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell


@contextmanager
def _readable() -> Iterator[None]:
    """What the libraries raise over a damaged file, as one refusal."""
    # A hostile file makes openpyxl stumble anywhere, so the list is long; a bug of ours keeps its cause.
    damaged = (zipfile.BadZipFile, InvalidFileException, ParseError, ZlibError, csv.Error)
    try:
        yield
    except (*damaged, KeyError, ValueError, IndexError, TypeError, AttributeError, OSError, EOFError) as cause:
        raise DomainError("文件无法读取，请确认是.xlsx或.csv表格，必要时另存一份再上传") from cause


def _xlsx_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    _refuse_bombs(content)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size is not trusted
    for cells in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
        yield tuple(_as_text(cell) for cell in cells)


def _refuse_bombs(content: bytes) -> None:
    """The sizes in the directory bind: zipfile stops reading a part at the size its entry declares."""
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise DomainError("文件展开后过大，请删除多余的工作表和格式后再上传")


def _csv_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    text = _decode(content)
    if "\0" in text:
        raise DomainError("文件不是.xlsx或.csv表格")
    top = "\n".join(text.split("\n", _HEADER_WITHIN)[:_HEADER_WITHIN])
    delimiter = max(",\t;", key=top.count)
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield tuple(cell.strip() for cell in cells[:MAX_COLUMNS])


def _decode(content: bytes) -> str:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError("文字编码无法识别，请另存为UTF-8的.csv或.xlsx后再上传")


def _as_text(cell: Any) -> str:
    """A cell as somebody would type it: 13812341234 without .0, 2026-11-22, 2026-11-22 09:30:00."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    return str(cell).strip()


def _below_headers(lines: Iterator[tuple[str, ...]], expects: Collection[str], max_rows: int) -> list[Row]:
    numbered = enumerate(lines, start=1)
    headers = _headers(islice(numbered, _HEADER_WITHIN), expects)
    rows: list[Row] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if len(rows) == max_rows:
            raise DomainError(f"一次最多{max_rows}行，请拆分后再上传")
        rows.append(Row(number, {h: c for h, c in zip(headers, cells, strict=False) if h}))
    return rows


def _headers(numbered: Iterable[tuple[int, tuple[str, ...]]], expects: Collection[str]) -> tuple[str, ...]:
    wanted = (len(expects) + 1) // 2 if expects else 2
    for _, cells in numbered:
        found = {cell for cell in cells if cell and (not expects or cell in expects)}
        if len(found) >= wanted:
            return cells
    named = "、".join(expects)
    raise DomainError(f"没有找到表头，应包含：{named}" if expects else "没有找到表头，第一行应为各列名称")
