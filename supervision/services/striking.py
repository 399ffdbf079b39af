"""销号: items whose case has ended solved are struck off, and come back where the case does. Exactly once, any sweepers."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.states import NOT_ENDED, Status
from supervision.models import LedgerEntry, LedgerItem
from supervision.services.ledgers import entry

CHUNK = 500
_DONE = Q(case__status=Status.CLOSED) | Q(case__status=Status.MERGED, case__merged_into__status=Status.CLOSED)
_BACK = Q(case__status__in=NOT_ENDED) | Q(case__status=Status.MERGED, case__merged_into__status__in=NOT_ENDED)


def strike_closed(*, at: datetime | None = None) -> int:
    """Strike off what is closed, reopen what came back; returns how many items changed.

    Each item is locked on its own and skipped where somebody else holds it: the next tick has it.
    """
    at = at or timezone.now()
    struck = sum(_strike(pk, at) for pk in _some(LedgerItem.objects.filter(_DONE, struck_at__isnull=True)))
    return struck + sum(_reopen(pk, at) for pk in _some(LedgerItem.objects.filter(_BACK, struck_at__isnull=False)))


def _some(rows: QuerySet[LedgerItem]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])


def _locked(pk: int, **state) -> LedgerItem | None:
    rows = LedgerItem.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return rows.filter(pk=pk, **state).select_related("case__merged_into").first()


@transaction.atomic
def _strike(pk: int, at: datetime) -> int:
    item = _locked(pk, struck_at__isnull=True)
    if item is None or item.case.live.status != Status.CLOSED:
        return 0
    LedgerItem.objects.filter(pk=pk).update(struck_at=at)
    live = item.case.live
    words = f"已并入{live.number}，已办结" if item.case.merged_into_id else "居民已确认，事项办结"
    entry(item, LedgerEntry.Kind.STRUCK, words, at=at, by=None)
    return 1


@transaction.atomic
def _reopen(pk: int, at: datetime) -> int:
    item = _locked(pk, struck_at__isnull=False)
    if item is None or item.case.live.status not in NOT_ENDED:
        return 0
    LedgerItem.objects.filter(pk=pk).update(struck_at=None)
    words = f"销号后{item.case.live.get_status_display()}，恢复督促"
    entry(item, LedgerEntry.Kind.REOPENED, words, at=at, by=None)
    return 1
