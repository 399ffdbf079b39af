"""Cases by the hundred thousand, made by the database itself; and a few members of staff to look at them."""

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import User
from grids.models import Organization, Post, Posting

_CASES = """
WITH grid AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS position FROM grids_area WHERE level = 1),
kind AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS position FROM cases_category WHERE parent_id IS NOT NULL),
size AS (SELECT (SELECT count(*) FROM grid) AS grids, (SELECT count(*) FROM kind) AS kinds)
INSERT INTO cases_case (
    uuid, number, category_id, channel, title, subject, text, place, urgent, matter_class, origin_area_id, area_id,
    status, level, returned_levels, routed_levels, step, event_count, received_at, sign_by, warn_at, due_at, climb_at,
    basis, external_number, created_at, closed_at, closed_level, outcome, satisfaction, refusal_reason, disputes,
    reopenings, first_sign_by, signs, late_signs, extensions, returns, helping_units)
SELECT gen_random_uuid(), 'WB' || lpad(n::text, 12, '0'), kind.id, 'web', '路灯不亮', '', '楼前的路灯几天没亮了，晚上走路看不清。',
       '三号楼前', false, 'small', grid.code, grid.code,
       'received', 1 + n %% 3, 0, 0, 1, 1, now(), now() + interval '1 day' * (1 + n %% 5),
       now() + interval '1 day' * (2 + n %% 20), now() + interval '1 day' * (3 + n %% 20) + interval '1 second' * (n %% 5000),
       now() + interval '1 day' * (3 + n %% 20) + interval '1 second' * (n %% 5000),
       '', '', now() - interval '1 minute' * (n %% 100000), NULL, NULL, '', '', '', 0, 0, now() + interval '1 day' * (1 + n %% 5),
       0, 0, 0, 0, '{}'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
CROSS JOIN size
JOIN grid ON grid.position = n %% size.grids
JOIN kind ON kind.position = n %% size.kinds
"""
_OVERDUE = """
UPDATE cases_case SET sign_by = now() - interval '2 hours', warn_at = now() - interval '1 hour',
       due_at = now() - interval '1 minute', climb_at = now() - interval '1 minute', sign_alarm_at = NULL, warned_at = NULL
WHERE id IN (SELECT id FROM cases_case WHERE step = 1 AND level < 4 AND climb_at > now() ORDER BY id LIMIT %s)
"""


def run(statement: str, parameters=None) -> None:
    """Run one statement of the bench."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def grow(first: int, last: int) -> None:
    """Open cases numbered `first` to `last`, spread over all grids, categories and the three lower levels."""
    run(_CASES, {"first": first, "last": last})
    settle()


def make_overdue(count: int) -> None:
    """Let `count` cases that no sweep has touched be overdue."""
    run(_OVERDUE, [count])
    settle()


def settle() -> None:
    """Clear dead rows and refresh statistics, so that one part of a bench does not pay for another."""
    for table in ("cases_case", "cases_event", "audit_entry", "notifications_notification"):
        run(f"VACUUM ANALYZE {table}")


def empty() -> None:
    """No cases, events, audit entries and notices."""
    run("TRUNCATE cases_case, cases_event, audit_entry, notifications_notification RESTART IDENTITY CASCADE")


def member(username: str, post: str, *, area: str = "", unit: str = "") -> User:
    """A member of staff with a posting."""
    user = User.objects.create(username=username, full_name=username, must_change_password=False)
    Posting.objects.create(
        user=user,
        post=Post.objects.get(code=post),
        area_id=area or None,
        unit=Organization.objects.get(code=unit) if unit else None,
    )
    return user


def session_of(user: User) -> str:
    """The key of a signed-in session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.NameOrPhoneBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
