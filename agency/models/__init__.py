"""Errands the community runs for people."""

from agency.models.history import AgencyEvent
from agency.models.item import AgencyItem
from agency.models.request import AgencyRequest

__all__ = ["AgencyEvent", "AgencyItem", "AgencyRequest"]
