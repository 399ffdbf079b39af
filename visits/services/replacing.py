"""The second of two records takes the place of the first: what the first said stays as an old version."""

from datetime import datetime

from accounts.models import User
from audit.services import record
from visits.models import Visit
from visits.services.correcting import add_version
from visits.services.recording import Said, expect


def replace(visit: Visit, said: Said, *, at: datetime, by: User) -> Visit:
    """Let `visit` say what `said` says, on the day of the first record. Belongs inside the caller's transaction.

    What the first one opened stays open; a topic of both keeps its line and its handling. DomainError where the second
    does not fit together.
    """
    visit = Visit.objects.select_for_update(of=("self",)).select_related("household", "visitor").get(pk=visit.pk)
    lines = {line.topic_id: line for line in visit.lines.filter(dropped_at__isnull=True)}
    for heard in said.lines:
        if line := lines.get(heard.topic.pk):
            heard.uuid, heard.handling = line.uuid, line.handling
    add_version(visit, said, at=at, by=by)
    for heard in said.lines:
        expect(visit, heard.photos, lines.get(heard.topic.pk), visit.visitor)
    expect(visit, said.photos, None, visit.visitor)
    Visit.objects.filter(pk=visit.pk).update(photos_expected=visit.photos.count())
    record("visit.replace", subject=("visit", visit.pk), by=by, version=visit.version)
    return visit
