"""Models of cases. Read `case.py` first."""

from cases.models.case import Case
from cases.models.category import Category, Limit
from cases.models.history import Approval, CasePhoto, Event, Pause
from cases.models.report import Report

__all__ = ["Approval", "Case", "CasePhoto", "Category", "Event", "Limit", "Pause", "Report"]
