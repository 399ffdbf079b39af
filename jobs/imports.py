"""Importing sheets: every row checked and compared first, then all written in one transaction or none.

A kind of sheet is a `Sheet`: its columns, how rows become records, how records are compared and written. Apps register
theirs; this module knows none. 1. The check job reads the upload as a stream, tells what would change, and keeps either
the records (sealed) or, where a row is refused, the uploaded rows with a column 错误原因. 2. The owner confirms. 3. The
write job writes the kept records. Whatever was kept goes when it was written, given up, or followed by the next upload.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO, Any, ClassVar

from django.core.files.base import File
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from common.errors import DomainError
from common.sensitive import mask, mask_numbers
from common.spreadsheets import MAX_UNPACKED_LONG, Row, rough_count, stream_rows
from jobs import services as jobs
from jobs.cells import Cell, Fault
from jobs.faults import write_faults
from jobs.models import Job, RowProblem
from jobs.registry import job_kind
from jobs.staging import keep_file, keep_records, kept_records

CHECK, WRITE = "sheet-check", "sheet-write"
MAX_BYTES = 30 * 1024 * 1024
MAX_ROWS = 150_000
SAMPLE = 12
KEPT = timedelta(days=3)
_EVERY = 1000
NUMBER = "序号"
SPOKEN = "words"
NOT_DATA = ("说明", "示例")  # in the column 序号: the template's row of notes and its example
OUTCOMES = ("new", "changed", "unchanged")


@dataclass(frozen=True)
class Column:
    """A column of a sheet. `secret` is the kind of personal value in it (common.sensitive), which shows masked.

    People's own words, in which anything may stand, are of the kind SPOKEN: only their length shows.
    """

    name: str
    header: str
    cell: Cell
    note: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    secret: str = ""


@dataclass(slots=True)
class Line:
    """One row: what was typed and what it means, by column name. `wrong` once anything in it was complained about."""

    number: int
    typed: dict[str, str]
    values: dict[str, Any]
    wrong: bool = False


@dataclass(slots=True)
class Record:
    """What one or more lines would do: `kept` (JSON value) is what `write` gets; `said` names it, personal values masked."""

    kept: Any
    outcome: str
    line: int
    said: str = ""
    fields: list[str] = field(default_factory=list)


class Sheet:
    """A kind of sheet, at work for one person. `complain(line, column name, problem, remedy)` refuses a line."""

    do_not_call_in_templates: ClassVar[bool] = True  # pages name kinds, they start none
    code: ClassVar[str]
    title: ClassVar[str]
    counted: ClassVar[str]  # 户, 个, 人次: what one record is
    ability: ClassVar[str]
    highest: ClassVar[int] = (
        4  # the highest level of ground (grid 1, district 4) at which rows of this kind are somebody's
    )
    most: ClassVar[int] = MAX_ROWS  # rows a file may have
    columns: ClassVar[tuple[Column, ...]]
    notes: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[str] = ""  # the natural key, in words

    def __init__(self, by, complain: Callable[[Line, str, str, str], None]):
        self.by, self.complain = by, complain

    @classmethod
    def layout(cls) -> tuple[Column, ...]:
        """The columns in force."""
        return cls.columns

    def records(self, lines: Iterable[Line]) -> Iterator[Record]:
        """Records of all lines that nothing is wrong with; complains about the others."""
        raise NotImplementedError

    def write(self, kept: Iterator[Any], *, progress: Callable[[int], None], source: str) -> dict[str, int]:
        """Write kept records inside the caller's transaction; counts by outcome. One audit entry under `source`."""
        raise NotImplementedError

    @staticmethod
    def tell(job: Job, title: str) -> None:
        """Let the owner know that a job ended."""
        raise NotImplementedError


_SHEETS: dict[str, type[Sheet]] = {}


def register(sheet: type[Sheet]) -> type[Sheet]:
    """Decorator: offer this kind of sheet."""
    if _SHEETS.setdefault(sheet.code, sheet) is not sheet:
        raise ValueError(f"sheet {sheet.code} is registered twice")
    return sheet


def sheets() -> list[type[Sheet]]:
    """All kinds, in the order they were registered."""
    return list(_SHEETS.values())


def find(code: str) -> type[Sheet] | None:
    """The kind of this code, or None."""
    return _SHEETS.get(code)


def begin(sheet: type[Sheet], upload: File, *, by) -> Job:
    """A job that checks the upload; what an earlier one of this kind kept for the same person is removed."""
    forget_old()
    job = jobs.start(CHECK, payload={"sheet": sheet.code}, by=by, title=f"检查{sheet.title}表", input_file=upload)
    for older in Job.objects.visible_to(by).filter(kind=CHECK, payload__sheet=sheet.code).exclude(pk=job.pk):
        discard(older)
    return job


def confirm(checked: Job, *, by) -> Job:
    """A job that writes what was checked. DomainError where nothing is kept any more."""
    if not is_ready(checked):
        raise DomainError("这份表已经写入或清除。需要的话请重新上传。")
    sheet = _sheet_of(checked)
    return jobs.start(
        WRITE, payload={"checked": str(checked.pk), "sheet": sheet.code}, by=by, title=f"写入{sheet.title}表"
    )


def is_ready(checked: Job) -> bool:
    """Whether a checked sheet may be written: nothing refused, something to write, and still kept."""
    counts = checked.result
    return bool(checked.result_file and not counts.get("refused") and (counts.get("new") or counts.get("changed")))


def discard(checked: Job) -> None:
    """Remove what a check kept."""
    name, storage = checked.result_file.name, checked.result_file.storage
    if name:
        Job.objects.filter(pk=checked.pk).update(result_file="")
        transaction.on_commit(lambda: storage.delete(name))


def forget_old(at: datetime | None = None) -> int:
    """Remove what checks kept longer than KEPT ago; returns of how many."""
    old = Job.objects.filter(kind=CHECK, finished_at__lt=(at or timezone.now()) - KEPT).exclude(result_file="")
    kept = list(old)
    for checked in kept:
        discard(checked)
    return len(kept)


def _sheet_of(job: Job) -> type[Sheet]:
    sheet = find(job.payload["sheet"])
    if sheet is None:
        raise DomainError("系统不认识这种表，请联系管理员。")
    return sheet


@job_kind(CHECK)
def check(job: Job) -> None:
    """Check and compare every row; keep the records, or the rows with their faults."""
    sheet = _sheet_of(job)
    with job.input_file.open() as upload, TemporaryFile() as kept:
        upload = upload.file
        jobs.advance(job, done=0, total=rough_count(upload) or None)
        reading = Reading(sheet, job)
        keep_records(kept, reading.records(upload), owner=str(job.pk))
        if not reading.total:
            raise DomainError("表里没有数据。请从表头下一行开始填写，示例行不算。")
        if reading.reasons:
            _keep_faults(job, upload, kept, reading)
        keeps = reading.reasons or reading.counts["new"] or reading.counts["changed"]
        result = reading.result()
        jobs.advance(job, done=reading.total, total=reading.total)
        kept.seek(0)
        jobs.finish(job, result=result, errors=reading.problems, result_file=File(kept) if keeps else None)
    wrong = result["refused"]
    sheet.tell(job, f"{sheet.title}表检查完成，{f'{wrong}行需要修改' if wrong else '可以写入'}")


def _keep_faults(job: Job, upload: IO[bytes], kept: IO[bytes], reading: "Reading") -> None:
    with TemporaryFile() as book:
        write_faults(
            book, stream_rows(upload, **reading.how()), reading.reasons, title=reading.sheet.title,
            progress=lambda: jobs.advance(job, done=min(reading.total, job.total or reading.total)),
        )  # fmt: skip
        kept.seek(0)
        kept.truncate()
        keep_file(kept, book, owner=str(job.pk))


@job_kind(WRITE)
def write(job: Job) -> None:
    """Write every record of a checked sheet in one transaction, or none."""
    checked = Job.objects.visible_to(job.created_by).filter(pk=job.payload["checked"], kind=CHECK).first()
    if checked is None or not is_ready(checked):
        raise DomainError("这份表已经写入或清除。需要的话请重新上传。")
    sheet, total = _sheet_of(job), sum(checked.result[outcome] for outcome in OUTCOMES)
    jobs.advance(job, done=0, total=total)
    try:
        with checked.result_file.open() as kept, transaction.atomic():
            records = kept_records(kept, owner=str(checked.pk))
            counts = sheet(job.created_by, _refuse_all).write(
                records, progress=lambda done: jobs.advance(job, done=min(done, total)), source=str(job.pk)
            )
            jobs.finish(job, result=counts)
            discard(checked)
    except (IntegrityError, OperationalError) as cause:
        raise DomainError("写入时别人正好在改同样的内容，一行也没有写。请重新上传检查。") from cause
    sheet.tell(job, f"{sheet.title}表已写入")


def _refuse_all(line: Line, column: str, problem: str, remedy: str) -> None:
    raise DomainError("检查以后情况有了变化，有的行不能写入，一行也没有写。请重新上传检查。")


def _shown(typed: str, secret: str) -> str:
    if secret == SPOKEN:
        return f"{len(typed)}个字" if typed else ""
    # A column out of place puts phones where nobody looks for them.
    return mask(typed, secret) if secret else mask_numbers(typed)[:40]


class Reading:
    """One pass over an upload: records, counts, and everything that is wrong."""

    def __init__(self, sheet: type[Sheet], job: Job):
        self.sheet, self.job = sheet, job
        self.names = {header: column for column in sheet.layout() for header in (column.header, *column.aliases)}
        self.columns = {column.name: column for column in sheet.layout()}
        self.total = 0
        self.counts: Counter[str] = Counter()
        self.problems: list[RowProblem] = []
        self.reasons: dict[int, str] = {}
        self.sample: list[dict[str, Any]] = []
        self.unused: list[str] = []
        self._seen: dict[str, dict[str, Any]] = {column.name: {} for column in sheet.layout()}

    def how(self) -> dict[str, Any]:
        """How the upload is read."""
        return {
            "expects": [header for header in self.names],
            "at_least": min(3, len(self.columns)),
            "max_rows": min(MAX_ROWS, self.sheet.most),
            "max_bytes": MAX_BYTES,
            "max_unpacked": MAX_UNPACKED_LONG,
        }

    def records(self, upload: IO[bytes]) -> Iterator[Any]:
        """What is to be kept, one record after another, while counting and noting."""
        for record in self.sheet(self.job.created_by, self.complain).records(self._lines(upload)):
            self.counts[record.outcome] += 1
            if record.outcome != "unchanged" and len(self.sample) < SAMPLE:
                self.sample.append(
                    {"row": record.line, "said": record.said, "outcome": record.outcome, "fields": record.fields}
                )
            yield record.kept

    def result(self) -> dict[str, Any]:
        """Counts, headers nobody reads and the first changes, for the page."""
        return {
            "total": self.total,
            **{outcome: self.counts[outcome] for outcome in OUTCOMES},
            "refused": len(self.reasons),
            "sample": self.sample,
            "unused": self.unused,
        }

    def complain(self, line: Line, name: str, problem: str, remedy: str) -> None:
        """Refuse a line for what is in one of its cells."""
        line.wrong = True
        column = self.columns[name]
        if len(self.problems) < jobs.MAX_ERRORS:
            typed = line.typed.get(name, "")
            self.problems.append(
                {
                    "row": line.number,
                    "column": column.header,
                    "value": _shown(typed, column.secret),
                    "problem": mask_numbers(problem),
                    "remedy": remedy,
                }
            )
        said = f"{column.header}：{problem}，{remedy}"
        before = self.reasons.get(line.number)
        self.reasons[line.number] = f"{before}；{said}" if before else said

    def _lines(self, upload: IO[bytes]) -> Iterator[Line]:
        for row in stream_rows(upload, on_headers=self._check_headers, **self.how()):
            if row.cells.get(NUMBER) in NOT_DATA:
                continue
            self.total += 1
            if self.total % _EVERY == 0:
                jobs.advance(self.job, done=self.total, total=max(self.job.total or 0, self.total))
            yield self._read(row)

    def _read(self, row: Row) -> Line:
        names = self.names
        typed = {names[header].name: text for header, text in row.cells.items() if header in names}
        line = Line(row.number, typed, {})
        for name, column in self.columns.items():
            text, seen = typed.get(name, ""), self._seen[name]
            if text in seen:
                line.values[name] = seen[text]
                continue
            try:
                line.values[name] = value = column.cell.clean(text)
            except Fault as fault:
                line.values[name] = column.cell.empty
                self.complain(line, name, fault.message, fault.remedy)
                continue
            # Streets, kinds and room numbers come again and again; names and phones hardly.
            if len(seen) < _EVERY and not column.secret:
                seen[text] = value
        return line

    def _check_headers(self, headers: tuple[str, ...]) -> None:
        there = {self.names[header].name for header in headers if header in self.names}
        lacking = [c.header for c in self.columns.values() if c.cell.required and c.name not in there]
        if lacking:
            raise DomainError(f"缺少这些列：{'、'.join(lacking)}。请下载模板，照模板的表头填写。")
        known = {*self.names, NUMBER, "错误原因"}
        self.unused = [mask_numbers(header)[:12] for header in headers if header and header not in known][:10]
