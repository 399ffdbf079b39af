"""Models of disputes and legal services."""

from mediation.models.dispute import Dispute, Mediator, Party
from mediation.models.history import DisputeEvent
from mediation.models.legal import LegalService, ServiceDay
from mediation.models.papers import Agreement, HandOver, Record, Scan

__all__ = [
    "Agreement",
    "Dispute",
    "DisputeEvent",
    "HandOver",
    "LegalService",
    "Mediator",
    "Party",
    "Record",
    "Scan",
    "ServiceDay",
]
