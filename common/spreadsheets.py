"""Reading and writing .xlsx and .csv.

What people upload is not trusted: sizes are checked before anything is unpacked. What is written cannot start a
formula in the reader's program, and Sensitive values come out masked.
"""

import codecs
import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, time
from itertools import chain, islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from common.errors import DomainError
from common.workbooks import Cells, refuse_unfit

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 80 * 1024 * 1024
# Long sheets are read as a stream: 110,000 people in 19 columns unpack to some 100 MB.
MAX_UNPACKED_LONG = 600 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 5000
MAX_COLUMNS = 200
_BLOCK = 1024 * 1024
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


@dataclass(frozen=True)
class _Reading:
    """How a file is read."""

    expects: Collection[str]
    at_least: int
    max_rows: int
    strict: bool
    on_headers: Callable[[tuple[str, ...]], None] | None


def read_rows(
    upload: IO[bytes], *, expects: Collection[str] = (), max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES
) -> list[Row]:
    """The filled rows of the first sheet that is shown of an .xlsx, or of a .csv (UTF-8, UTF-16 or GB 18030), as text.

    The kind is told by content, not by name. Headers are the first of the first ten rows that holds at least half of
    `expects` (without `expects`: at least two cells). DomainError where file, size or headers are unfit.
    """
    return list(stream_rows(upload, expects=expects, max_rows=max_rows, max_bytes=max_bytes, strict=False))


def stream_rows(
    upload: IO[bytes],
    *,
    expects: Collection[str] = (),
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    max_unpacked: int = MAX_UNPACKED,
    at_least: int = 0,
    strict: bool = True,
    on_headers: Callable[[tuple[str, ...]], None] | None = None,
) -> Iterator[Row]:
    """As `read_rows`, one row after another and never all in memory; `upload` must be seekable.

    `at_least` of `expects` make a header row (default: half); `on_headers` gets it before the first row, and may refuse.
    `strict` also refuses what would be read as something else than people see: merged cells and formulas without a
    result below the headers, two columns of the same name. The refusal may come after the first rows.
    """
    if upload.seek(0, io.SEEK_END) > max_bytes:
        raise DomainError(f"文件超过{max_bytes // (1024 * 1024)}MB，请拆分后再上传")
    upload.seek(0)
    begins = upload.read(8)
    if begins.startswith(b"\xd0\xcf\x11\xe0"):
        raise DomainError(_old_or_locked(upload))
    read = _Reading(expects, at_least or (len(expects) + 1) // 2 or 2, max_rows, strict, on_headers)
    with _readable():
        if begins.startswith(b"PK"):
            refuse_unfit(upload, max_parts=MAX_PARTS, max_unpacked=max_unpacked)
            yield from _xlsx_rows(upload, read, strict)
        else:
            yield from _below_headers(_csv_lines(upload), read)


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


def _old_or_locked(upload: IO[bytes]) -> str:
    upload.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in upload.read():
        return "文件设了密码，请另存为不带密码的.xlsx后再上传"
    return "这是旧版.xls文件或加密的文件，请另存为不带密码的.xlsx后再上传"


def _xlsx_rows(upload: IO[bytes], read: _Reading, strict: bool) -> Iterator[Row]:
    cells, first = Cells(upload, max_columns=MAX_COLUMNS, strict=strict), 0
    for row in _below_headers(iter(cells), read):
        first = first or row.number
        yield row
    if strict and first:
        cells.refuse_merges(below=first - 1)


def _csv_lines(upload: IO[bytes]) -> Iterator[tuple[int, tuple[str, ...]]]:
    encoding = _encoding(upload)
    top = "".join(islice(_text_lines(upload, encoding), _HEADER_WITHIN))
    reader = csv.reader(_text_lines(upload, encoding), delimiter=max(",\t;", key=top.count), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, tuple([cell.strip() for cell in cells[:MAX_COLUMNS]])
    except csv.Error as cause:
        raise DomainError(f"第{reader.line_num}行附近的引号不成对，请用Excel或WPS打开后另存为.xlsx再上传") from cause


def _text_lines(upload: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines with their ends, read block by block."""
    upload.seek(0)
    decoder, rest = codecs.getincrementaldecoder(encoding)(), ""
    while block := upload.read(_BLOCK):
        *lines, rest = io.StringIO(rest + decoder.decode(block), newline="") or [""]
        yield from lines
    if rest:
        yield rest


def _encoding(upload: IO[bytes]) -> str:
    """The encoding all of the file is in; DomainError for none, and for what is no text."""
    upload.seek(0)
    encodings = ["utf-16"] if upload.read(2) in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return _decodes(upload, encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError("文字编码无法识别，请另存为UTF-8的.csv或.xlsx后再上传")


def _decodes(upload: IO[bytes], encoding: str) -> str:
    upload.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := upload.read(1024 * 1024):
        if "\0" in decoder.decode(block):
            raise DomainError("文件不是.xlsx或.csv表格")
    decoder.decode(b"", final=True)
    return encoding


def _below_headers(numbered: Iterator[tuple[int, tuple[str, ...]]], read: _Reading) -> Iterator[Row]:
    headers = _headers(islice(numbered, _HEADER_WITHIN), read)
    if read.strict:
        _refuse_twins(headers)
    if read.on_headers:
        read.on_headers(headers)
    named = [(place, header) for place, header in enumerate(headers) if header]
    count = 0
    for number, cells in numbered:
        if not any(cells):
            continue
        count += 1
        if count > read.max_rows:
            raise DomainError(f"一次最多{read.max_rows}行，请拆分后再上传")
        width = len(cells)
        yield Row(number, {header: cells[place] for place, header in named if place < width})


def _refuse_twins(headers: Sequence[str]) -> None:
    twice = [header for header, count in Counter(filter(None, headers)).items() if count > 1]
    if twice:
        raise DomainError(f"表头里有两列都叫“{twice[0][:20]}”，请删去一列再上传")


def _headers(numbered: Iterable[tuple[int, tuple[str, ...]]], read: _Reading) -> tuple[str, ...]:
    for _, cells in numbered:
        found = {cell for cell in cells if cell and (not read.expects or cell in read.expects)}
        if len(found) >= read.at_least:
            return cells
    named = "、".join(read.expects)
    raise DomainError(f"没有找到表头，应包含：{named}" if read.expects else "没有找到表头，第一行应为各列名称")


def rough_count(upload: IO[bytes]) -> int:
    """About how many rows the upload has, for a progress bar: told by looking for row ends only. 0 where it is unfit."""
    upload.seek(0)
    if upload.read(2) != b"PK":
        upload.seek(0)
        return sum(block.count(b"\n") for block in iter(lambda: upload.read(_BLOCK), b""))
    with suppress(zipfile.BadZipFile, ZlibError, OSError), zipfile.ZipFile(upload) as archive:
        sheets = [part for part in archive.infolist() if part.filename.startswith("xl/worksheets/")]
        largest = max(sheets, key=lambda part: part.file_size, default=None)
        if largest is not None and largest.file_size <= MAX_UNPACKED_LONG:
            with archive.open(largest) as xml:
                return sum(block.count(b"</row>") for block in iter(lambda: xml.read(_BLOCK), b""))
    return 0
