"""The working ledger (台账): one open list a pace, its items, issuing, which freezes them, and what happens afterwards."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.models import Case
from cases.services.acting import COLLECTING_UNIT, OFFICE_UNIT, acting, unit_of
from cases.states import Action, rule_of
from common.errors import DomainError
from grids.models import Organization
from notifications.services import notify_many
from supervision.models import Ledger, LedgerEntry, LedgerItem
from supervision.printing import printed_words
from supervision.services.numbering import next_number
from supervision.wording import names_by_case, without_people

MOST_WORDS = 500


def period_of(pace: str, day: date) -> tuple[date, date]:
    """First and last day of the ISO week or of the month that `day` lies in."""
    if pace == Ledger.Pace.MONTHLY:
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


@transaction.atomic
def open_ledger(pace: str, *, at: datetime | None = None, by: User) -> Ledger:
    """The open ledger of this pace, locked; opened with the next number of the year where there is none."""
    at = at or timezone.now()
    if (found := _locked_open(pace)) is not None:
        return found
    day = timezone.localdate(at)
    number = next_number(Ledger, day.year, keeper=COLLECTING_UNIT)
    # Somebody may have opened one while we waited for the number.
    if (found := _locked_open(pace)) is not None:
        return found
    first, last = period_of(pace, day)
    ledger = Ledger.objects.create(
        year=day.year, number=number, pace=pace, from_date=first, to_date=last, opened_at=at, opened_by=by
    )
    record("ledger.open", subject=("working_ledger", ledger.pk), by=by, number=number)
    return ledger


def _locked_open(pace: str) -> Ledger | None:
    return Ledger.objects.select_for_update().filter(pace=pace, issued_at__isnull=True).first()


@transaction.atomic
def add(
    case: Case,
    *,
    pace: str,
    lead: Organization | None = None,
    helpers: Iterable[Organization] = (),
    opinion: str = "",
    at: datetime | None = None,
    by: User,
) -> LedgerItem:
    """列入台账: the case as the last item of the open ledger of this pace. DomainError where it already stands in it."""
    with acting(case, Action.LIST, by=by, at=at) as turn:
        ledger = open_ledger(pace, at=turn.at, by=by)
        if ledger.items.filter(case=turn.case).exists():
            raise DomainError(f"这件事项已经在{ledger.called}里。")
        position = (ledger.items.aggregate(last=Max("position"))["last"] or 0) + 1
        item = LedgerItem.objects.create(
            ledger=ledger,
            case=turn.case,
            position=position,
            lead=lead,
            opinion=opinion,
            listed_at=turn.at,
            listed_by=by,
        )
        item.helpers.set(helpers)
        turn.note = f"{ledger.year}年{ledger.called}，第{position}件"
    return item


@transaction.atomic
def remove(item: LedgerItem, *, at: datetime | None = None, by: User) -> None:
    """移出 a ledger that is still open; the items after it move up. DomainError where it is issued or things happened."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=item.case_id)
    ledger = Ledger.objects.select_for_update().get(pk=item.ledger_id)
    if ledger.is_issued:
        raise DomainError(f"{ledger.called}已经印发，不能再移出事项。以后的变化请另记。")
    if item.entries.exists():
        raise DomainError("这件事项列入以后已有办理记录，不能移出。")
    if rule_of(case.status, Action.LIST):
        with acting(case, Action.LIST, by=by, at=at) as turn:
            turn.note = f"移出{ledger.year}年{ledger.called}"
    record("ledger.remove", subject=("working_ledger", ledger.pk), by=by, case=case.pk)
    position = item.position
    item.helpers.clear()
    item.delete()
    for later in ledger.items.filter(position__gt=position).order_by("position"):
        later.position -= 1
        later.save(update_fields=["position"])


@transaction.atomic
def issue(ledger: Ledger, document_number: str = "", *, at: datetime | None = None, by: User) -> None:
    """印发: every item keeps from now on the words it was printed with. The document number is what somebody typed.

    DomainError where it is empty or already issued. 区委办 is told.
    """
    at = at or timezone.now()
    held = Ledger.objects.select_for_update().get(pk=ledger.pk)
    if held.is_issued:
        raise DomainError(f"{held.called}已经印发。")
    items = list(held.items.for_paper())
    if not items:
        raise DomainError(f"{held.called}里还没有事项，不能印发。")
    for item, words in zip(items, printed_words(items), strict=True):
        item.printed = words
    LedgerItem.objects.bulk_update(items, ["printed"])
    held.document_number = document_number.strip()
    held.to_date = max(held.to_date, timezone.localdate(at))
    held.issued_at, held.issued_by = at, by
    held.save()
    record("ledger.issue", subject=("working_ledger", held.pk), by=by, number=held.number, items=len(items))
    notify_many(
        [f"unit:{unit_of(OFFICE_UNIT).pk}"],
        cause=f"ledger:{held.pk}:issued",
        title=f"{held.year}年{held.called}已印发，共{len(items)}件",
        target=reverse("desk:working-ledger", args=[held.pk]),
        at=at,
    )
    ledger.refresh_from_db()


@transaction.atomic
def entry(item: LedgerItem, kind: str, text: str = "", *, at: datetime | None = None, by: User | None) -> LedgerEntry:
    """Note for good what happened to an item; the frozen words stay. `text` is kept without people and doors."""
    if kind == LedgerEntry.Kind.NOTE and not text.strip():
        raise DomainError("请写明要记什么。")
    names = names_by_case([item.case])[item.case_id]
    found = LedgerEntry.objects.create(
        item=item,
        kind=kind,
        text=without_people(text, names)[:MOST_WORDS],
        noted_at=at or timezone.now(),
        noted_by=by,
    )
    record("ledger.entry", subject=("ledger_item", item.pk), by=by, kind=kind)
    return found


def entry_of_case(case: Case, kind: str, text: str = "", *, at: datetime | None = None, by: User | None) -> int:
    """The same entry on every item of this case that is not struck off; returns on how many."""
    items = list(LedgerItem.objects.filter(case=case, struck_at__isnull=True).select_related("case"))
    for item in items:
        entry(item, kind, text, at=at, by=by)
    return len(items)
