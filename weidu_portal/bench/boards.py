"""Boards over a million cases, whether their totals are exact, and what keeping them exact costs the writers."""

import statistics
import time
from datetime import timedelta
from functools import partial

from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.states import Alarm
from dashboards.services import folding, reports
from jobs import services as jobs
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import gunicorn, p95, timed

CASES, OPEN, ROUNDS, INSERTED, SWEPT, READS = 1_000_000, 20_000, 3, 20_000, 3_000, 60
XINCUN = "411002005003"

# Two years of cases that ran their course: signed, answered, closed on different days and levels. In their second step, so
# that the crowd does not take them for cases that can be overdue.
_ENDED = """
WITH grid AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS position FROM grids_area WHERE level = 1),
kind AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS position FROM cases_category WHERE parent_id IS NOT NULL),
unit AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS position FROM grids_organization WHERE takes_cases),
size AS (SELECT (SELECT count(*) FROM grid) AS grids, (SELECT count(*) FROM kind) AS kinds, (SELECT count(*) FROM unit) AS units),
made AS (
    SELECT n, now() - interval '730 days' * (n::float / %(all)s) AS born, 1 + (n * 7919) %% 100 AS dice,
           1 + (n * 104729) %% 9000 AS minutes
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
)
INSERT INTO cases_case (
    uuid, number, category_id, channel, title, subject, text, place, urgent, matter_class, origin_area_id, area_id,
    status, level, handling_unit_id, returned_levels, routed_levels, step, event_count, received_at, sign_by, warn_at,
    due_at, climb_at, basis, external_number, created_at, closed_at, closed_level, resolved_at, answered_in_time,
    outcome, satisfaction, refusal_reason, disputes, reopenings, first_sign_by, first_signed_at, signed_at, signs,
    late_signs, extensions, returns, minutes_total, minutes_grid, minutes_community, minutes_street, minutes_district,
    helping_units)
SELECT gen_random_uuid(), 'WE' || lpad(n::text, 12, '0'), kind.id, (ARRAY['web', 'visit', 'phone', 'hotline'])[1 + n %% 4],
       '路灯不亮', '', '楼前的路灯几天没亮了，晚上走路看不清。', '三号楼前', false,
       (ARRAY['small', 'small', 'big', 'hard'])[1 + n %% 4], grid.code, grid.code,
       'closed', CASE WHEN dice > 92 THEN 4 ELSE 1 + dice %% 3 END, CASE WHEN dice > 92 THEN unit.id END, 0, 0, 2, 5,
       born, born + interval '4 hours', born + interval '2 days', born + interval '9 days', born + interval '9 days', '', '',
       born, least(born + interval '1 minute' * minutes * 2, now()),
       CASE WHEN dice > 92 THEN 4 WHEN dice > 80 THEN 3 WHEN dice > 58 THEN 2 ELSE dice %% 2 END,
       least(born + interval '1 minute' * minutes, now()), dice %% 16 > 0,
       (ARRAY['solved', 'solved', 'solved', 'partly', 'unsolved', ''])[1 + n %% 6],
       (ARRAY['satisfied', 'satisfied', 'fairly', 'dissatisfied', ''])[1 + n %% 5], '', 0, (dice = 50)::int,
       born + interval '4 hours', born + interval '1 minute' * (dice * 3), born + interval '1 minute' * (dice * 3), 1,
       (dice > 80)::int, (dice = 7)::int, (dice = 9)::int, minutes / 3, minutes / 9,
       CASE WHEN dice > 58 THEN minutes / 9 END, CASE WHEN dice > 80 THEN minutes / 18 END,
       CASE WHEN dice > 92 THEN minutes / 18 END, '{}'
FROM made CROSS JOIN size
JOIN grid ON grid.position = n %% size.grids
JOIN kind ON kind.position = (n / 7) %% size.kinds
JOIN unit ON unit.position = n %% size.units
"""
# Every third case of the last sixty days is alike nine others, as many as in real messages (decision 0031).
_ALIKE = """
INSERT INTO cases_likeness (case_id, grams, weights, circle)
SELECT id, ARRAY['g' || id %% 90001], ARRAY[1000], CASE WHEN id %% 3 = 0 THEN id - id %% 30 END
FROM cases_case WHERE created_at > now() - interval '60 days'
"""
_TRIGGERS = ("dashboards_case_in", "dashboards_case_changed", "dashboards_case_out")


def measure() -> dict[str, float]:
    """`board_p95_ms`, `rollup_exact`, and writes a second with the triggers divided by writes without them."""
    crowd.empty()
    _grow(1, CASES - OPEN)
    crowd.grow(CASES, CASES + OPEN - 1)
    crowd.run(_ALIKE, {})
    folded = _seconds(folding.fold)
    _settle()
    exact = [folding.recount(repair=False).exact]
    figures = _pages() | {"fold_seconds": round(folded, 1), "recount_seconds": round(_seconds(_recount), 1)}
    tang = crowd.member("bench-reports", "supervisor_head", area="411002", unit="quweiban")
    figures["report_seconds"] = round(max(_report(form, tang) for form in reports.ENDINGS), 1)
    figures |= _costs(exact)
    crowd.run("TRUNCATE cases_likeness")
    crowd.run(
        "DELETE FROM cases_case WHERE id IN (SELECT id FROM cases_case WHERE status = 'closed' ORDER BY id LIMIT 5000)"
    )
    crowd.run(f"UPDATE cases_case SET area_id = '{XINCUN}003', minutes_total = 7 WHERE mod(id, 997) = 0")
    exact.append(folding.recount(repair=False).exact)
    folding.fold()
    exact.append(folding.recount(repair=False).exact)
    return figures | {"rollup_exact": int(all(exact))}


def _grow(first: int, last: int) -> None:
    for start in range(first, last + 1, 100_000):
        crowd.run(_ENDED, {"first": start, "last": min(start + 99_999, last), "all": CASES})


def _insert(first: int) -> None:
    crowd.run(_ENDED, {"first": first, "last": first + INSERTED - 1, "all": 4 * CASES})


def _sweep() -> None:
    moved = cases.sweep().counts.get(Alarm.CLIMB, 0)
    if moved != SWEPT:
        raise RuntimeError(f"{moved} cases moved, {SWEPT} were overdue")


def _settle() -> None:
    crowd.settle()
    for table in ("dashboards_delta", "dashboards_daytotal", "dashboards_timetotal", "cases_likeness"):
        crowd.run(f"VACUUM ANALYZE {table}")


def _recount() -> bool:
    return folding.recount(repair=False).exact


def _report(form: str, by) -> float:
    """Seconds until the report about the district's last year is written, by the job that writes it."""
    today = timezone.localdate()
    reports.ask("monthly", form, "411002", today - timedelta(days=364), today, by=by)
    return _seconds(jobs.work)


def _pages() -> dict[str, float]:
    """The district's board over several periods in turn, then a street's and a list; the slowest of each is told."""
    sun = crowd.session_of(crowd.member("bench-office", "supervisor_head", area="411002", unit="quweiban"))
    board, today = reverse("boards:board"), timezone.localdate()
    spans = ["period=month", "period=quarter", "period=year", "period=last-year",
             f"period=custom&from={today - timedelta(days=729)}&to={today}"]  # fmt: skip
    whole = [(f"{board}?{span}", sun) for span in spans]
    street = [(f"{board}?area={XINCUN[:9]}&{span}", sun) for span in spans[2:4]]
    lists = [
        (f"{reverse('boards:list')}?of={of}&area=411002&{spans[2]}", sun) for of in ("closed", "partly", "received")
    ]
    with gunicorn() as port:
        times = timed(port, [*whole, *street, *lists], READS)
    parts = times[: len(whole)], times[len(whole) : -len(lists)], times[-len(lists) :]
    districts, streets, listed = (round(max(p95(one) for one in part), 1) for part in parts)
    return {
        "board_p95_ms": districts,
        "board_month_p50_ms": round(statistics.median(times[0]), 1),
        "board_street_p95_ms": streets,
        "board_list_p95_ms": listed,
    }


def _costs(exact: list[bool]) -> dict[str, float]:
    """Cases inserted and swept a second with the triggers, and divided by the same without; medians of alternate rounds."""
    rates: dict[tuple[str, bool], list[float]] = {
        (what, on): [] for what in ("insert", "sweep") for on in (True, False)
    }
    first = 2 * CASES
    for _ in range(ROUNDS):
        for on in (True, False):
            _switch(on)
            rates["insert", on].append(INSERTED / _seconds(partial(_insert, first)))
            first += INSERTED
            crowd.make_overdue(SWEPT)
            rates["sweep", on].append(SWEPT / _seconds(_sweep))
            _switch(True)
        folding.fold()
    # What was written while the triggers were off is missing on purpose: the recount has to find it and put it right.
    exact.append(not folding.recount().exact)
    exact.append(_recount())
    found = {key: statistics.median(values) for key, values in rates.items()}
    return {
        "board_insert_per_second": round(found["insert", True]),
        "board_insert_vs_without": round(found["insert", True] / found["insert", False], 2),
        "board_sweep_per_second": round(found["sweep", True]),
        "board_sweep_vs_without": round(found["sweep", True] / found["sweep", False], 2),
    }


def _switch(on: bool) -> None:
    for name in _TRIGGERS:
        crowd.run(f"ALTER TABLE cases_case {'ENABLE' if on else 'DISABLE'} TRIGGER {name}")


def _seconds(act) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
