"""How fast pages answer, over HTTP, from the same gunicorn that `make demo` runs."""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from weidu_portal.bench import crowd
from weidu_portal.settings import env

CASES, READS, CLIENTS, SUBMITS = 100_000, 200, 4, 600
XINCUN = "411002005003"
# One address and one browser stand for a whole district here.
WIDENED = ("submit-network", "submit-browser", "try-network", "try-browser")


@contextmanager
def gunicorn() -> Iterator[int]:
    """The web server with two workers on a free port, on the scratch database; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base, _, _ = env("DATABASE_URL").rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "HASHED_STATIC": "1",
        "LOG_LEVEL": "WARNING",
        "PUBLIC_LIMITS": ",".join(f"{key}=9999999/hour" for key in WIDENED),
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "weidu_portal.wsgi",
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", "/healthz")
            if link.getresponse().status == 200:
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def timed(port: int, pages: list[tuple[str, str]], count: int = READS) -> list[list[float]]:
    """Milliseconds of `count` reads of each (path, cookie), in turn over one kept connection, after a warm-up.

    In turn, so that a machine that slows down slows all of them down.
    """
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times: list[list[float]] = [[] for _ in pages]
    for turn in range(count + 20):
        for (path, cookie), taken in zip(pages, times, strict=True):
            started = time.perf_counter()
            link.request("GET", path, headers={"Cookie": f"weidu_session={cookie}"})
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            if turn >= 20:
                taken.append((time.perf_counter() - started) * 1000)
    return times


def p95(times: list[float]) -> float:
    """The time that nineteen of twenty stay below."""
    return statistics.quantiles(times, n=20)[-1]


def listing() -> dict[str, float]:
    """Queries and times of the case list with 50 rows, for a street among 100,000 cases, beside an empty page."""
    crowd.empty()
    crowd.grow(1, CASES)
    director = crowd.member("bench-street", "street_director", area=XINCUN[:9])
    collector = crowd.member("bench-district", "collector_head", area="411002", unit="zuzhibu")
    # No view chosen: everything of the street, the largest list there is.
    path = f"{reverse('desk:cases')}?view=all&per=50"
    client = Client(SERVER_NAME="localhost")
    client.cookies["weidu_session"] = crowd.session_of(director)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path)
    if page.content.count(b" data-pick aria") < 50:
        raise RuntimeError("the list shows fewer than 50 rows")
    own, all_over = crowd.session_of(director), crowd.session_of(collector)
    with gunicorn() as port:
        street, district, blank = timed(port, [(path, own), (path, all_over), (reverse("desk:notices"), own)])
    return {
        "case_list_queries": len(captured),
        "case_list_p95_ms": round(p95(street), 1),
        "case_list_p50_ms": round(statistics.median(street), 1),
        "case_list_district_p95_ms": round(p95(district), 1),
        "empty_page_p50_ms": round(statistics.median(blank), 1),
        "case_list_vs_empty_page": round(statistics.median(street) / statistics.median(blank), 2),
    }


def _form_fields(port: int) -> tuple[dict[str, str], str]:
    """Hidden fields and cookie of a fresh public form."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("GET", reverse("public:request"))
    answer = link.getresponse()
    html, cookie = answer.read().decode(), answer.getheader("Set-Cookie", "")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    token = re.search(r"csrftoken=([^;]+)", cookie)
    return hidden, f"csrftoken={token.group(1)}" if token else ""


def _submit(port: int, count: int, times: list[float]) -> None:
    """One client: `count` residents one after another, each with a session of their own."""
    hidden, cookie = _form_fields(port)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for turn in range(count):
        fields = hidden | {
            "submission": str(uuid.uuid4()),
            "category": "other",  # no case of the crowd is offered as similar, but they are searched
            "community": XINCUN,
            "grid": f"{XINCUN}003",
            "place": "三号楼前",
            "text": "楼前的路灯几天没亮了，晚上走路看不清，老人出门不方便。",
            "name": "刘女士",
            "phone": f"138{turn % 100000000:08d}",
        }
        started = time.perf_counter()
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        link.request("POST", reverse("public:request"), urllib.parse.urlencode(fields), headers)
        answer = link.getresponse()
        answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != 302:
            raise RuntimeError(f"the form answered {answer.status}")


def submitting() -> dict[str, float]:
    """Requests a second through the public form, and the time of one, with four clients on two workers."""
    times: list[float] = []
    with gunicorn() as port:
        _submit(port, 20, [])
        clients = [threading.Thread(target=_submit, args=(port, SUBMITS // CLIENTS, times)) for _ in range(CLIENTS)]
        started = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - started
    if len(times) != SUBMITS:
        raise RuntimeError(f"{len(times)} of {SUBMITS} requests were answered")
    return {"submit_per_second": round(SUBMITS / seconds, 1), "submit_p95_ms": round(p95(times), 1)}
