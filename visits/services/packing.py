"""What a phone may keep of the worker's households while it has no network: little, masked, for a limited time."""

import hashlib
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from grids.permissions import Ability, abilities_of
from grids.scope import scope_of
from households.models import Pairing
from visits.models import Pace


@dataclass(frozen=True)
class Offer:
    """Whether a person's phone may keep a pack, for how many hours, and a digest that changes with what it covers."""

    on: bool
    hours: int
    scope_version: str


def offer(user: User) -> Offer:
    """What the person's phone may keep now. The digest also changes with the day, so that a pack is renewed daily."""
    pace = Pace.current()
    on = pace.pack_on and Ability.VISIT in abilities_of(user)
    return Offer(on, pace.pack_hours, _version(user, pace) if on else "")


def _version(user: User, pace: Pace) -> str:
    scope = scope_of(user, granting=Ability.HOUSEHOLDS)
    paired = Pairing.objects.current().filter(user=user).order_by("household").values_list("household", flat=True)
    parts = [user.pk, timezone.localdate(), pace.pack_hours, sorted(scope.areas), sorted(scope.compounds)]
    parts += [sorted(scope.buildings), sorted(scope.entrances), list(paired)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
