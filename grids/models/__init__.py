"""The ground: areas, organizations, places, posts, the people on them, and what stands in the neighbourhood."""

from grids.models.areas import Area, AreaQuerySet
from grids.models.nearby import (
    ChatGroup,
    Inspection,
    InspectionMark,
    OwnersBody,
    OwnersBodyStep,
    ServiceCentre,
    ServicePoint,
    Standard,
    StandardItem,
)
from grids.models.organizations import Organization, Partnership
from grids.models.places import Amendment, Building, Compound, Door, Entrance
from grids.models.postings import Handover, Nominee, Post, Posting, PostingQuerySet, Selection

__all__ = [
    "Amendment",
    "Area",
    "AreaQuerySet",
    "Building",
    "ChatGroup",
    "Compound",
    "Door",
    "Entrance",
    "Handover",
    "Inspection",
    "InspectionMark",
    "Nominee",
    "Organization",
    "OwnersBody",
    "OwnersBodyStep",
    "Partnership",
    "Post",
    "Posting",
    "PostingQuerySet",
    "Selection",
    "ServiceCentre",
    "ServicePoint",
    "Standard",
    "StandardItem",
]
