"""Every list of the desk as a ledger (台账): what stands in it, who may have it, and how it is written."""

from desk.ledgers import (
    agency,
    bundles,
    consultations,
    disputes,
    ground,
    matters,
    money,
    nearby,
    people,
    posts,
    visits,
    wishes,
)
from desk.ledgers.kinds import Ledger

LEDGERS: dict[str, Ledger] = {
    ledger.code: ledger
    for part in (
        matters,
        bundles,
        disputes,
        agency,
        wishes,
        visits,
        consultations,
        money,
        people,
        posts,
        ground,
        nearby,
    )
    for ledger in part.LEDGERS
}

__all__ = ["LEDGERS", "Ledger"]
