"""Writing a ledger: masked unless somebody who may gives a reason, and always with an audit entry.

A small ledger is a file at once; a large one is a job, whose file its owner fetches within a few days.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from common.ledgers import Heading, as_words, write_ledger
from common.normalise import clean_text
from common.sensitive import Sensitive, mask_numbers
from desk.filters import jurisdiction
from desk.ledgers import LEDGERS, Ledger
from desk.ledgers.narrowing import area_of, beneath
from grids.levels import Level
from grids.models import Area
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from jobs import services as jobs
from jobs.models import Job

EXPORT = "export-ledger"
AT_ONCE = 2000
PRINTED = 1000
KEPT = timedelta(days=3)
CHUNK = 2000
LEAST_WORDS, MOST_WORDS = 4, 60
REASONS = {
    "visit": "上门走访核对",
    "service": "办理居民事项",
    "emergency": "应急联络",
    "check": "上级要求核对",
    "other": "其他工作需要",
}


@dataclass(frozen=True)
class Order:
    """Which ledger, for whom, narrowed by which query string. With a `reason` (of REASONS, and own words) unmasked."""

    ledger: Ledger
    by: User
    query: QueryDict
    reason: str = ""
    words: str = ""

    @property
    def is_unmasked(self) -> bool:
        """Whether personal values stand in it in full."""
        return bool(self.reason)


def order(ledger: Ledger, *, query: QueryDict, reason: str = "", words: str = "", unmasked: bool = False, by) -> Order:
    """The order as it may be carried out. DomainError where an unmasked ledger lacks a right or a reason."""
    if not unmasked:
        return Order(ledger, by, query)
    words = clean_text(words)[:MOST_WORDS]
    if not ledger.personal or Ability.UNMASK not in abilities_of(by):
        raise DomainError("您的岗位不能导出完整的联系方式。需要时请由社区书记或街道主任导出。")
    if reason not in REASONS:
        raise DomainError("请选择导出完整信息的原因。")
    if len(words) < LEAST_WORDS:
        raise DomainError(f"请用自己的话写明用途，至少{LEAST_WORDS}个字。")
    return Order(ledger, by, query, reason, mask_numbers(words))


def rows_of(asked: Order) -> QuerySet | list:
    """The rows of an order: visible, narrowed, and beneath postings that grant what is asked."""
    rows = asked.ledger.select(asked.by, asked.query)
    if asked.ledger.area:
        granting = Ability.UNMASK if asked.is_unmasked else Ability.EXPORT
        rows = rows.filter(beneath(asked.by, asked.ledger.area, granting=granting))
    return rows


def count_of(rows: QuerySet | list) -> int:
    """How many rows."""
    return len(rows) if isinstance(rows, list) else rows.order_by().count()


def as_file(asked: Order) -> tuple[IO[bytes], str]:
    """A small ledger as an open file and its name."""
    with ExitStack() as stack:
        target = stack.enter_context(tempfile.TemporaryFile())
        write(asked, target)
        target.seek(0)
        stack.pop_all()  # handed to the response, which closes it
    return target, file_name(asked)


def start(asked: Order) -> Job:
    """The job that writes a large ledger. What it was narrowed by may hold what somebody typed, so it is no payload."""
    forget(Job.objects.visible_to(asked.by))
    wanted = urlencode({"query": asked.query.urlencode(), "reason": asked.reason, "words": asked.words})
    return jobs.start(
        EXPORT,
        payload={"ledger": asked.ledger.code, "unmasked": asked.is_unmasked},
        title=f"导出{asked.ledger.title}",
        input_file=ContentFile(wanted.encode()),
        by=asked.by,
    )


def carry_out(job: Job) -> None:
    """Write the ledger of a job. Judged again: the owner's postings may have ended since."""
    clear()
    with job.input_file.open() as wanted:
        given = QueryDict(wanted.read())
    ledger = LEDGERS[job.payload["ledger"]]
    if not ledger.abilities <= abilities_of(job.created_by):
        raise DomainError("您的岗位已有变化，不能再导出这份台账。")
    asked = order(
        ledger,
        query=QueryDict(given["query"]),
        reason=given["reason"],
        words=given["words"],
        unmasked=job.payload["unmasked"],
        by=job.created_by,
    )
    jobs.advance(job, done=0, total=count_of(rows_of(asked)))
    with tempfile.TemporaryFile() as target:
        count = write(asked, target, told=lambda done: jobs.advance(job, done=min(done, job.total)))
        target.seek(0)
        jobs.finish(job, result={"rows": count, "name": file_name(asked)}, result_file=File(target))


def fetched(job: Job, *, at: datetime | None = None, by: User) -> tuple[IO[bytes], str]:
    """The file of a job for its owner, and its name. DomainError once it was cleared away."""
    if not job.result_file or job.finished_at + KEPT < (at or timezone.now()):
        raise DomainError("这份台账已经清除，请重新导出。")
    record("ledger.fetch", subject=("job", job.pk), by=by, ledger=job.payload["ledger"], rows=job.result["rows"])
    return job.result_file.open(), job.result["name"]


def clear(*, at: datetime | None = None) -> int:
    """Remove the files nobody may fetch any more; returns how many."""
    return forget(Job.objects.filter(finished_at__lt=(at or timezone.now()) - KEPT))


def forget(rows: QuerySet) -> int:
    """Remove the files of these export jobs; returns how many. They are full of names."""
    removed = 0
    for job in rows.filter(kind=EXPORT).exclude(result_file=""):
        name, storage = job.result_file.name, job.result_file.storage
        Job.objects.filter(pk=job.pk).update(result_file="")
        storage.delete(name)
        removed += 1
    return removed


def lines(asked: Order, rows: QuerySet | list, told: Callable[[int], None] = lambda done: None) -> Iterator[list]:
    """The cells of every row with its number; `told(done)` is called now and then."""
    shown = _in_full if asked.is_unmasked else _masked_cell
    found = rows if isinstance(rows, list) else rows.iterator(chunk_size=CHUNK)
    for number, row in enumerate(found, start=1):
        yield [number, *(shown(cell) for cell in asked.ledger.line(row))]
        if number % CHUNK == 0:
            told(number)


def printed(asked: Order) -> tuple[list[list[str]], int, Heading]:
    """The first thousand rows as words for a page to print, how many there are, and what stands around them."""
    rows = rows_of(asked)
    count = count_of(rows)
    shown = [[as_words(cell) for cell in cells] for cells in lines(asked, list(rows[:PRINTED]))]
    record("ledger.print", subject=("ledger", asked.ledger.code), by=asked.by, rows=len(shown))
    return shown, count, heading(asked, count)


def heading(asked: Order, count: int, *, at: datetime | None = None) -> Heading:
    """What stands around the rows."""
    now = timezone.localtime(at)
    place, who = _place(asked), asked.by.called
    made = f"{now:%Y年%m月%d日 %H:%M}"
    watermark = ""
    if asked.is_unmasked:
        watermark = (
            f"含个人信息，仅限内部使用，不得转发、外传，用完销毁　导出人：{who}（{asked.by.username}）　{made}　"
            f"原因：{REASONS[asked.reason]}，{asked.words}"
        )
    kept = "含个人信息" if asked.is_unmasked else "个人信息已隐去"
    return Heading(
        title=f"魏都区{'' if place == '全区' else place}{asked.ledger.title}",
        note=f"填报单位：{place}　　截至：{now:%Y年%m月%d日}　　单位：{asked.ledger.counted}　共{count}{asked.ledger.counted}",
        by=who,
        foot=f"由系统按登记生成，{kept}　导出人：{who}　导出时间：{made}",
        watermark=watermark,
    )


def file_name(asked: Order, *, at: datetime | None = None) -> str:
    """魏都区_北大街道_新村社区_住户台账_20261122.xlsx."""
    day = f"{timezone.localdate(at or timezone.now()):%Y%m%d}"
    return "_".join(["魏都区", *_path(asked), asked.ledger.title, day]) + ".xlsx"


def write(asked: Order, target: IO[bytes], *, told: Callable[[int], None] = lambda done: None) -> int:
    """Write the ledger to `target` and record it; returns how many rows. `told(done)` is called now and then."""
    rows = rows_of(asked)
    above = heading(asked, count_of(rows))
    count = write_ledger(target, asked.ledger.headers, lines(asked, rows, told), heading=above)
    details: dict[str, Any] = {"rows": count, "unmasked": asked.is_unmasked}
    if asked.is_unmasked:
        details["reason"] = asked.reason
    record("ledger.export", subject=("ledger", asked.ledger.code), by=asked.by, **details)
    return count


def _masked_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return mask_numbers(cell)
    return _local(cell)


def _in_full(cell: Any) -> Any:
    return cell.plain if isinstance(cell, Sensitive) else _local(cell)


def _local(cell: Any) -> Any:
    return timezone.localtime(cell) if isinstance(cell, datetime) else cell


def _place(asked: Order) -> str:
    """Whose ledger it is: the area it was narrowed to, else the user's own ground."""
    if narrowed_to := _narrowed_to(asked):
        return narrowed_to.full_name
    return jurisdiction(scope_of(asked.by)) or asked.by.unit_name or "本单位"


def _path(asked: Order) -> list[str]:
    """The names of street, community and grid, as far as the ledger is of one."""
    own = scope_of(asked.by).areas
    area = _narrowed_to(asked) or (Area.objects.filter(pk__in=own).first() if len(own) == 1 else None)
    if area is None:
        return [_place(asked)]
    codes = [area.code_on(level) for level in (Level.STREET, Level.COMMUNITY, Level.GRID)]
    return list(
        Area.objects.filter(pk__in=codes, level__lt=Level.DISTRICT).order_by("code").values_list("name", flat=True)
    )


def _narrowed_to(asked: Order) -> Area | None:
    code = area_of(asked.query)
    return Area.objects.filter(pk=code).exclude(level=Level.DISTRICT).first() if code else None
