"""Models of visits. Read `visit.py` first."""

from visits.models.campaign import Campaign, CampaignPlace
from visits.models.hint import Hint
from visits.models.lists import Pace, Purpose, Topic
from visits.models.standing import Standing
from visits.models.suggestion import Suggestion
from visits.models.sync import Conflict, Device, Submission
from visits.models.visit import Companion, Finding, Line, Mention, Visit, VisitPhoto, VisitVersion

__all__ = [
    "Campaign",
    "CampaignPlace",
    "Companion",
    "Conflict",
    "Device",
    "Finding",
    "Hint",
    "Line",
    "Mention",
    "Pace",
    "Purpose",
    "Standing",
    "Submission",
    "Suggestion",
    "Topic",
    "Visit",
    "VisitPhoto",
    "VisitVersion",
]
