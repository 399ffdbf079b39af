"""Models of cases. Read `case.py` first."""

from cases.models.assignment import Assignment, Coordination, Whistle
from cases.models.bundle import Bundle, BundledCase
from cases.models.callback import CallBack, CallShare
from cases.models.case import Case
from cases.models.category import Category, Limit
from cases.models.draft import Draft
from cases.models.history import Approval, CasePhoto, Event, Pause
from cases.models.likeness import GramCount, Likeness
from cases.models.publication import Publication
from cases.models.report import Report

__all__ = [
    "Approval",
    "Assignment",
    "Bundle",
    "BundledCase",
    "CallBack",
    "CallShare",
    "Case",
    "CasePhoto",
    "Category",
    "Coordination",
    "Draft",
    "Event",
    "GramCount",
    "Likeness",
    "Limit",
    "Pause",
    "Publication",
    "Report",
    "Whistle",
]
