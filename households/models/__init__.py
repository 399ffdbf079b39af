"""Households, the people in them, and the guarding of their data."""

from households.models.household import (
    CareTag,
    Household,
    HouseholdEvent,
    HouseholdQuerySet,
    Membership,
    Resident,
    Sex,
    TagKind,
)
from households.models.pairing import Pairing, PairingDeed
from households.models.rights import PrivacyNotice, PrivacyNoticeQuerySet, RightsRequest

__all__ = [
    "CareTag",
    "Household",
    "HouseholdEvent",
    "HouseholdQuerySet",
    "Membership",
    "Pairing",
    "PairingDeed",
    "PrivacyNotice",
    "PrivacyNoticeQuerySet",
    "Resident",
    "RightsRequest",
    "Sex",
    "TagKind",
]
