"""Every overdue case climbs once per deadline: many sweepers, SIGKILL, double delivery, an emptied broker.

Real processes on the real database and broker of this test.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Category, Event
from cases.states import Alarm
from conftest import GRID
from grids.levels import Level
from notifications.models import Notification

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

SWEEP = "import django; django.setup(); from cases import services; print(services.sweep(chunk={chunk}).total)"
PATIENCE = 60.0


@pytest.fixture
def overdue(ground) -> Callable[[int], None]:
    """overdue(n): n cases at the grid whose time is over."""

    def make(count: int) -> None:
        category, now = Category.objects.get(code="light-street"), timezone.now()
        past = now - timedelta(minutes=5)
        Case.objects.bulk_create(
            Case(
                number=f"WDX{position:07d}",
                category=category,
                channel="web",
                text="路灯不亮",
                origin_area_id=GRID,
                area_id=GRID,
                level=Level.GRID,
                event_count=1,
                sign_by=past,
                warn_at=past,
                due_at=past,
                climb_at=past,
            )
            for position in range(count)
        )

    return make


def await_that(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fail by name when it does not within PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def start_sweeper(environment: dict[str, str], chunk: int) -> subprocess.Popen:
    command = [sys.executable, "-c", SWEEP.format(chunk=chunk)]
    environment = environment | {"DJANGO_SETTINGS_MODULE": "weidu_portal.settings"}
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)


def start_worker(environment: dict[str, str]) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "weidu_portal",
        "worker",
        "-c",
        "2",
        "-l",
        "warning",
        "--without-mingle",
    ]
    return subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, start_new_session=True)


def climbed() -> int:
    return Case.objects.filter(level=Level.COMMUNITY).count()


def assert_each_climbed_once(count: int) -> None:
    """One step, one event, one audit entry and two notices for each case, and nothing left at the grid."""
    assert Case.objects.filter(level=Level.COMMUNITY, step=2, event_count=2).count() == count
    assert Event.objects.filter(alarm=Alarm.CLIMB).count() == count
    assert not Event.objects.values("case").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert Entry.objects.filter(verb="case.climb").values("subject_id").distinct().count() == count
    assert Entry.objects.filter(verb="case.climb").count() == count
    assert Notification.objects.count() == 2 * count


def test_four_sweepers_at_once_move_each_case_once(overdue, process_environment):
    overdue(2000)
    sweepers = [start_sweeper(process_environment, chunk=50) for _ in range(4)]
    totals = [int(sweeper.communicate(timeout=PATIENCE)[0]) for sweeper in sweepers]
    assert sum(totals) == 2000
    assert_each_climbed_once(2000)


def test_a_sweeper_killed_in_the_middle_leaves_whole_chunks_and_the_next_one_finishes(overdue, process_environment):
    overdue(3000)
    sweeper = start_sweeper(process_environment, chunk=5)
    await_that(lambda: climbed() >= 50, "the sweeper moves its first cases")
    sweeper.send_signal(signal.SIGKILL)
    sweeper.communicate()
    left = climbed()
    assert 0 < left < 3000, "killed in the middle"
    assert left % 5 == 0
    assert_each_climbed_once(left)
    assert int(start_sweeper(process_environment, chunk=500).communicate(timeout=PATIENCE)[0]) == 3000 - left
    assert_each_climbed_once(3000)


def test_killed_workers_double_deliveries_and_an_emptied_broker_lose_and_double_nothing(overdue, process_environment):
    from cases.tasks import sweep

    overdue(3000)
    for _ in range(20):
        sweep.delay()
    worker = start_worker(process_environment)
    await_that(lambda: climbed() > 0, "a worker begins to sweep")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushall()
    overdue_again = timezone.now() - timedelta(minutes=5)
    Case.objects.filter(level=Level.GRID).update(climb_at=overdue_again)
    worker = start_worker(process_environment)
    for _ in range(3):
        sweep.delay()
    try:
        await_that(lambda: climbed() == 3000, "the next ticks finish the work")
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(timeout=PATIENCE)
    assert_each_climbed_once(3000)
