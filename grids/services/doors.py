"""Verbs of the codes on doors."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from grids.models import Compound, Door
from grids.models.places import door_token


@transaction.atomic
def renew_codes(compound: Compound, doors: Iterable[int], *, at: datetime | None = None, by: User | None) -> int:
    """New codes for these doors (ids) of a compound; the ones on paper lead nowhere from now on. Returns how many.

    DomainError where none of them is there. The audit entry names doors, never codes.
    """
    rows = list(Door.objects.select_for_update().filter(compound=compound, pk__in=list(doors)).order_by("pk"))
    if not rows:
        raise DomainError("没有可以换码的门户。")
    at = at or timezone.now()
    for row in rows:
        row.token, row.token_at = door_token(), at
    Door.objects.bulk_update(rows, ["token", "token_at"])
    record("door.renew_codes", subject=("compound", compound.pk), by=by, doors=[row.pk for row in rows])
    return len(rows)
