"""The only raw SQL of the project: the sweep's set-based statements, and the triggers that keep history append-only.

One statement per chunk moves the cases and writes event, audit entry and notices from the old state. Rows are locked
`FOR UPDATE SKIP LOCKED` in the order in which they fell due, so any number of sweepers may run at once.
"""

# `limits` gives each (category, urgent, level) its deadlines, computed once per sweep: the calendar costs nothing per case.
_LIMITS = """
limits(category_id, urgent, level, sign_by, warn_at, due_at, climb_at, basis) AS (
    SELECT * FROM unnest(
        %(category_ids)s::bigint[], %(urgents)s::boolean[], %(levels)s::smallint[],
        %(sign_bys)s::timestamptz[], %(warn_ats)s::timestamptz[], %(due_ats)s::timestamptz[],
        %(climb_ats)s::timestamptz[], %(bases)s::text[]
    )
)"""

CLIMB = (
    """
WITH """
    + _LIMITS
    + """,
ripe AS MATERIALIZED (
    SELECT id, number, category_id, title, area_id, about_id, status, level, urgent, step, event_count,
           CASE WHEN urgent AND level = 1 THEN 3 ELSE level + 1 END AS new_level
    FROM cases_case
    WHERE next_alarm_at <= %(now)s AND climb_at <= %(now)s
      AND status IN ('received', 'handling') AND level < 4
    ORDER BY next_alarm_at, id
    LIMIT %(chunk)s
    FOR UPDATE SKIP LOCKED
),
moved AS (
    UPDATE cases_case AS held
    SET status = 'received', level = ripe.new_level, sent_from = ripe.level, assignee_id = NULL,
        step = ripe.step + 1, event_count = ripe.event_count + 1, received_at = %(now)s,
        sign_by = limits.sign_by, warn_at = limits.warn_at, due_at = limits.due_at, climb_at = limits.climb_at,
        basis = limits.basis,
        signs = held.signs + (held.signed_at IS NULL)::int, late_signs = held.late_signs + (held.signed_at IS NULL)::int,
        signed_at = NULL, sign_alarm_at = NULL, warned_at = NULL, proposed_at = NULL, exhausted_at = NULL
    FROM ripe
    JOIN limits ON limits.category_id = ripe.category_id AND limits.urgent = ripe.urgent
               AND limits.level = ripe.new_level
    WHERE held.id = ripe.id
    RETURNING held.id, held.number, ripe.category_id, ripe.title, ripe.area_id, ripe.about_id,
              ripe.status AS old_status, ripe.level AS old_level, ripe.new_level, ripe.step AS old_step,
              held.event_count, held.due_at, held.basis
),
told AS (
    SELECT moved.*,
           'area:' || left(area_id, CASE old_level WHEN 1 THEN 15 WHEN 2 THEN 12 ELSE 9 END) AS old_seat,
           CASE new_level WHEN 4 THEN %(district_seat)s
                ELSE 'area:' || left(area_id, CASE new_level WHEN 2 THEN 12 ELSE 9 END) END AS new_seat,
           '已按时限转' || CASE new_level WHEN 2 THEN '社区' WHEN 3 THEN '街道' ELSE '区级' END || '继续办理' AS words
    FROM moved
),
events AS (
    INSERT INTO cases_event (case_id, number, at, action, alarm, step, from_status, to_status, from_level, to_level,
                             due_at, basis)
    SELECT id, event_count, %(now)s, 'climb', 'climb', old_step, old_status, 'received', old_level, new_level,
           due_at, basis
    FROM told
),
audited AS (
    INSERT INTO audit_entry (at, actor_kind, verb, subject_kind, subject_id, details)
    SELECT %(now)s, 'portal', 'case.climb', 'case', id::text,
           jsonb_build_object('event', event_count, 'from', old_level, 'to', new_level)
    FROM told
),
noticed AS (
    INSERT INTO notifications_notification (seat, cause, title, target, hidden_from_id, created_at, push_at)
    SELECT seat, 'case:' || told.id || ':' || event_count || ':' || seat,
           words || '：' || COALESCE(NULLIF(told.title, ''), cases_category.name) || '（' || number || '）',
           replace(%(case_page)s, '*', number), about_id, %(now)s, %(now)s
    FROM told
    JOIN cases_category ON cases_category.id = told.category_id
    CROSS JOIN LATERAL (VALUES (old_seat), (new_seat)) AS seats(seat)
    ON CONFLICT DO NOTHING
),
messaged AS (
    INSERT INTO notifications_notification (seat, cause, title, target, created_at, push_at)
    SELECT 'report:' || reporter.id, 'case:' || told.id || ':' || event_count || ':report:' || reporter.id,
           '您反映的问题' || words || '：' || COALESCE(NULLIF(told.title, ''), cases_category.name),
           %(tracking_page)s, %(now)s, %(now)s
    FROM told
    JOIN cases_category ON cases_category.id = told.category_id
    CROSS JOIN LATERAL (
        SELECT own.id, own.wants_sms, own.withdrawn_at FROM cases_report AS own WHERE own.case_id = told.id
        UNION ALL
        SELECT other.id, other.wants_sms, other.withdrawn_at
        FROM cases_case AS merged JOIN cases_report AS other ON other.case_id = merged.id
        WHERE merged.merged_into_id = told.id
    ) AS reporter
    WHERE reporter.wants_sms AND reporter.withdrawn_at IS NULL
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM told
"""
)

# Marks that move nothing: sign, warn, propose, exhaust. {column} is the marker, {seats} the seats to tell.
_MARK = """
WITH ripe AS MATERIALIZED (
    SELECT id, number, category_id, title, area_id, about_id, status, level, handling_unit_id, step, event_count, due_at
    FROM cases_case
    WHERE next_alarm_at <= %(now)s AND {column} IS NULL AND status IN ('received', 'handling') AND {ripe}
    ORDER BY next_alarm_at, id
    LIMIT %(chunk)s
    FOR UPDATE SKIP LOCKED
),
marked AS (
    UPDATE cases_case AS held SET {column} = %(now)s, event_count = ripe.event_count + 1
    FROM ripe WHERE held.id = ripe.id
    RETURNING ripe.*, held.event_count AS event_number
),
events AS (
    INSERT INTO cases_event (case_id, number, at, action, alarm, step, from_status, to_status, from_level, to_level,
                             unit_id, due_at)
    SELECT id, event_number, %(now)s, '{alarm}', '{alarm}', step, status, status, level, level, handling_unit_id, due_at
    FROM marked
),
audited AS (
    INSERT INTO audit_entry (at, actor_kind, verb, subject_kind, subject_id, details)
    SELECT %(now)s, 'portal', 'case.{alarm}', 'case', id::text, jsonb_build_object('event', event_number, 'level', level)
    FROM marked
),
noticed AS (
    INSERT INTO notifications_notification (seat, cause, title, target, hidden_from_id, created_at, push_at)
    SELECT DISTINCT seat, 'case:' || marked.id || ':' || event_number || ':' || seat,
           '{words}：' || COALESCE(NULLIF(marked.title, ''), cases_category.name) || '（' || number || '）',
           replace(%(case_page)s, '*', number), about_id, %(now)s, %(now)s
    FROM marked
    JOIN cases_category ON cases_category.id = marked.category_id
    CROSS JOIN LATERAL unnest(ARRAY[{seats}]) AS seats(seat)
    WHERE seat IS NOT NULL
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM marked
"""

_HOLDER = """(CASE WHEN handling_unit_id IS NOT NULL THEN 'unit:' || handling_unit_id
              WHEN level = 4 THEN %(district_seat)s
              ELSE 'area:' || left(area_id, CASE level WHEN 1 THEN 15 WHEN 2 THEN 12 ELSE 9 END) END)"""
_ABOVE = """(CASE WHEN handling_unit_id IS NOT NULL THEN %(office_seat)s
             WHEN level >= 3 THEN %(district_seat)s
             ELSE 'area:' || left(area_id, CASE level WHEN 1 THEN 12 ELSE 9 END) END)"""

EXHAUST = _MARK.format(
    column="exhausted_at",
    ripe="climb_at <= %(now)s AND level = 4",
    alarm="exhaust",
    words="已到区级期限，请尽快研判办理",
    seats=f"{_HOLDER}, {_ABOVE}",
)
PROPOSE = _MARK.format(
    column="proposed_at",
    ripe="due_at <= %(now)s AND climb_at > %(now)s",
    alarm="propose",
    words="到期未办结，1个工作日后上报",
    seats=f"{_HOLDER}, {_ABOVE}",
)
WARN = _MARK.format(
    column="warned_at",
    ripe="warn_at <= %(now)s AND due_at > %(now)s",
    alarm="warn",
    words="办理时间已过四分之三",
    seats=_HOLDER,
)
SIGN = _MARK.format(
    column="sign_alarm_at",
    ripe="sign_by <= %(now)s AND signed_at IS NULL AND due_at > %(now)s",
    alarm="unsigned",
    words="超过签收时间，请签收",
    seats=f"{_HOLDER}, {_ABOVE}",
)

APPEND_ONLY = """
CREATE FUNCTION cases_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'case events are appended, never edited'; END $$;
CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE ON cases_event
    FOR EACH ROW EXECUTE FUNCTION cases_event_append_only();
ALTER TABLE cases_case SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
"""
APPEND_ONLY_BACK = """
DROP TRIGGER cases_event_append_only ON cases_event;
DROP FUNCTION cases_event_append_only();
ALTER TABLE cases_case RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
"""
