"""How fast overdue cases climb: our sweep beside one hand-written statement, and beside a loop over rows."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from audit.services import record
from cases import services as cases
from cases import wording
from cases.models import Case, Event
from cases.services.acting import begin_step, seat_of
from cases.states import Alarm, Status
from grids.levels import Level
from notifications.services import notify
from weidu_portal.bench import crowd

OPEN, OVERDUE, ROUNDS, BY_ROW = 100_000, 10_000, 3, 300
IDLE_SMALL, IDLE_LARGE, IDLE_CALLS, FLOOR_MS = 10_000, 1_000_000, 100, 1.0

# The limit a sweep is held against: one statement, one fixed deadline, no limits per category, no locks skipped.
_ONE_STATEMENT = """
WITH moved AS (
    UPDATE cases_case AS held
    SET status = 'received', level = old.level + 1, sent_from = old.level, assignee_id = NULL, step = old.step + 1,
        event_count = old.event_count + 1, received_at = now(), sign_by = %(due)s, warn_at = %(due)s, due_at = %(due)s,
        climb_at = %(due)s, basis = '', signed_at = NULL, sign_alarm_at = NULL, warned_at = NULL, proposed_at = NULL
    FROM (SELECT id, level, step, status, event_count FROM cases_case
          WHERE next_alarm_at <= now() AND climb_at <= now() AND level < 4 FOR UPDATE) AS old
    WHERE held.id = old.id
    RETURNING held.id, held.number, held.area_id, held.due_at, held.event_count, old.level AS from_level,
              old.step AS old_step, old.status AS old_status
), events AS (
    INSERT INTO cases_event (case_id, number, at, action, alarm, step, from_status, to_status, from_level, to_level, due_at)
    SELECT id, event_count, now(), 'climb', 'climb', old_step, old_status, 'received', from_level, from_level + 1, due_at
    FROM moved
), audited AS (
    INSERT INTO audit_entry (at, actor_kind, verb, subject_kind, subject_id, details)
    SELECT now(), 'portal', 'case.climb', 'case', id::text, jsonb_build_object('event', event_count) FROM moved
), noticed AS (
    INSERT INTO notifications_notification (seat, cause, title, target, created_at, push_at)
    SELECT 'area:' || left(area_id, 15 - 3 * (from_level - 1 + shift)), 'case:' || id || ':' || event_count || ':' || shift,
           '已按时限继续办理（' || number || '）', '/desk/cases/' || number || '/', now(), now()
    FROM moved CROSS JOIN (VALUES (0), (1)) AS both_seats(shift)
)
SELECT count(*) FROM moved
"""


def _seconds(act: Callable[[], int], expected: int) -> float:
    """Seconds `act` takes; it must say it moved `expected` cases."""
    started = time.perf_counter()
    moved = act()
    seconds = time.perf_counter() - started
    if moved != expected:
        raise RuntimeError(f"{moved} cases moved, {expected} were overdue")
    return seconds


def _sweep() -> int:
    return cases.sweep().counts.get(Alarm.CLIMB, 0)


def _one_statement() -> int:
    due = timezone.now() + timedelta(days=3)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE_STATEMENT, {"due": due})
        return cursor.fetchone()[0]


def _row_by_row() -> int:
    """What most projects do: a query for the overdue ones, then lock, save, event, audit and notices for each."""
    count, now = 0, timezone.now()
    for pk in Case.objects.filter(next_alarm_at__lte=now).values_list("pk", flat=True)[:BY_ROW]:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=pk)
            seats, level, step = [seat_of(case)], case.level, case.step
            begin_step(case, level=Level(case.level + 1), at=now)
            case.sent_from, case.status, case.event_count = level, Status.RECEIVED, case.event_count + 1
            case.save()
            Event.objects.create(
                case=case, number=case.event_count, at=now, action=Alarm.CLIMB, alarm=Alarm.CLIMB, step=step,
                to_status=case.status, from_level=level, to_level=case.level, due_at=case.due_at, basis=case.basis,
            )  # fmt: skip
            record("case.climb", subject=("case", case.pk), by=None, event=case.event_count)
            for seat in [*seats, seat_of(case)]:
                notify(seat, cause=f"case:{pk}:{case.event_count}:{seat}", title=wording.climbed_to(case.level), at=now)
        count += 1
    return count


def climbing() -> dict[str, float]:
    """`sweep_vs_sql` and `sweep_vs_row_by_row`: cases a second, ours divided by the other's, medians of alternate rounds."""
    crowd.empty()
    crowd.grow(1, OPEN)
    ours, single = [], []
    for _ in range(ROUNDS):
        for act, seconds in ((_sweep, ours), (_one_statement, single)):
            crowd.make_overdue(OVERDUE)
            seconds.append(_seconds(act, OVERDUE))
    crowd.make_overdue(BY_ROW)
    by_row = BY_ROW / _seconds(_row_by_row, BY_ROW)
    rate, limit = OVERDUE / statistics.median(ours), OVERDUE / statistics.median(single)
    return {
        "sweep_cases_per_second": round(rate),
        "sweep_vs_sql": round(rate / limit, 2),
        "sweep_vs_row_by_row": round(rate / by_row, 1),
    }


def idling() -> dict[str, float]:
    """`sweep_idle_growth`: an idle sweep at a million open cases divided by one at ten thousand, each at least 1 ms."""
    crowd.empty()
    crowd.grow(1, IDLE_SMALL)
    small = _idle_ms()
    crowd.grow(IDLE_SMALL + 1, IDLE_LARGE)
    large = _idle_ms()
    return {
        "sweep_idle_ms_small": round(small, 3),
        "sweep_idle_ms_large": round(large, 3),
        "sweep_idle_growth": round(max(large, FLOOR_MS) / max(small, FLOOR_MS), 2),
    }


def _idle_ms() -> float:
    cases.sweep()
    times = [_seconds(lambda: cases.sweep().total, 0) for _ in range(IDLE_CALLS)]
    return statistics.median(times) * 1000
