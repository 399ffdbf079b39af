"""How fast the public ledger answers with 100,000 publications: all of it, narrowed, searched, and page by page."""

import http.client
import re
import time
from urllib.parse import quote

from weidu_portal.bench import crowd
from weidu_portal.bench.pages import XINCUN, gunicorn, p95, timed

PUBLISHED = 100_000
# Half of it closed within the last half year, so that the figures have a quarter of the rows to count.
_ANSWERED = """
UPDATE cases_case SET status = CASE WHEN id %% 10 = 0 THEN 'suspended' WHEN id %% 10 < 4 THEN 'handling' ELSE 'closed' END,
    resolved_at = CASE WHEN id %% 10 >= 4 THEN now() - interval '1 minute' * (id %% 262800) END,
    closed_at = CASE WHEN id %% 10 >= 4 THEN now() - interval '1 minute' * (id %% 262800) END,
    closed_level = CASE WHEN id %% 10 >= 4 THEN 1 + id %% 3 END,
    answered_in_time = CASE WHEN id %% 10 >= 4 THEN id %% 7 <> 0 END,
    outcome = CASE WHEN id %% 10 >= 4 THEN 'solved' ELSE '' END, satisfaction = CASE WHEN id %% 20 >= 4 THEN 'fairly' ELSE '' END
"""
_RELEASED = """
INSERT INTO cases_publication (
    case_id, title, text, reply, place, area_id, category_id, state, released_at, released_by_id, taken_back_why)
SELECT cases_case.id, (ARRAY['背街路灯不亮', '楼道飞线充电', '下水道堵塞', '门禁坏了'])[1 + cases_case.id %% 4] || cases_case.id,
       '晚上看不清路，老人走路不方便。', '已经更换灯泡并检查线路。', '健康路',
       area_id, coalesce(cases_category.parent_id, cases_category.id),
       CASE status WHEN 'closed' THEN 'closed' WHEN 'suspended' THEN 'suspended' ELSE 'working' END,
       now() - interval '1 minute' * cases_case.id, %(staff)s, ''
FROM cases_case JOIN cases_category ON cases_category.id = cases_case.category_id
"""
_NEXT = re.compile(r'rel="next" href="([^"]+)"')


def measure() -> dict[str, float]:
    """`public_ledger_p95_ms` over the ways people look, and `public_ledger_table_seconds` for all rows as .csv."""
    crowd.empty()
    staff = crowd.member("bench-ledger", "community_secretary", area=XINCUN)
    crowd.grow(1, PUBLISHED)
    crowd.run(_ANSWERED, {})
    crowd.run(_RELEASED, {"staff": staff.pk})
    for table in ("cases_case", "cases_publication"):
        crowd.run(f"VACUUM ANALYZE {table}")
    narrowed = f"area={XINCUN}&category=light&state=closed"
    looked_for = ["路灯", "飞线 充电", "没有这样的事", "不亮99999"]
    paths = ["/ledger/", f"/ledger/?area={XINCUN[:9]}", f"/ledger/?area={XINCUN}", "/ledger/?state=suspended"]
    paths += [f"/ledger/?{narrowed}", *(f"/ledger/?q={words}" for words in map(quote, looked_for))]
    with gunicorn() as port:
        paths.append(_deep(port))
        times = timed(port, [(path, "") for path in paths])
        seconds = _table(port)
    return {
        "public_ledger_p95_ms": round(p95([taken for page in times for taken in page]), 1),
        "public_ledger_slowest_way_p95_ms": round(max(p95(page) for page in times), 1),
        "public_ledger_table_seconds": round(seconds, 1),
    }


def _deep(port: int) -> str:
    """The address of the twentieth page."""
    path = "/ledger/"
    for _ in range(20):
        path = "/ledger/" + _NEXT.search(_read(port, path).decode())[1].partition("/ledger/")[2].replace("&amp;", "&")
    return path


def _table(port: int) -> float:
    started = time.perf_counter()
    lines = _read(port, "/ledger/table.csv").count(b"\r\n")
    if lines != PUBLISHED + 1:
        raise RuntimeError(f"{lines} lines in the table")
    return time.perf_counter() - started


def _read(port: int, path: str) -> bytes:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    link.request("GET", path)
    answer = link.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.read()
