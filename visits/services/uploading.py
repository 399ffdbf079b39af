"""Photos chosen on the page itself: kept under an id at once, so that a refused form costs none of them."""

import uuid as uuids
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import File
from django.utils import timezone

from accounts.models import User
from files.services import ingest_photo
from visits.models import VisitPhoto


def keep_photo(upload: File, *, at: datetime | None = None, by: User) -> VisitPhoto:
    """The photo under an id of its own, joined to no visit yet. Raises PhotoRefused."""
    photo = ingest_photo(upload, by=by)
    return VisitPhoto.objects.create(
        uuid=uuids.uuid4(), photo=photo, sha256=photo.sha256, user=by, arrived_at=at or timezone.now()
    )


def kept_photos(listed: Iterable[str], *, by: User) -> list[str]:
    """Those of the listed ids that are photos of this person and belong to no visit yet, in the order given."""
    wanted = [one for one in listed if _is_uuid(one)]
    if not wanted:
        return []
    rows = VisitPhoto.objects.filter(uuid__in=wanted, user=by, visit__isnull=True, photo__isnull=False)
    free = {str(uuid) for uuid in rows.values_list("uuid", flat=True)}
    return [one for one in dict.fromkeys(wanted) if one in free]


def _is_uuid(text: str) -> bool:
    try:
        return str(uuids.UUID(text)) == text
    except ValueError:
        return False
