"""Keeping totals exact: noted changes are folded in, and once a night everything is counted afresh and compared."""

import logging
from dataclasses import dataclass, field

from django.db import connection, transaction

from dashboards import sql
from dashboards.facts import COLUMNS
from dashboards.models import RollupFault

logger = logging.getLogger(__name__)
CHUNK = 20_000
_KEPT = 200  # faults written down of one recount; the log says how many there were


def fold(chunk: int = CHUNK) -> int:
    """Add what is noted to the totals; returns how many notes. Nothing where another folder is at it.

    One statement a chunk takes the notes and adds them, so a folder that dies leaves either both or neither.
    """
    folded = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.FREE_TO_FOLD)
            if not cursor.fetchone()[0]:
                return folded
            cursor.execute(sql.FOLD, {"chunk": chunk})
            taken = cursor.fetchone()[0]
        folded += taken
        if taken < chunk:
            return folded


@dataclass
class Recount:
    """What a recount found: (day, kind, key) → {fact: cases minus total}."""

    apart: dict[tuple, dict[str, int]] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """True where every total was right."""
        return not self.apart


def recount(*, repair: bool = True) -> Recount:
    """Compare every total with a fresh count over all cases; put right and say loudly what differs.

    The difference found in one snapshot is added to the totals, so cases may change all the while.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.WAIT_TO_FOLD)
        cursor.execute(sql.DAYS_APART)
        days = cursor.fetchall()
        cursor.execute(sql.TIMES_APART)
        times = cursor.fetchall()
        if repair:
            cursor.executemany(sql.ADD_TO_DAY, days)
            cursor.executemany(sql.ADD_TO_TIME, times)
        found = Recount(
            {(day, kind, key): _named(counts) for day, kind, key, *counts in days}
            | {(day, f"time:{which}", str(bucket)): {"n": int(n)} for day, which, bucket, n in times}
        )
        _tell(found, repair)
    return found


def _named(counts: list[int]) -> dict[str, int]:
    return {name: int(count) for name, count in zip(COLUMNS, counts, strict=True) if count}


def _tell(found: Recount, repaired: bool) -> None:
    """Into the log, and into the list administrators read."""
    if found.exact:
        return
    logger.error("%d totals differed from the cases%s", len(found.apart), ", put right" if repaired else "")
    rows = list(found.apart.items())[:_KEPT]
    RollupFault.objects.bulk_create(
        RollupFault(day=day, kind=kind, key=key, differences=apart, repaired=repaired)
        for (day, kind, key), apart in rows
    )
