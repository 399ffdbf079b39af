"""Photos that never became part of a case."""

from datetime import datetime, timedelta

from django.utils import timezone

from cases.models import CasePhoto
from files.models import Photo

# A form left open overnight may still be sent the next morning.
KEPT_FOR = timedelta(days=2)


def discard_unused(*, at: datetime | None = None) -> int:
    """Delete photos that were kept for a form that was never sent; returns how many. Their files go with the next sweep."""
    before = (at or timezone.now()) - KEPT_FOR
    unused = Photo.objects.filter(created_at__lt=before).exclude(pk__in=CasePhoto.objects.values("photo"))
    return unused.delete()[0]
