"""Seeds the demonstration: ground, accounts, homes, posts, weeks of history, and cases about to climb. Safe to run at every start."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from cases import services as cases
from cases.models import Case, Report
from common.errors import DomainError
from grids.scope import scope_of
from notifications.models import Notification
from notifications.services import mark_read
from weidu_portal import ground
from weidu_portal.demo import (
    alike,
    consulted,
    disputes,
    errands,
    homes,
    people,
    posts,
    programme,
    services,
    soon,
    visits,
    wishes,
)
from weidu_portal.demo.teller import SOURCE, Teller

SEED = 411002
# Notices older than this were read, so that an inbox shows what is new.
READ_AFTER = timedelta(days=2)


@dataclass(frozen=True)
class Seeded:
    """What a run added."""

    accounts: int
    households: int
    postings: int
    neighbourhood: int
    wishes: int
    visits: int
    errands: int
    cases: int
    due_soon: int

    @property
    def nothing(self) -> bool:
        """True where everything was there already."""
        return not any(astuple(self))


def seed(
    *,
    fresh_due: bool = True,
    thin: int = 1,
    at: datetime | None = None,
    say: Callable[[int], None] = lambda left: None,
) -> Seeded:
    """Add what is missing of the demonstration; `say` hears how many stories are still under way.

    `thin` tells only one in so many of each kind of story and settles one grid in so many, for a small data set.

    DomainError outside demo mode. After a stopped run the next one tells the stories that had not begun.
    """
    if not settings.DEMO:
        raise DomainError("Demonstration data refuse to exist outside demo mode (WEIDU_DEMO).")
    now = at or timezone.now()
    with transaction.atomic():
        ground.load()
        accounts = people.open_accounts(Random(SEED))
        settled = _settle(now, thin)
    wished = _tell(wishes.add, now, thin=thin)
    told = _history(now, thin, say)
    visited = _tell(visits.add, now, thin=thin)
    # Last, as their cases are none of the programme's.
    _tell(disputes.add, now)
    _tell(consulted.add, now)
    run = _tell(errands.add, now, thin=thin)
    return Seeded(accounts, *settled, wished, visited, run, told, _fresh(now) if fresh_due else 0)


def _fresh(now: datetime) -> int:
    """Cases that fall due in the next minutes; how many were added."""
    if soon.is_enough(now):
        return 0
    cases.sweep(at=now)  # what fell due while nothing ran is late, and must not be told as if it had been on time
    with transaction.atomic():
        return soon.add(Teller(now, Random(f"{now}")))


def _settle(now: datetime, thin: int) -> tuple[int, int, int]:
    """The ground with its people; how many households, postings, and rows of the neighbourhood there are new."""
    services.add_units()
    households = homes.add(Random(SEED), thin=thin, at=now)
    postings = posts.add(Random(SEED), thin=thin, at=now)
    return households, postings, services.add(Random(SEED), thin=thin, at=now)


def _tell(add: Callable[..., int], now: datetime, **more: int) -> int:
    """One part of the demonstration in a transaction of its own; how many of its rows are new."""
    with transaction.atomic():
        added = add(Random(SEED), people.Staff.load(), at=now, **more)
    if added:
        _put_notices_away(now)
    return added


def _history(now: datetime, thin: int, say: Callable[[int], None]) -> int:
    """Tell what was not told yet of the programme; returns how many cases it opened."""
    before = Case.objects.count()
    tell = Teller(now, Random(SEED))
    programme.add_all(tell, thin=thin)
    if tell.is_over:
        return 0
    tell.run(say)
    alike.add(people.Staff.load(), at=now)
    _put_notices_away(now)
    return Case.objects.count() - before


def _put_notices_away(now: datetime) -> None:
    """Nothing is pushed for invented history, and what is older than two days was read."""
    old = Notification.objects.filter(created_at__lt=now, pushed_at__isnull=True)
    old.update(push_at=None, pushed_at=F("created_at"))
    read = Notification.objects.filter(created_at__lt=now - READ_AFTER)
    for user in User.objects.filter(username__in=[account.username for account in people.CAST]):
        seats = {*scope_of(user).seats, f"user:{user.pk}"}  # volunteers have no post
        ids = list(Notification.objects.for_seats(seats, user).filter(pk__in=read).values_list("pk", flat=True))
        mark_read(user, seats=seats, ids=ids, at=now - READ_AFTER)


def example() -> Report | None:
    """A report to look up as a resident: answered, with a phone, of the newest."""
    found = Report.objects.filter(source=SOURCE, is_first=True, phone__isnull=False, case__status="confirming")
    return found.order_by("-created_at").first()
