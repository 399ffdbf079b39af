"""What must be true of the district on every day. Each function says one rule and returns the faults it finds.

`touched` are the cases to look at: those of the day, or all of them at the end. Queries are few and read whole sets.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from audit.models import Entry
from audit.services import head, holds, seal_all, verify
from cases.models import Assignment, Case, Event, Report
from cases.services import seat_of
from cases.states import ENDED, OPEN, Action, Alarm, Mark, Status
from common.receipts import is_receipt
from dashboards.services import folding
from grids.levels import Level, level_of
from grids.models import Area, Organization
from notifications.models import Notification
from weidu_portal.rehearsal import recount
from weidu_portal.rehearsal.district import District


@dataclass(frozen=True)
class Fault:
    """A rule that does not hold for a case (or, without a number, for the district as a whole)."""

    rule: str
    number: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.number or '-'} {self.words}"


Found = Iterator[tuple[str, str]]


def one_holder(touched: QuerySet[Case], at: datetime) -> Found:
    """Every case has exactly one holder, and the seat exists: a unit only at the district, else the area of its level."""
    areas = set(Area.objects.in_service().values_list("code", flat=True))
    units = set(Organization.objects.active().values_list("pk", flat=True))
    for case in touched.exclude(status__in=ENDED):
        kind, _, key = seat_of(case).partition(":")
        if case.handling_unit_id and case.level != Level.DISTRICT:
            yield case.number, f"is with a unit but at level {case.level}"
        elif level_of(case.area_id) > case.level:
            yield case.number, f"is at level {case.level}, below the place it is known to belong to"
        elif (kind == "area" and key not in areas) or (kind == "unit" and int(key) not in units):
            yield case.number, f"is held by {kind}:{key}, which does not exist"


def one_deadline(touched: QuerySet[Case], at: datetime) -> Found:
    """An open case has one deadline, the last one its history tells of; its times stand in their order."""
    last = Event.objects.filter(case=OuterRef("pk")).order_by("-number").values("due_at")[:1]
    for case in touched.exclude(status__in=ENDED).annotate(told=last):
        if case.told != case.due_at:
            yield case.number, f"is due {case.due_at}, its history says {case.told}"
        elif case.status in OPEN and not (case.sign_by and case.warn_at and case.climb_at):
            yield case.number, "is open without a time to sign, to warn or to climb"
        elif case.status in OPEN and not case.warn_at <= case.due_at <= case.climb_at:
            yield case.number, "is warned of after its end, or climbs before it"
        elif case.status == Status.SUSPENDED and case.review_at is None:
            yield case.number, "is suspended without a day to look at it again"


def climbs_are_events(touched: QuerySet[Case], at: datetime) -> Found:
    """Every rise by time is one climb event and one audit entry, one level up (an urgent grid case two)."""
    climbs = Event.objects.filter(case__in=touched, alarm=Alarm.CLIMB)
    audited = Counter(Entry.objects.filter(verb="case.climb", subject_kind="case").values_list("subject_id", flat=True))
    counted: Counter = Counter()
    for event in climbs.select_related("case"):
        counted[event.case_id] += 1
        steps = {1, 2} if event.from_level == Level.GRID else {1}
        if event.to_level - event.from_level not in steps:
            yield event.case.number, f"climbed from {event.from_level} to {event.to_level}"
    rises = Counter(
        Event.objects.filter(case__in=touched, by=None, report=None, to_level__gt=F("from_level"))
        .exclude(action=Alarm.REVIEW)
        .values_list("case_id", flat=True)
    )
    for pk, number in touched.values_list("pk", "number"):
        if not counted[pk] == audited[str(pk)] == rises[pk]:
            yield number, f"{counted[pk]} climb events, {audited[str(pk)]} audit entries, {rises[pk]} rises by time"


def events_without_gaps(touched: QuerySet[Case], at: datetime) -> Found:
    """The events of a case are numbered 1, 2, 3 … up to its own count."""
    counted = touched.annotate(rows=Count("events"), last=Max("events__number"))
    for number, count, rows, last in counted.values_list("number", "event_count", "rows", "last"):
        if not count == rows == last:
            yield number, f"counts {count} events, has {rows}, the last one is number {last}"


def time_runs_forward(touched: QuerySet[Case], at: datetime) -> Found:
    """No event lies before the one it follows, none in the future."""
    earlier = Event.objects.filter(case=OuterRef("case"), number__lt=OuterRef("number"), at__gt=OuterRef("at"))
    wrong = Event.objects.filter(case__in=touched).filter(Q(at__gt=at) | Exists(earlier))
    for number, event in wrong.values_list("case__number", "number"):
        yield number, f"event {event} lies before the one it follows, or in the future"


def statuses_reachable(touched: QuerySet[Case], at: datetime) -> Found:
    """Replaying the events of a case through the state table leads to its status, and to its level."""
    for case, events in recount.histories(touched):
        if fault := recount.replay(case, events):
            yield case.number, fault


def nothing_owed_on_ended(touched: QuerySet[Case], at: datetime) -> Found:
    """Nobody owes anything on a case that has ended."""
    owed = Assignment.objects.open().filter(case__in=touched, case__status__in=ENDED)
    for number, kind in owed.values_list("case__number", "kind"):
        yield number, f"has ended, and a {kind} is still owed"


def nothing_left_behind(touched: QuerySet[Case], at: datetime) -> Found:
    """After a sweep nothing is due any more, of all cases and assignments."""
    for number in Case.objects.filter(next_alarm_at__lte=at).values_list("number", flat=True):
        yield number, "was due and the sweep left it"
    late = Assignment.objects.filter(next_alarm_at__lte=at)
    for number in late.values_list("case__number", flat=True):
        yield number, "has an assignment that was due and the sweep left it"


def one_alarm_per_step(touched: QuerySet[Case], at: datetime) -> Found:
    """The sweep says each thing once a step of a case, and once an assignment and deadline."""
    alarms = Event.objects.filter(case__in=touched).exclude(alarm="")
    twice = alarms.values("case__number", "step", "alarm").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in twice:
        yield row["case__number"], f"{row['alarm']} {row['rows']} times in step {row['step']}"
    marks = Event.objects.filter(case__in=touched, assignment__isnull=False)
    redone = Count("pk", filter=Q(action=Action.ASSIGN_REDO))
    said = {mark: Count("pk", filter=Q(action=mark)) for mark in Mark}
    for row in marks.values("case__number", "assignment").annotate(redone=redone, **said):
        if max(row[mark] for mark in Mark) > row["redone"] + 1:
            yield row["case__number"], f"assignment {row['assignment']} was marked twice for the same thing"


def notices_once(touched: QuerySet[Case], at: datetime) -> Found:
    """A seat is told once for a cause, and of a climb both seats are: who held the case and who holds it now."""
    twice = Notification.objects.values("seat", "cause").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in twice:
        yield "", f"{row['seat']} was told {row['rows']} times of {row['cause']}"
    climbs = list(Event.objects.filter(case__in=touched, alarm=Alarm.CLIMB).select_related("case"))
    told: Counter = Counter()
    for start in range(0, len(climbs), 500):
        heard = Q(pk__in=[])
        for event in climbs[start : start + 500]:
            heard |= Q(cause__startswith=f"case:{event.case_id}:{event.number}:")
        causes = Notification.objects.filter(heard).exclude(seat__startswith="report:").values_list("cause", flat=True)
        told.update(tuple(cause.split(":")[1:3]) for cause in causes)
    for event in climbs:
        if told[str(event.case_id), str(event.number)] != 2:
            yield event.case.number, f"climbed in event {event.number} and not both seats were told"


def receipts_unique(touched: QuerySet[Case], at: datetime) -> Found:
    """Every reporter has a receipt of the right form that nobody else has; the first one's is the number of the case."""
    twice = Report.objects.values("receipt").annotate(rows=Count("pk")).filter(rows__gt=1)
    for receipt in twice.values_list("receipt", flat=True):
        yield receipt, "is the receipt of several reports"
    rows = Report.objects.filter(case__in=touched).values_list("case__number", "receipt", "is_first")
    for number, receipt, is_first in rows:
        if not is_receipt(receipt) or (is_first and receipt != number):
            yield number, f"has a report with the receipt {receipt}"


def counters_match(touched: QuerySet[Case], at: datetime) -> Found:
    """What a case counts of itself is what its events say: signs, late signs, extensions, returns, reopenings."""
    for case, events in recount.histories(touched):
        counted = recount.counters(case, events)
        wrong = {name: value for name, value in counted.items() if getattr(case, name) != value}
        if wrong:
            kept = {name: getattr(case, name) for name in wrong}
            yield case.number, f"counts {kept}, its events say {wrong}"


def times_add_up(touched: QuerySet[Case], at: datetime) -> Found:
    """A closed case knows how long it took, and the levels' times make the whole; an open one does not know yet."""
    for case in touched:
        parts = [case.minutes_grid, case.minutes_community, case.minutes_street, case.minutes_district]
        if case.status == Status.CLOSED and case.minutes_total != sum(part or 0 for part in parts):
            yield case.number, f"took {case.minutes_total} minutes, its levels {parts}"
        if case.status in OPEN and (case.minutes_total is not None or case.answered_in_time is not None):
            yield case.number, "is open and already counts as answered"


PER_CASE: tuple[Callable[[QuerySet[Case], datetime], Found], ...] = (
    one_holder,
    one_deadline,
    climbs_are_events,
    events_without_gaps,
    time_runs_forward,
    statuses_reachable,
    nothing_owed_on_ended,
    nothing_left_behind,
    one_alarm_per_step,
    notices_once,
    receipts_unique,
    counters_match,
    times_add_up,
)


def open_cases_seen(touched: QuerySet[Case], district: District) -> Found:
    """Whoever sits on the seat that holds an open case sees it, except the person it complains about."""
    held: dict[str, dict[int, Case]] = {}
    for case in touched.filter(status__in=OPEN).select_related("handling_unit"):
        held.setdefault(seat_of(case), {})[case.pk] = case
    for seat, cases in held.items():
        people = district.everybody.get(seat, [])
        if not people:
            yield next(iter(cases.values())).number, f"is held by {seat}, where nobody sits"
        for person in people:
            seen = set(Case.objects.visible_to(person).filter(pk__in=cases).values_list("pk", flat=True))
            for pk in set(cases) - seen:
                if cases[pk].about_id != person.pk:
                    yield cases[pk].number, f"cannot be seen by somebody on {seat}"


def audit_chain_holds(noted: tuple[int, str], *, whole: bool) -> Found:
    """The audit chain verifies, and still holds the entry noted the day before."""
    number, hashed = noted
    if number and not holds(number, hashed):
        yield "", f"the audit chain lost its entry {number}"
    for broken in verify() if whole else ():
        yield "", f"audit entry {broken.entry_id} is {broken.reason} in the chain"


def rollups_are_exact() -> list[str]:
    """Kept totals that differ from a fresh count over all cases, in words."""
    found = folding.recount(repair=False).apart
    return [f"{day} {kind} {key}: {apart}" for (day, kind, key), apart in found.items()]


class Checker:
    """Looks at what changed since it looked last."""

    def __init__(self, district: District):
        self.district = district
        self.seen = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        self.head = head()

    def look(self, at: datetime, *, whole: bool) -> list[Fault]:
        """Faults at `at`. `whole`: every case and the whole audit chain."""
        last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
        changed = Event.objects.filter(pk__gt=self.seen, pk__lte=last).values("case")
        touched = Case.objects.all() if whole else Case.objects.filter(pk__in=changed)
        seal_all()
        looks: list[tuple[str, Found]] = [(rule.__name__, rule(touched, at)) for rule in PER_CASE]
        looks.append(("open_cases_seen", open_cases_seen(touched, self.district)))
        looks.append(("audit_chain_holds", audit_chain_holds(self.head, whole=whole)))
        found = [Fault(name, number, words) for name, rows in looks for number, words in rows]
        found += [Fault("rollups_are_exact", "", words) for words in (rollups_are_exact() if whole else ())]
        self.seen, self.head = last, head()
        return found
