"""One working ledger as people read it: on its page, on paper and as a file, always without personal data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

from django.utils import timezone

from audit.services import record
from common.ledgers import Column, Heading, write_ledger
from supervision.models import Ledger, LedgerEntry, LedgerItem
from supervision.printing import printed_words, state_of

TITLE = "魏都区街道上报事项研判交办台账"
COLUMNS = (
    Column("序号", 6, "center"), Column("编号", 18, "center"), Column("街道、社区", 22), Column("事项", 32),
    Column("类别", 14), Column("上报理由", 32), Column("主办单位", 16), Column("协办单位", 18),
    Column("上报日期", 15, "center"), Column("办结期限", 15, "center"), Column("办理状态", 10, "center"),
    Column("现在", 10, "center"), Column("变化", 40),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One item: the words it is printed with, how far it is now, and what happened since."""

    item: LedgerItem
    words: dict[str, Any]
    now: str
    entries: list[LedgerEntry]


class LedgerSheet:
    """A ledger with the items the reader may see: a fixed number of queries."""

    def __init__(self, ledger: Ledger, user, at=None):
        self.ledger, self.user, self.at = ledger, user, timezone.localtime(at)

    @cached_property
    def lines(self) -> list[Line]:
        """Items in order; frozen words where it is issued, today's where it is not."""
        rows = self.ledger.items.visible_to(self.user).for_paper()
        items = list(rows.prefetch_related("entries__noted_by"))
        words = [item.printed for item in items] if self.ledger.is_issued else printed_words(items)
        return [
            Line(item, said, state_of(item.case), sorted(item.entries.all(), key=lambda entry: entry.pk))
            for item, said in zip(items, words, strict=True)
        ]

    @property
    def title(self) -> str:
        """What stands on top of the paper."""
        return TITLE

    @property
    def numbered(self) -> str:
        """2026年清单第12号, with the document number where one was typed."""
        number = f"{self.ledger.year}年{self.ledger.called}"
        return f"{number}　{self.ledger.document_number}" if self.ledger.document_number else number

    @property
    def period(self) -> str:
        """2026年11月23日至11月29日."""
        first, last = self.ledger.from_date, self.ledger.to_date
        year = "" if last.year == first.year else f"{last.year}年"
        return f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"

    @property
    def foot(self) -> str:
        """Who made the paper, and when."""
        state = "" if self.ledger.is_issued else "未印发，仅供核对　"
        made = f"{self.at.year}年{self.at.month}月{self.at.day}日 {self.at:%H:%M}"
        return f"{state}由系统按办理记录生成，未含个人信息　导出人：{self.user.called}　{made}"

    @property
    def file_name(self) -> str:
        """魏都区_研判交办台账_2026年清单第12号.xlsx."""
        return f"魏都区_研判交办台账_{self.ledger.year}年{self.ledger.called}.xlsx"

    def rows(self) -> Iterator[list]:
        """The cells of every item, as `COLUMNS`."""
        for line in self.lines:
            said = line.words
            happened = "；".join(
                f"{entry.get_kind_display()}{'，' if entry.text else ''}{entry.text}" for entry in line.entries
            )
            yield [
                line.item.position, said["number"], said["place"], said["title"], said["category"], said["reason"],
                said["lead"], said["helpers"], said["climbed_at"], said["due_at"], said["status"], line.now,
                happened,
            ]  # fmt: skip

    def printed(self, *, by) -> None:
        """Record that the paper was opened for printing."""
        record("ledger.print", subject=("working_ledger", self.ledger.pk), by=by, rows=len(self.lines))


def write_file(sheet: LedgerSheet, target: IO[bytes], *, by) -> int:
    """Write the ledger as .xlsx and record it; returns how many rows."""
    note = f"汇总单位：区委组织部　　{sheet.numbered}　　期间：{sheet.period}　　单位：件　共{len(sheet.lines)}件"
    heading = Heading(title=sheet.title, note=note, by=sheet.user.called, foot=sheet.foot)
    count = write_ledger(target, COLUMNS, sheet.rows(), heading=heading)
    record("ledger.export", subject=("working_ledger", sheet.ledger.pk), by=by, rows=count)
    return count
