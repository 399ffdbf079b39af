"""Models of cases. Read `case.py` first."""

from cases.models.assignment import Assignment, Coordination, Whistle
from cases.models.callback import CallBack, CallShare
from cases.models.case import Case
from cases.models.category import Category, Limit
from cases.models.draft import Draft
from cases.models.history import Approval, CasePhoto, Event, Pause
from cases.models.publication import Publication
from cases.models.report import Report

__all__ = [
    "Approval",
    "Assignment",
    "CallBack",
    "CallShare",
    "Case",
    "CasePhoto",
    "Category",
    "Coordination",
    "Draft",
    "Event",
    "Limit",
    "Pause",
    "Publication",
    "Report",
    "Whistle",
]
