"""交办 in batches: what 区委办 hands out on one day, as one paper; all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases import services as cases
from cases.models import Case
from cases.services.acting import OFFICE_UNIT
from common.errors import DomainError
from grids.models import Organization
from supervision.models import HandOut, HandOutItem, LedgerEntry
from supervision.services import ledgers
from supervision.services.numbering import next_number
from supervision.wording import long_date


@dataclass(frozen=True)
class Row:
    """One case of a batch. Without `due_at` the usual time of units; `seen` is the event count the person saw."""

    case: Case
    lead: Organization
    instruction: str
    helpers: tuple[Organization, ...] = ()
    due_at: datetime | None = None
    seen: int | None = None


class BatchRefused(DomainError):
    """Some cases cannot be handed out, so none was: `faults` says why by case number."""

    def __init__(self, faults: dict[str, str]):
        self.faults = faults
        super().__init__(
            f"{len(faults)}件不能交办，这一批都没有交办：" + "；".join(f"{n}，{w}" for n, w in faults.items())
        )


@transaction.atomic
def hand_out_batch(rows: Sequence[Row], document_number: str = "", *, at: datetime | None = None, by: User) -> HandOut:
    """Hand every case to its lead and helpers, numbered as one batch. BatchRefused where a single one cannot be."""
    if not rows:
        raise DomainError("请先勾选要交办的事项。")
    if len({row.case.pk for row in rows}) != len(rows):
        raise DomainError("同一件事项不能在一批里交办两次。")
    at = at or timezone.now()
    year = timezone.localdate(at).year
    batch = HandOut.objects.create(
        year=year,
        number=next_number(HandOut, year, keeper=OFFICE_UNIT),
        document_number=document_number.strip(),
        handed_at=at,
        handed_by=by,
    )
    faults: dict[str, str] = {}
    # Cases are locked in one order, whoever hands out what at the same time.
    for row in sorted(rows, key=lambda row: row.case.pk):
        try:
            with transaction.atomic():
                _hand_out(batch, row, at, by)
        except DomainError as refusal:
            faults[row.case.number] = refusal.message
    if faults:
        raise BatchRefused(faults)
    record("handout.issue", subject=("handout", batch.pk), by=by, number=batch.number, cases=len(rows))
    return batch


def _hand_out(batch: HandOut, row: Row, at: datetime, by: User) -> None:
    if row.lead in row.helpers:
        raise DomainError(f"{row.lead.name}已经是主办单位，不能再列为协办。")
    cases.hand_out(
        row.case, row.lead, row.instruction, helpers=row.helpers, due_at=row.due_at, seen=row.seen, at=at, by=by
    )
    item = HandOutItem.objects.create(
        handout=batch, case=row.case, lead=row.lead, instruction=row.instruction, due_at=row.case.due_at
    )
    item.helpers.set(row.helpers)
    helpers = f"，协办{'、'.join(unit.name for unit in row.helpers)}" if row.helpers else ""
    words = f"第{batch.number}批，主办{row.lead.name}{helpers}，{long_date(row.case.due_at)}前办结"
    ledgers.entry_of_case(row.case, LedgerEntry.Kind.HANDED_OUT, words, at=at, by=by)
