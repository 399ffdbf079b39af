"""How fast wishes are claimed, and how fast the wall answers with 100,000 of them."""

import threading
import time

from django.db import connection
from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from weidu_portal.bench import crowd
from weidu_portal.bench.pages import XINCUN, gunicorn, p95, timed
from wishes import services as wishes
from wishes.models import Claim, Pace, Volunteer, Wish

CLIENTS, WISHES, ON_THE_WALL = 50, 1000, 100_000
_GROW = """
WITH grid AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS position FROM grids_area WHERE level = 1),
size AS (SELECT count(*) AS grids FROM grid)
INSERT INTO wishes_wish (
    uuid, number, channel, source, source_id, kind, for_whom, text, title, public_text, effort, care_label, joint,
    origin_area_id, area_id, place, name, wants_sms, guardian_consents, status, level, step, event_count, climb_at,
    created_at, published_at, published_by_id, fulfilled_at, ended_at, reason, thanks, thanks_public, tail_failures)
SELECT gen_random_uuid(), 'WB' || lpad(n::text, 12, '0'), 'web', '', '', (ARRAY['goods', 'service', 'company'])[1 + n %% 3], 'self',
       '想要一副老花镜', '想要一副老花镜', '看药盒上的字吃力，300度左右。', '', '', false, grid.code, grid.code, '', '', false, false,
       CASE WHEN n %% 4 = 0 THEN 'fulfilled' ELSE 'waiting' END, 2, 2, 2,
       CASE WHEN n %% 4 = 0 THEN NULL ELSE now() + interval '9 days' END,
       now() - interval '1 minute' * n, now() - interval '1 minute' * n + interval '2 hours', %(staff)s,
       CASE WHEN n %% 4 = 0 THEN now() - interval '1 minute' * (n / 2) END,
       CASE WHEN n %% 4 = 0 THEN now() - interval '1 minute' * (n / 2) END, '', '', false, 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n CROSS JOIN size
JOIN grid ON grid.position = n %% size.grids
"""


def measure() -> dict[str, float]:
    """`wish_claims_per_second` (50 clients, 1,000 wishes, every claim won once) and `wish_wall_p95_ms` (100,000 wishes)."""
    staff = crowd.member("bench-wishes", "community_secretary", area=XINCUN)
    crowd.run(_GROW, {"first": 1, "last": ON_THE_WALL, "staff": staff.pk})
    crowd.run("VACUUM ANALYZE wishes_wish")
    return _wall() | _claims(staff)


def _wall() -> dict[str, float]:
    paths = ["/wishes/", "/wishes/?kind=service", f"/wishes/?street={XINCUN[:9]}", f"/wishes/?community={XINCUN}"]
    with gunicorn() as port:
        times = timed(port, [(path, "") for path in paths])
    return {"wish_wall_p95_ms": round(p95([taken for page in times for taken in page]), 1)}


def _claims(staff: User) -> dict[str, float]:
    """Fifty people claim the same thousand wishes, each in another order; the losers are refused."""
    Pace.objects.update(claims_at_once=WISHES)
    people = [_volunteer(number, staff) for number in range(CLIENTS)]
    wanted = list(Wish.objects.waiting().order_by("pk")[:WISHES])
    threads = [
        threading.Thread(target=_claim, args=(who, wanted[place * 20 :] + wanted[: place * 20]))
        for place, who in enumerate(people)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    won = Claim.objects.live().count()
    if won != WISHES:
        raise RuntimeError(f"{won} live claims on {WISHES} wishes")
    return {"wish_claims_per_second": round(won / seconds, 1)}


def _volunteer(number: int, staff: User) -> User:
    user = User.objects.create(username=f"bench-v{number}", full_name="何平", must_change_password=False)
    Volunteer.objects.create(
        user=user, community_id=XINCUN, state="approved", decided_at=timezone.now(), decided_by=staff
    )
    return user


def _claim(user: User, wanted: list[Wish]) -> None:
    """One client: the own twenty first, then five of the neighbour's, which are mostly gone."""
    try:
        for wish in wanted[:25]:
            try:
                wishes.claim(Wish(pk=wish.pk), by=user)
            except DomainError:
                continue
    finally:
        connection.close()
