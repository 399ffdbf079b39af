"""The same page sent twice, also at the same moment, leaves one trace."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Event, Report
from cases.states import Action
from files.models import Photo
from households.models import RightsRequest
from households.services import ask

# Somebody who presses a button again does so within minutes; the same words an hour later are meant.
_AGAIN = timedelta(minutes=10)


def join_once(case: Case, request: cases.Request) -> Report:
    """The co-reporter's report. DomainError as `cases.join`."""
    try:
        return cases.join(case, request, by=None)
    except IntegrityError:  # the other one of two came first: the second call finds what it left
        return cases.join(case, request, by=None)


def ask_once(kind: str, **content) -> RightsRequest:
    """The request about one's own data."""
    try:
        return ask(kind, **content)
    except IntegrityError:
        return ask(kind, **content)


@transaction.atomic
def add_once(report: Report, text: str, photos: list[Photo]) -> None:
    """More from a reporter, unless the same was said a moment ago. DomainError as `cases.add`.

    The lock on the case makes the second of two wait until the first has been written.
    """
    case = report.case.live
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not _said(report, case, text, photos):
        cases.add(report, text, photos=photos)


def _said(report: Report, case: Case, text: str, photos: list[Photo]) -> bool:
    recent = Event.objects.filter(case=case, report=report, action=Action.ADD, at__gte=timezone.now() - _AGAIN)
    same = {photo.sha256 for photo in photos}
    return any({shot.photo.sha256 for shot in event.photos.select_related("photo")} == same
               for event in recent.filter(note=text))  # fmt: skip
