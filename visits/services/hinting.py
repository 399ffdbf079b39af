"""Hints that help a visitor to look again. Off by default, told to the visitor first, never about how late it was.

The rules are pure: they read what `Seen` holds and know neither rows nor clock. Visits written down later (补记) are not
looked at by any of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from audit.services import record
from common.errors import DomainError
from common.normalise import clean_text
from households.models import Household
from visits.models import Hint, Line, Pace, Visit
from visits.states import HintAnswer, HintKind, Outcome, Way

TOO_CLOSE = timedelta(seconds=20)
FINE_RUN = 10  # more doors running than this, with nothing said at any
MOST_A_WEEK = 10
MAX_WORDS = 200


@dataclass(frozen=True)
class Seen:
    """One visit at home as the rules read it. `label` is the door as people write it, `lived_in` what the register said."""

    visit: int
    visitor: int
    household: int
    compound: int
    area: str
    label: str
    met: bool
    lived_in: bool
    said: int
    happened_at: datetime


@dataclass(frozen=True)
class Found:
    """A hint of a kind about one visit, and the other visit it has to do with."""

    kind: HintKind
    visit: Seen
    other: Seen | None = None


def look(seen: Iterable[Seen], *, complaining: set[tuple[int, int]]) -> list[Found]:
    """Every hint about the visits of a week. `complaining` are (compound, visitor) where somebody heard of something wrong;
    what a visitor heard says nothing against the same visitor.
    """
    of: dict[int, list[Seen]] = {}
    for one in sorted(seen, key=lambda visit: (visit.happened_at, visit.visit)):
        of.setdefault(one.visitor, []).append(one)
    found: list[Found] = []
    for visits in of.values():
        found += [*too_close(visits), *all_fine(visits, complaining), *not_lived_in(visits), *same_label(visits)]
    return found


def too_close(visits: list[Seen]) -> list[Found]:
    """Somebody met at two doors within 20 seconds: perhaps one of the two was written down for the wrong door."""
    met = [visit for visit in visits if visit.met]
    return [
        Found(HintKind.CLOSE, later, first)
        for first, later in pairwise(met)
        if later.household != first.household and later.happened_at - first.happened_at < TOO_CLOSE
    ]


def _heard_by_another(visit: Seen, complaining: set[tuple[int, int]]) -> bool:
    return any(compound == visit.compound and who != visit.visitor for compound, who in complaining)


def all_fine(visits: list[Seen], complaining: set[tuple[int, int]]) -> list[Found]:
    """More than ten doors running with nothing wrong, where neighbours told others of something: one hint a run."""
    found: list[Found] = []
    run: set[int] = set()
    hinted = False
    for visit in (one for one in visits if one.met):
        if visit.said:
            run, hinted = set(), False
            continue
        run.add(visit.household)
        if len(run) > FINE_RUN and not hinted and _heard_by_another(visit, complaining):
            found.append(Found(HintKind.FINE, visit))
            hinted = True
    return found


def not_lived_in(visits: list[Seen]) -> list[Found]:
    """Somebody met behind a door the register calls vacant, or whose household has moved out."""
    return [Found(HintKind.EMPTY, visit) for visit in visits if visit.met and not visit.lived_in]


def same_label(visits: list[Seen]) -> list[Found]:
    """Two households of one compound whose doors read the same: perhaps registered twice."""
    first: dict[tuple[int, str], Seen] = {}
    found = []
    for visit in visits:
        known = first.setdefault((visit.compound, visit.label), visit)
        if known.household != visit.household:
            found.append(Found(HintKind.LABEL, visit, known))
    return found


def look_back(*, at: datetime | None = None) -> int:
    """The hints about last week, Monday to Sunday; returns how many are new. Nothing while they are switched off.

    A second run finds what the first one left: at most ten a week for each community, of every visitor and kind one first.
    """
    if not Pace.current().hints_on:
        return 0
    at = at or timezone.now()
    today = timezone.localdate(at)
    monday = today - timedelta(days=today.weekday() + 7)
    seen = _seen(monday)
    found = look(seen, complaining=_complaining(monday))
    kept = _rationed(found, Counter(Hint.objects.filter(week_date=monday).values_list("community", flat=True)))
    rows = [
        Hint(
            kind=one.kind,
            visit_id=one.visit.visit,
            other_id=one.other.visit if one.other else None,
            visitor_id=one.visit.visitor,
            area_id=one.visit.area,
            week_date=monday,
            found_at=at,
        )
        for one in kept
    ]
    before = Hint.objects.filter(week_date=monday).count()
    Hint.objects.bulk_create(rows, ignore_conflicts=True)
    return Hint.objects.filter(week_date=monday).count() - before


def _seen(monday: date) -> list[Seen]:
    rows = _at_home(monday).select_related("household").annotate(
        said=Count("lines", filter=Q(lines__dropped_at__isnull=True))
    )  # fmt: skip
    return [
        Seen(
            visit=row.pk,
            visitor=row.visitor_id,
            household=row.household_id,
            compound=row.compound_id,
            area=row.area_id,
            label=_label(row.household),
            met=row.outcome == Outcome.MET,
            lived_in=_lived_in(row.household, row.happened_date),
            said=row.said,
            happened_at=row.happened_at,
        )
        for row in rows.defer("household__contact_phone", "household__search")
    ]


def _at_home(monday: date):
    first = timezone.make_aware(datetime.combine(monday, time.min))
    week = Visit.objects.filter(happened_at__gte=first, happened_at__lt=first + timedelta(days=7))
    return week.filter(way=Way.HOME, written_later=False)


def _label(household: Household) -> str:
    """The door as people write it: 3号楼2单元0501 and 3号楼2单元501 are one."""
    room = clean_text(household.room).upper().removesuffix("号").lstrip("0")
    return f"{household.building_no or ''}-{household.unit_no or ''}-{room}"


def _lived_in(household: Household, day: date) -> bool:
    if household.kind == Household.Kind.VACANT:
        return False
    return household.moved_out_date is None or household.moved_out_date >= day


def _complaining(monday: date) -> set[tuple[int, int]]:
    """(compound, visitor) where a visitor was told of something in the 30 days up to the end of the week."""
    since, until = monday - timedelta(days=23), monday + timedelta(days=7)
    lines = Line.objects.filter(
        dropped_at__isnull=True, visit__happened_date__gte=since, visit__happened_date__lt=until
    )
    return set(lines.values_list("visit__compound", "visit__visitor").distinct())


def _rationed(found: list[Found], had: Counter) -> list[Found]:
    """At most ten a community: the first of every visitor and kind, then their second ones."""
    turn: Counter = Counter()
    queue: list[tuple[int, int, Found]] = []
    for one in found:
        turn[one.visit.visitor, one.kind] += 1
        queue.append((turn[one.visit.visitor, one.kind], len(queue), one))
    kept, had = [], Counter(had)
    for _, _, one in sorted(queue, key=lambda entry: entry[:2]):
        community = one.visit.area[:12]
        if had[community] < MOST_A_WEEK:
            had[community] += 1
            kept.append(one)
    return kept


def hints_for(user: User) -> list[Hint]:
    """What the visitor has not answered yet, for 我的; nothing while hints are switched off."""
    if not Pace.current().hints_on:
        return []
    rows = Hint.objects.of(user).open().order_by("-found_at", "pk")
    return list(rows.select_related("visit__household__compound", "other__household__compound")[:MOST_A_WEEK])


def answer(hint: Hint, said: str, *, words: str = "", at: datetime | None = None, by: User) -> None:
    """The visitor's own answer: nothing wrong (nobody else sees it), or an explanation, which the community reads."""
    words = clean_text(words)[:MAX_WORDS]
    if said not in HintAnswer.values:
        raise DomainError("请选“没有问题”，或者写几句说明。")
    if said == HintAnswer.EXPLAINED and not words:
        raise DomainError("请写几句说明，社区能看到。")
    with transaction.atomic():
        open_one = Hint.objects.of(by).open().filter(pk=hint.pk)
        explained = words if said == HintAnswer.EXPLAINED else ""
        if not open_one.update(answer=said, words=explained, answered_at=at or timezone.now()):
            raise DomainError("这条提示已经回过了。")
        record("hint.answer", subject=("hint", hint.pk), by=by, said=str(said))
