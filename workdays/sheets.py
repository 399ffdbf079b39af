"""The sheet in which a year's arrangement of holidays comes."""

from dataclasses import dataclass
from datetime import date
from typing import IO

from common.errors import DomainError
from common.spreadsheets import Row, read_rows
from workdays.models import Day

HEADERS = ("date", "kind", "name", "source")
_KINDS = {"off": Day.Kind.OFF, "休": Day.Kind.OFF, "work": Day.Kind.WORK, "班": Day.Kind.WORK}


@dataclass(frozen=True)
class DayRow:
    """One day of the sheet."""

    date: date
    kind: str
    name: str
    source: str = ""


def read_days(upload: IO[bytes]) -> list[DayRow]:
    """The days of a .csv or .xlsx with the columns date (2027-01-01), kind (off, work), name, source.

    DomainError names the first row that does not fit.
    """
    return [_day(row) for row in read_rows(upload, expects=HEADERS)]


def _day(row: Row) -> DayRow:
    kind = _KINDS.get(row.get("kind").partition("(")[0])
    if kind is None:
        raise DomainError(f"第{row.number}行：kind应为off或work")
    try:
        day = date.fromisoformat(row.get("date"))
    except ValueError:
        raise DomainError(f"第{row.number}行：date应写成2027-01-01的样子") from None
    if not row.get("name"):
        raise DomainError(f"第{row.number}行：name为空")
    return DayRow(day, kind, row.get("name")[:40], row.get("source")[:100])
