"""How phones stand, as far as records may be lost: what is unsent, the clock, the numbers that never came. Not how they
are used."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import User
from visits.models import Conflict, Device, Submission

# Pages older than this send what they hold and are then renewed.
MIN_VERSION = "1"
UNSENT_AFTER = timedelta(hours=24)
CLOCK_WRONG = 10 * 60  # seconds


@dataclass(frozen=True)
class Health:
    """What a phone says about itself."""

    pending: int = 0
    oldest_pending_at: datetime | None = None
    app_version: str = ""
    persisted: bool = False
    free_mb: int | None = None
    clock_offset: int = 0
    last_seq: int = 0


def note_health(uuid: UUID, health: Health, *, at: datetime | None = None, by: User) -> None:
    """Write down how a person's device stands now; only the newest is kept."""
    Device.objects.update_or_create(uuid=uuid, user=by, defaults={**asdict(health), "seen_at": at or timezone.now()})


def is_outdated(device: Device) -> bool:
    """Whether the device's pages are older than the oldest this portal wants."""
    major = device.app_version.partition(".")[0]
    return major.isascii() and major.isdigit() and int(major) < int(MIN_VERSION)


def with_gaps(rows: QuerySet[Device]) -> QuerySet[Device]:
    """Devices with `highest`, the highest number received, and `gaps`, how many below it never came.

    A record kept as a conflict came, too.
    """
    own = Submission.objects.filter(device=OuterRef("pk"), device_seq__gt=0).order_by().values("device")
    again = Submission.objects.filter(device=OuterRef("device"), device_seq=OuterRef("device_seq"))
    more = Conflict.objects.filter(~Exists(again), device=OuterRef("pk"), device_seq__gt=0).order_by().values("device")
    highest, distinct = Max("device_seq"), Count("device_seq", distinct=True)
    return rows.annotate(
        highest=Greatest(_number(own.annotate(n=highest)), _number(more.annotate(n=highest))),
        came=_number(own.annotate(n=distinct)) + _number(more.annotate(n=distinct)),
        gaps=F("highest") - F("came"),
    )


def _number(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


def missing(device: Device, most: int = 5) -> list[int]:
    """The first numbers of a device that never came."""
    rows = Submission.objects.filter(device=device, device_seq__gt=0).values_list("device_seq", flat=True)
    more = Conflict.objects.filter(device=device, device_seq__gt=0).values_list("device_seq", flat=True)
    found: list[int] = []
    expected = 1
    for number in sorted({*rows, *more}):
        found += range(expected, min(number, expected + most - len(found)))
        expected = number + 1
        if len(found) >= most:
            break
    return found
