"""The filtered list as a ledger in .xlsx: no personal data, and never a part instead of the whole."""

import re
import tempfile
from collections.abc import Iterator
from typing import IO

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record
from common.errors import DomainError
from common.sensitive import mask
from common.spreadsheets import write_xlsx
from desk import work

MOST_ROWS = 5000
HEADERS = (
    "序号", "受理编号", "来源", "类别", "事项", "地点", "所属区域", "层级", "状态", "承办单位", "经办",
    "登记时间", "办理期限", "超期", "答复时间", "办结时间", "办结层级", "是否解决", "是否满意",
)  # fmt: skip
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)")


def export(rows: QuerySet, *, place: str, view: str, by) -> tuple[IO[bytes], str]:
    """The ledger as an open file and its name. DomainError above 5,000 rows: narrowed, not cut off."""
    now = timezone.localtime()
    numbers = list(rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(numbers) > MOST_ROWS:
        raise DomainError(f"超过{MOST_ROWS}件，不能一次导出。请先按区域、类别或状态筛选，再分次导出。")
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- handed to the response, which closes it
    with transaction.atomic():
        record("cases.export", subject=("view", view), by=by, rows=len(numbers))
        note = f"填报单位：{place}　导出人：{by.called}　导出时间：{now:%Y年%m月%d日 %H:%M}　共{len(numbers)}件"
        write_xlsx(target, HEADERS, _lines(rows, now), title=f"魏都区{place}事项台账", note=note)
    target.seek(0)
    return target, f"魏都区_{place}_事项台账_{now:%Y%m%d}.xlsx"


def masked(text: str) -> str:
    """`text` without the middle of mobile and identity numbers somebody wrote into it."""
    hidden = _ID_NUMBER.sub(lambda found: mask(found.group(), "id_number"), text)
    return _PHONE.sub(lambda found: mask(found.group(), "phone"), hidden)


def _lines(rows: QuerySet, now) -> Iterator[list]:
    for position, case in enumerate(work.called(rows).iterator(chunk_size=500), start=1):
        late = case.is_open and case.due_at < now
        yield [
            position,
            case.number,
            case.get_channel_display(),
            case.category.name,
            masked(case.called),
            masked(case.place),
            case.area.full_name,
            case.get_level_display(),
            case.get_status_display(),
            case.handling_unit.name if case.handling_unit else "",
            case.assignee.called if case.assignee else "",
            *(_local(moment) for moment in (case.created_at, case.due_at)),
            "超期" if late else "",
            *(_local(moment) for moment in (case.resolved_at, case.closed_at)),
            case.get_closed_level_display() if case.closed_level is not None else "",
            case.get_outcome_display(),
            case.get_satisfaction_display(),
        ]


def _local(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
