"""Models of supervision. Read `ledger.py` first."""

from supervision.models.handout import HandOut, HandOutItem
from supervision.models.ledger import Ledger, LedgerEntry, LedgerItem, Review
from supervision.models.meeting import AgendaItem, Invitation, Meeting, Resolution, plans_meetings
from supervision.models.order import Order

__all__ = [
    "AgendaItem",
    "HandOut",
    "HandOutItem",
    "Invitation",
    "Ledger",
    "LedgerEntry",
    "LedgerItem",
    "Meeting",
    "Order",
    "Resolution",
    "Review",
    "plans_meetings",
]
