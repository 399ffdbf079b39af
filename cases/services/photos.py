"""Photos that never became part of anything."""

from datetime import datetime, timedelta

from django.db.models import ForeignObjectRel
from django.utils import timezone

from files.models import Photo

# A form left open overnight may still be sent the next morning.
KEPT_FOR = timedelta(days=2)


def discard_unused(*, at: datetime | None = None) -> int:
    """Delete photos that were kept for a form that was never sent; returns how many. Their files go with the next sweep.

    A photo stays while any row of any app names it: of a case, a service centre, a fulfilled wish.
    """
    unused = Photo.objects.filter(created_at__lt=(at or timezone.now()) - KEPT_FOR)
    for relation in Photo._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            name = relation.field.attname
            named = relation.related_model._base_manager.filter(**{f"{name}__isnull": False})
            unused = unused.exclude(pk__in=named.values(name))
    return unused.delete()[0]
