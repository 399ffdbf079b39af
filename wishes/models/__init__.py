"""Models of micro-wishes. Read `wish.py` first."""

from wishes.models.claim import Claim, ClaimMember
from wishes.models.history import WishEvent
from wishes.models.pace import Pace
from wishes.models.volunteer import Invitation, Volunteer
from wishes.models.wish import Wish

__all__ = ["Claim", "ClaimMember", "Invitation", "Pace", "Volunteer", "Wish", "WishEvent"]
