"""Where the visits to a household stand: rewritten from the visits, so that a late or corrected one finds its place."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from households.models import Household
from visits.models import Pace, Standing, Visit
from visits.states import REACHED, Outcome, Part, another_part, part_of

# More than the tries an administrator will ever set; what lies further back tells nothing about the next try.
LOOKED_BACK = 20
_READ = ("household", "outcome", "happened_at", "happened_date", "next_date", "next_part")


def renew(household: Household) -> Standing:
    """Read the household's youngest visits and rewrite its row. Belongs inside the transaction of the visit.

    Locks the household, so that two visits to one door are taken up one after the other.
    """
    Household.objects.select_for_update(of=("self",)).only("pk").get(pk=household.pk)
    # Locked too, because the community settles under the lock of this row alone.
    standing = Standing.objects.select_for_update().filter(household=household).first()
    is_new = standing is None
    standing = standing or Standing(household=household)
    rows = list(Visit.objects.filter(household=household).newest_first().only(*_READ)[:LOOKED_BACK])
    latest = rows[0] if rows else None
    standing.visit = latest
    standing.tried_at = latest.happened_at if latest else None
    before, standing.outcome = standing.outcome, latest.outcome if latest else ""
    if standing.checked_visit_id and latest and standing.checked_visit_id == latest.pk and before != latest.outcome:
        standing.checked_visit = None  # what was held against the register is no longer what the visit says
    standing.met_date = _last(household, rows, (Outcome.MET,))
    standing.reached_date = _last(household, rows, REACHED)
    standing.absences = _absences(rows)
    _plan(standing, latest)
    standing.save(force_insert=is_new, force_update=not is_new)
    return standing


def _last(household: Household, rows: list[Visit], outcomes: tuple[Outcome, ...]) -> date | None:
    """The day of the youngest visit with one of the outcomes; asked for only where it may lie further back."""
    found = next((visit.happened_date for visit in rows if visit.outcome in outcomes), None)
    if found is None and len(rows) == LOOKED_BACK:
        older = Visit.objects.filter(household=household, outcome__in=outcomes).newest_first()
        found = older.values_list("happened_date", flat=True).first()
    return found


def _absences(rows: list[Visit]) -> int:
    """How often in a row, up to now, nobody was in: once a part of a day, however often somebody knocked in it."""
    tries = set()
    for visit in rows:
        if visit.outcome != Outcome.ABSENT:
            break
        local = timezone.localtime(visit.happened_at)
        tries.add((local.date(), part_of(local.time())))
    return len(tries)


def _plan(standing: Standing, latest: Visit | None) -> None:
    """When to come next, as far as the last visit says so; the due rule knows the rest."""
    standing.next_date, standing.next_part = None, ""
    if latest is None:
        standing.handed_at = None
        return
    local = timezone.localtime(latest.happened_at)
    if latest.next_date:
        standing.next_date, standing.next_part = latest.next_date, latest.next_part
    elif latest.outcome == Outcome.ABSENT:
        tried = part_of(local.time())
        standing.next_part = another_part(tried)
        standing.next_date = local.date() + timedelta(days=tried == Part.EVENING)
    elif latest.outcome == Outcome.NOT_NOW:
        standing.next_date = local.date() + timedelta(days=Pace.current().not_now_days)
    if latest.outcome == Outcome.ABSENT and _tries(standing) >= Pace.current().tries:
        standing.handed_at = standing.handed_at or latest.happened_at
        standing.next_date, standing.next_part = None, ""
    else:
        standing.handed_at = None


def _tries(standing: Standing) -> int:
    """Absences in a row since the community last found another way."""
    if standing.settled_at is None:
        return standing.absences
    since = Visit.objects.filter(household_id=standing.pk, happened_at__gt=standing.settled_at)
    return _absences(list(since.newest_first().only(*_READ)[:LOOKED_BACK]))


@transaction.atomic
def settle(household: Household, *, note: str, at: datetime | None = None, by: User) -> None:
    """The community found another way to a household nobody opened for; the worker's tries start anew.

    DomainError without words, or where nothing waits.
    """
    if not note.strip():
        raise DomainError("请写明怎么联系上的，或者下一步怎么办。")
    at = at or timezone.now()
    standing = Standing.objects.select_for_update().filter(household=household, handed_at__isnull=False).first()
    if standing is None:
        raise DomainError("这户已经处理过了。")
    standing.handed_at = None
    standing.settled_at, standing.settled_by, standing.settled_note = at, by, note.strip()
    standing.next_date, standing.next_part = timezone.localdate(at) + timedelta(days=1), ""
    standing.save()
    record("visit.settle", subject=("household", household.pk), by=by)


@transaction.atomic
def check_off(household: Household, *, visit: int, note: str = "", at: datetime | None = None, by: User) -> None:
    """核对过了: what the visit with this id found (moved, vacant, wrong address) was held against the register.

    DomainError where somebody did so meanwhile, or a younger visit found something else.
    """
    at = at or timezone.now()
    standing = Standing.objects.at_odds().select_for_update(of=("self",)).filter(household=household).first()
    if standing is None:
        raise DomainError("这户已经核对过了。")
    if standing.visit_id != visit:
        raise DomainError("这户后来又有人走访，请看最近一次的情况再核对。")
    standing.checked_visit = standing.visit
    standing.checked_at, standing.checked_by, standing.checked_note = at, by, note.strip()
    standing.save(update_fields=["checked_visit", "checked_at", "checked_by", "checked_note"])
    record("visit.check", subject=("household", household.pk), by=by)
