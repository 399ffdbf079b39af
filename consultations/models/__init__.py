"""Models of consultations. Read `consultation.py` first, then `book.py`."""

from consultations.models.book import Book, Line, MoneySheet
from consultations.models.consultation import Consultation, ConsultationCase
from consultations.models.history import ConsultationEvent
from consultations.models.meeting import Attendee, Notice, Objection, Option
from consultations.models.works import Review, WorkPhoto, WorkStep

__all__ = [
    "Attendee",
    "Book",
    "Consultation",
    "ConsultationCase",
    "ConsultationEvent",
    "Line",
    "MoneySheet",
    "Notice",
    "Objection",
    "Option",
    "Review",
    "WorkPhoto",
    "WorkStep",
]
