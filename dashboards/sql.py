"""Raw SQL of the figures: the facts of cases, the triggers that note what changed, folding, counting afresh, reading.

All of it is built from `dashboards.facts`, so that trigger, recount and board can only say the same. Facts are appended
and folded later (docs/decisions/0026-rollups.md): no two writers ever wait for one row of a total.
"""

from collections.abc import Iterable

from dashboards.facts import CLOSED_AT, COLUMNS, FACTS, STANDS, TIMES, bucket_sql

ZONE = "Asia/Shanghai"
# One advisory lock: one folder at a time, and no folder while totals are repaired.
FOLDER_LOCK = 260_026

DIMENSIONS = ("day", "community", "category_id", "channel", "matter", "unit_id")
BUCKETS = tuple(f"took_{name}" for name in TIMES)
_OF_CASE = {"category_id": "c.category_id", "channel": "c.channel", "matter": "c.matter_class"}
_NOTED = ", ".join((*DIMENSIONS, *BUCKETS, *COLUMNS))
_SUMS = ", ".join(f"sum({name}) AS {name}" for name in COLUMNS)
_ALL = ", ".join(COLUMNS)
_CLOSED_SUM = " + ".join(CLOSED_AT)


def facts(source: str, sign: int = 1) -> str:
    """SELECT of the facts of the cases of `source`, a table or a query in parentheses: one row a moment that stands.

    `MOMENT` in the query is the column of the moment in question.
    """
    return "\nUNION ALL\n".join(_moment(source, moment, sign) for moment in STANDS)


def _moment(source: str, moment: str, sign: int) -> str:
    counts = ", ".join(f"{sign} * {fact.sql}" if fact.day == moment else "0" for fact in FACTS)
    took = [bucket_sql(f"c.minutes_{name}") if moment == "closed_at" else "NULL::int" for name in TIMES]
    return (
        f"SELECT (c.{moment} AT TIME ZONE '{ZONE}')::date, c.community, c.category_id, c.channel, c.matter_class,"
        f" c.handling_unit_id, {', '.join(took)}, {counts}"
        f" FROM {source.replace('MOMENT', moment)} AS c WHERE {STANDS[moment][0]}"
    )


def named_facts(source: str) -> str:
    """The facts of `source` as a query in parentheses whose columns bear their names."""
    return f"(SELECT * FROM ({facts(source)}) AS found({_NOTED}))"


def _note(*parts: str) -> str:
    """What an inserted, changed or deleted set of cases adds to the totals, net; nothing where no fact changed."""
    changed = " OR ".join(f"sum({name}) <> 0" for name in COLUMNS)
    groups = ", ".join((*DIMENSIONS, *BUCKETS))
    union = "\nUNION ALL\n".join(parts)
    return f"""
    INSERT INTO dashboards_delta ({_NOTED})
    SELECT {groups}, {_SUMS} FROM ({union}) AS found({_NOTED})
    GROUP BY {groups} HAVING {changed};"""


def _trigger(name: str, event: str, tables: str, body: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{body}
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON cases_case {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


_OLD, _NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
TRIGGERS = (
    _trigger("dashboards_case_in", "INSERT", f"REFERENCING {_NEW}", _note(facts("new_rows")))
    + _trigger(
        "dashboards_case_changed",
        "UPDATE",
        f"REFERENCING {_OLD} {_NEW}",
        _note(facts("old_rows", -1), facts("new_rows")),
    )
    + _trigger("dashboards_case_out", "DELETE", f"REFERENCING {_OLD}", _note(facts("old_rows", -1)))
    + _trigger(
        "dashboards_case_emptied",
        "TRUNCATE",
        "",
        """
    DELETE FROM dashboards_delta;
    DELETE FROM dashboards_daytotal;
    DELETE FROM dashboards_timetotal;""",
    )
)
_TRIGGER_NAMES = ("dashboards_case_in", "dashboards_case_changed", "dashboards_case_out", "dashboards_case_emptied")
TRIGGERS_BACK = "".join(f"DROP TRIGGER {name} ON cases_case;\nDROP FUNCTION {name}();\n" for name in _TRIGGER_NAMES)

# Cases that were there before the triggers.
NOTE_ALL = _note(facts("cases_case"))

# For a street or a community the closed cases themselves are few: read from the index alone, table untouched.
INDEXES = """
ALTER TABLE dashboards_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX dashboards_closed ON cases_case (street, closed_at)
    INCLUDE (community, minutes_total, minutes_grid, minutes_community, minutes_street, minutes_district)
    WHERE status = 'closed';
CREATE INDEX dashboards_answered ON cases_case (street, resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX dashboards_unsigned ON cases_case (first_sign_by) INCLUDE (street, community, created_at)
    WHERE first_signed_at IS NULL AND status IN ('received', 'handling');
CREATE INDEX dashboards_suspended ON cases_case (street, community) WHERE status = 'suspended';
"""
INDEXES_BACK = """
DROP INDEX dashboards_closed;
DROP INDEX dashboards_answered;
DROP INDEX dashboards_unsigned;
DROP INDEX dashboards_suspended;
"""

# What one noted row means for each kind of total; the last join drops what has no such key.
KINDS = {
    "area": "community",
    "category": "category_id::text",
    "channel": "channel",
    "matter": "matter",
    "unit": "unit_id::text",
}
_DAYS = ", ".join(f"('{kind}', day, {column})" for kind, column in KINDS.items())
# Whole months are kept beside the days under the first of the month: two years are then 24 rows a key, not 730.
_MONTH = "date_trunc('month', day)::date"
_MONTHS = ", ".join(f"('m-{kind}', {_MONTH}, {column})" for kind, column in KINDS.items())


def _spread(source: str, *, months: bool) -> str:
    """Rows of facts → (day, kind, key, sums), with the totals of months where they are kept."""
    keys = f"{_DAYS}, {_MONTHS}" if months else _DAYS
    return f"""SELECT keys.day, kind, key, {_SUMS} FROM {source} AS noted
    CROSS JOIN LATERAL (VALUES {keys}) AS keys(kind, day, key) WHERE key IS NOT NULL GROUP BY keys.day, kind, key"""


def _spread_times(source: str, *, months: bool) -> str:
    """Rows of facts → (day, which, bucket, n), with those of months where they are kept."""
    pairs = ", ".join(f"('{name}', day, took_{name})" for name in TIMES)
    if months:
        pairs += ", " + ", ".join(f"('m-{name}', {_MONTH}, took_{name})" for name in TIMES)
    return f"""SELECT times.day, which, bucket, sum({_CLOSED_SUM}) AS n FROM {source} AS noted
    CROSS JOIN LATERAL (VALUES {pairs}) AS times(which, day, bucket) WHERE bucket IS NOT NULL
    GROUP BY times.day, which, bucket"""


def _kept(columns: str, table: str, column: str, names: Iterable[str]) -> str:
    """What is kept of a period: its whole months, and the days before and after them."""
    days = ", ".join(f"'{name}'" for name in names)
    months = ", ".join(f"'m-{name}'" for name in names)
    return f"""SELECT {columns} FROM {table}
    WHERE {column} IN ({days}) AND day >= %(first)s AND day < %(months_from)s
    UNION ALL
    SELECT {columns} FROM {table} WHERE {column} IN ({days}) AND day >= %(months_until)s AND day <= %(last)s
    UNION ALL
    SELECT {columns} FROM {table} WHERE {column} IN ({months}) AND day >= %(months_from)s AND day < %(months_until)s"""


_ADDED = ", ".join(f"{name} = total.{name} + excluded.{name}" for name in COLUMNS)
_ADD_TOTALS = f"""ON CONFLICT (day, kind, key) DO UPDATE SET {_ADDED}"""
_ADD_TIMES = "ON CONFLICT (day, which, bucket) DO UPDATE SET n = total.n + excluded.n"

FOLD = f"""
WITH taken AS (
    DELETE FROM dashboards_delta
    WHERE id IN (SELECT id FROM dashboards_delta ORDER BY id LIMIT %(chunk)s)
    RETURNING *
),
folded AS (
    INSERT INTO dashboards_daytotal AS total (day, kind, key, {_ALL})
    {_spread("taken", months=True)}
    {_ADD_TOTALS}
),
timed AS (
    INSERT INTO dashboards_timetotal AS total (day, which, bucket, n)
    {_spread_times("taken", months=True)}
    {_ADD_TIMES}
)
SELECT count(*) FROM taken
"""
FREE_TO_FOLD = f"SELECT pg_try_advisory_xact_lock({FOLDER_LOCK})"
WAIT_TO_FOLD = f"SELECT pg_advisory_xact_lock({FOLDER_LOCK})"

# The kept totals beside a fresh count, both from one snapshot; what differs is added as the difference, which is right
# however many cases change meanwhile: their own notes stand on top of it.
_DIFFERENCES = ", ".join(f"coalesce(fresh.{n}, 0) - coalesce(kept.{n}, 0) AS {n}" for n in COLUMNS)
_DIFFERS = " OR ".join(f"coalesce(fresh.{n}, 0) <> coalesce(kept.{n}, 0)" for n in COLUMNS)
DAYS_APART = f"""
WITH fresh AS ({_spread(named_facts("cases_case"), months=True)}),
kept AS (
    SELECT day, kind, key, {_SUMS} FROM (
        SELECT day, kind, key, {_ALL} FROM dashboards_daytotal
        UNION ALL
        SELECT day, kind, key, {_ALL} FROM ({_spread("dashboards_delta", months=True)}) AS unfolded
    ) AS both_parts GROUP BY day, kind, key
)
SELECT day, kind, key, {_DIFFERENCES} FROM fresh FULL JOIN kept USING (day, kind, key) WHERE {_DIFFERS}
"""
TIMES_APART = f"""
WITH fresh AS ({_spread_times(named_facts("cases_case"), months=True)}),
kept AS (
    SELECT day, which, bucket, sum(n) AS n FROM (
        SELECT day, which, bucket, n FROM dashboards_timetotal
        UNION ALL
        SELECT day, which, bucket, n FROM ({_spread_times("dashboards_delta", months=True)}) AS unfolded
    ) AS both_parts GROUP BY day, which, bucket
)
SELECT day, which, bucket, coalesce(fresh.n, 0) - coalesce(kept.n, 0) AS n
FROM fresh FULL JOIN kept USING (day, which, bucket) WHERE coalesce(fresh.n, 0) <> coalesce(kept.n, 0)
"""
_PLACES = ", ".join(["%s"] * (3 + len(COLUMNS)))
ADD_TO_DAY = f"INSERT INTO dashboards_daytotal AS total (day, kind, key, {_ALL}) VALUES ({_PLACES}) {_ADD_TOTALS}"
ADD_TO_TIME = f"INSERT INTO dashboards_timetotal AS total (day, which, bucket, n) VALUES (%s, %s, %s, %s) {_ADD_TIMES}"

# --- reading: folded and not yet folded in one statement, hence one snapshot

BY_COMMUNITY = f"""
SELECT key, {_SUMS} FROM (
    SELECT key, {_ALL} FROM ({_kept(f"key, {_ALL}", "dashboards_daytotal", "kind", ["area"])}) AS folded
    WHERE key LIKE %(under)s
    UNION ALL
    SELECT community, {_ALL} FROM dashboards_delta WHERE day BETWEEN %(first)s AND %(last)s AND community LIKE %(under)s
) AS both_parts GROUP BY key
"""
# Received and closed a day, of an area.
BY_DAY = f"""
SELECT day, sum(received), sum({_CLOSED_SUM}) FROM (
    SELECT day, {_ALL} FROM dashboards_daytotal
    WHERE kind = 'area' AND day BETWEEN %(first)s AND %(last)s AND key LIKE %(under)s
    UNION ALL
    SELECT day, {_ALL} FROM dashboards_delta WHERE day BETWEEN %(first)s AND %(last)s AND community LIKE %(under)s
) AS both_parts GROUP BY day
"""
_OTHER_KINDS = [kind for kind in KINDS if kind != "area"]
# The other kinds are kept for the whole district; below it the cases of the place are few enough to be counted.
BY_KIND = f"""
SELECT kind, key, {_SUMS} FROM (
    {_kept(f"replace(kind, 'm-', '') AS kind, key, {_ALL}", "dashboards_daytotal", "kind", _OTHER_KINDS)}
    UNION ALL
    SELECT kind, key, {_ALL} FROM ({_spread("dashboards_delta", months=False)}) AS unfolded
    WHERE kind <> 'area' AND day BETWEEN %(first)s AND %(last)s
) AS both_parts GROUP BY kind, key
"""
# Each moment by its own index; `MOMENT` becomes the column.
_TOUCHED = """(SELECT * FROM cases_case WHERE street = %(street)s AND community LIKE %(under)s
    AND MOMENT >= %(from)s AND MOMENT < %(until)s)"""
_SETS = [column.removesuffix("::text") for kind, column in KINDS.items() if kind != "area"]
_WHICH = " ".join(
    f"WHEN NOT grouping({column})::boolean THEN '{kind}'"
    for kind, column in zip((kind for kind in KINDS if kind != "area"), _SETS, strict=True)
)
# Grouped once for each kind instead of spread over all of them first: a third of the time.
BY_KIND_BELOW = f"""
SELECT CASE {_WHICH} END AS kind, coalesce({", ".join(f"{column}::text" for column in _SETS)}) AS key, {_SUMS}
FROM {named_facts(_TOUCHED)} AS touched WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY GROUPING SETS ({", ".join(f"({column})" for column in _SETS)})
HAVING coalesce({", ".join(f"{column}::text" for column in _SETS)}) IS NOT NULL
"""
TIMES_KEPT = f"""
SELECT which, bucket, sum(n)::int FROM (
    {_kept("replace(which, 'm-', '') AS which, bucket, n", "dashboards_timetotal", "which", TIMES)}
    UNION ALL
    SELECT which, bucket, n FROM ({_spread_times("dashboards_delta", months=False)}) AS unfolded
    WHERE day BETWEEN %(first)s AND %(last)s
) AS both_parts GROUP BY which, bucket HAVING sum(n) > 0
"""
TIMES_BELOW = "\nUNION ALL\n".join(
    f"""
SELECT '{name}', {bucket_sql(f"minutes_{name}")} AS bucket, count(*)::int FROM cases_case
WHERE status = 'closed' AND street = %(street)s AND community LIKE %(under)s
  AND closed_at >= %(from)s AND closed_at < %(until)s AND minutes_{name} IS NOT NULL
GROUP BY bucket"""
    for name in TIMES
)
