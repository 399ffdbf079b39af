"""A worker killed in the middle of writing a sheet leaves nothing behind, and the next one writes all of it, once.

Real processes on the real database of this test.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from audit.models import Entry
from conftest import GRID
from grids.models import Building, Compound, Door
from households.models import Household, HouseholdEvent, Membership, Resident
from households.sheets import HouseholdSheet
from jobs import imports
from jobs import services as jobs
from jobs.models import SILENCE, Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
WORK = "import django; django.setup(); from jobs import services; services.work()"
PATIENCE = 120.0
COUNT = 6000


def await_that(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; fail by name when it does not within PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def start_worker(environment: dict[str, str], media: str) -> subprocess.Popen:
    environment = environment | {"DJANGO_SETTINGS_MODULE": "weidu_portal.settings", "MEDIA_ROOT": media}
    return subprocess.Popen([sys.executable, "-c", WORK], env=environment, cwd=settings.BASE_DIR)


def sheet() -> ContentFile:
    headers = ["街道", "社区", "网格", "小区", "楼号", "单元", "房号", "姓名", "与户主关系", "手机号"]
    lines = [",".join(headers)]
    for number in range(COUNT):
        place = f"北大街道,新村社区,第三网格,第一食品厂家属院,{number // 500 + 1},{number // 100 % 5 + 1},{number % 100 + 100}"
        lines.append(f"{place},刘{'一二三四五六七八九十'[number % 10]},户主,138{number:08d}")
    return ContentFile("\n".join(lines).encode())


def busy_writing() -> bool:
    """Whether some backend is in the middle of copying rows, or has copied some that nobody sees yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value > 2000 FROM pg_sequences WHERE sequencename = 'households_household_id_seq'")
        found = cursor.fetchone()
    return bool(found and found[0])


def test_a_worker_killed_half_way_leaves_nothing_and_the_job_starts_again(
    wang, process_environment, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    Compound.objects.create(area_id=GRID, name="第一食品厂家属院", kind="work_unit")
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE households_household_id_seq RESTART")
    imports.begin(HouseholdSheet, sheet(), by=wang)
    jobs.work()
    checked = Job.objects.get(kind=imports.CHECK)
    assert (checked.result["new"], checked.errors) == (COUNT, [])
    job = imports.confirm(checked, by=wang)
    worker = start_worker(process_environment, str(tmp_path))
    await_that(busy_writing, "the worker writes its third chunk")
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    for model in (Household, Resident, Membership, Door, Building, HouseholdEvent):
        assert not model.objects.exists(), model
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING and not job.is_ended
    jobs.work(job.heartbeat_at + SILENCE + timedelta(seconds=1))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("done", 2, {"new": COUNT, "changed": 0, "unchanged": 0})
    assert (Household.objects.count(), Resident.objects.count(), Membership.objects.count()) == (COUNT,) * 3
    assert Entry.objects.filter(verb="households.import").count() == 1
