"""回访: whom to ask, drawn by lot or by hand, and what the answer leads to."""

import hashlib
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.services import record
from cases.ladder import MAX_DISPUTES
from cases.models import CallBack, CallShare, Case, Report
from cases.models.callback import MAX_TRIES
from cases.services.acting import seat_at
from cases.services.call_list import due_by, first_report, list_call, list_calls
from cases.services.residents import confirm, follow_up, seat_above
from cases.states import ANSWERED, Outcome, Satisfaction, Status, UnsolvedReason
from common.errors import DomainError
from grids.levels import Level
from notifications.services import notify_many

_OVER = "这次回访已经结束，不用再填。"


def ask(case: Case, *, seat: str, at: datetime | None = None, by: User) -> CallBack:
    """列入回访 by hand, for one's own seat. DomainError where there is no answer to ask about, or one waits already."""
    at = at or timezone.now()
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if held.status not in ANSWERED:
            raise DomainError("办结答复以后才能回访。")
        listed = list_call(held, CallBack.Why.BY_HAND, seat=seat, at=at)
        if listed is None:
            raise DomainError("这件事项已经在待回访里。")
        record("callback.list", subject=("case", case.pk), by=by)
    return listed


def draw_random(*, at: datetime | None = None) -> int:
    """Draw the day's share of what was closed the day before, once however often it runs; how many call-backs are new.

    By the hash of case and day, so that nobody chooses and two runs choose the same; at least one a street that closed
    anything. The street asks, and the level above about what the street itself closed.
    """
    at = at or timezone.now()
    day = timezone.localdate(at) - timedelta(days=1)
    drawn = [case for rows in _closed_on(day).values() for case in _lot(rows, day)]
    rows = [
        CallBack(
            case=case, report=first_report(case), why=CallBack.Why.RANDOM, seat=_caller(case), asked_for_at=at,
            due_by=due_by(at), drawn_date=day,
        )
        for case in drawn
    ]  # fmt: skip
    with transaction.atomic():
        new = list_calls(rows, at=at)
        _tell_seats(new, day, at)
    return len(new)


def _closed_on(day: date) -> dict[str, list[Case]]:
    """Cases closed on a day, by street; complaints about colleagues stay out, and those whose reporters left nothing."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    standing = Report.objects.standing().filter(case=OuterRef("pk"), phone__isnull=False)
    rows = Case.objects.filter(status=Status.CLOSED, closed_at__gte=start, closed_at__lt=start + timedelta(days=1))
    found: dict[str, list[Case]] = defaultdict(list)
    for case in rows.filter(Exists(standing), about__isnull=True).select_related("handling_unit").order_by("pk"):
        found[case.street].append(case)
    return found


def _lot(rows: list[Case], day: date) -> list[Case]:
    """The drawn among one street's cases: each level's share, at least one altogether."""
    ordered, shares = sorted(rows, key=lambda case: lot_of(case.pk, day)), CallShare.shares()
    by_level: dict[int, list[Case]] = defaultdict(list)
    for case in ordered:
        by_level[case.level].append(case)
    drawn = [case for level, cases in by_level.items() for case in cases[: round(len(cases) * shares[level] / 100)]]
    return drawn or ordered[: 1 if any(shares.values()) else 0]


def lot_of(pk: int, day: date) -> str:
    """A case's lot on a day: nobody can guess it, everybody can check it."""
    return hashlib.sha256(f"{pk}:{day.isoformat()}".encode()).hexdigest()


def _caller(case: Case) -> str:
    if case.level < Level.STREET:
        return seat_at(case, Level.STREET)
    return seat_above(case)


def _tell_seats(rows: list[CallBack], day: date, at: datetime) -> None:
    seats: dict[str, int] = defaultdict(int)
    for row in rows:
        seats[row.seat] += 1
    for seat, count in seats.items():
        notify_many(
            [seat],
            cause=f"calls:{day.isoformat()}:{seat}"[:80],
            title=f"抽到{count}件随机回访，请在1个工作日内问一问",
            target=reverse("desk:callbacks"),
            at=at,
        )


def answer(
    callback: CallBack,
    *,
    way: str,
    reached: bool,
    outcome: str = "",
    satisfaction: str = "",
    unsolved_reason: str = "",
    note: str = "",
    at: datetime | None = None,
    by: User | None = None,
) -> None:
    """Write down one try: what the reporter said (it counts as the reporter's own answer), or that nobody was reached.

    Three tries without an answer end it as 无法联系, which counts in no rate. `by` is None where the reporter answers
    through the link. DomainError where it was answered meanwhile, or an unsolved trouble says no reason.
    """
    at = at or timezone.now()
    with transaction.atomic():
        # The case first, as every verb does: two orders of locking would wait for each other.
        case = Case.objects.select_for_update(of=("self",)).get(pk=callback.case_id)
        held = CallBack.objects.select_for_update(of=("self",)).select_related("report").get(pk=callback.pk)
        if not held.is_waiting:
            raise DomainError(_OVER)
        if not reached:
            _not_reached(held, case, way, note, at, by)
        else:
            _refuse_half(outcome, unsolved_reason)
            _reached(held, way, outcome, satisfaction, unsolved_reason, note, at, by)
            _feed(held, case, at, by)
    callback.refresh_from_db()


def _refuse_half(outcome: str, unsolved_reason: str) -> None:
    if outcome not in Outcome.values:
        raise DomainError("请选择问题是否解决。")
    if outcome == Outcome.UNSOLVED and unsolved_reason not in UnsolvedReason.values:
        raise DomainError("请选择为什么没有解决。")


def _not_reached(held: CallBack, case: Case, way: str, note: str, at: datetime, by: User | None) -> None:
    held.tries, held.way, held.note = held.tries + 1, way, note or held.note
    if held.tries >= MAX_TRIES:
        held.done_at, held.done_by, held.reached = at, by, False
    else:
        held.due_by = due_by(at)
    held.save(update_fields=["tries", "way", "note", "due_by", "done_at", "done_by", "reached"])
    record("callback.try", subject=("case", held.case_id), by=by, tries=held.tries)
    if held.done_at:
        follow_up(case, f"{held.tries}次没有联系上反映人", at=at, by=by)


def _reached(held, way, outcome, satisfaction, unsolved_reason, note, at, by) -> None:
    held.done_at, held.done_by, held.reached, held.way = at, by, True, way
    held.outcome, held.satisfaction = outcome, satisfaction
    held.unsolved_reason = unsolved_reason if outcome != Outcome.SOLVED else ""
    held.note = note
    held.save()


def _feed(held: CallBack, case: Case, at: datetime, by: User | None) -> None:
    """What was said goes into the case, as if the reporter had said it on the own page.

    A case under review, or reviewed twice already, only gets the event: there is nothing more to be opened.
    """
    report = held.report if held.report and not held.report.withdrawn_at else None
    exhausted = held.outcome == Outcome.UNSOLVED and case.disputes >= MAX_DISPUTES
    if by is not None:
        heard = "" if exhausted or case.review_by else held.outcome
        follow_up(
            case, in_words(held), outcome=heard, satisfaction=held.satisfaction, report=report, again=True, at=at, by=by
        )
    elif not exhausted and not case.review_by:
        confirm(case, held.outcome, held.satisfaction, comment=held.note, report=report, again=True, at=at, by=None)
    record("callback.answer", subject=("case", case.pk), by=by, way=held.way)


def in_words(held: CallBack) -> str:
    """A call-back as the timeline tells it."""
    said = [held.get_way_display() + "回访", Outcome(held.outcome).label]
    if held.satisfaction:
        said.append(Satisfaction(held.satisfaction).label)
    if held.unsolved_reason:
        said.append(UnsolvedReason(held.unsolved_reason).label)
    words = "，".join(said) + "。"
    return f"{words}{held.note}" if held.note else words
