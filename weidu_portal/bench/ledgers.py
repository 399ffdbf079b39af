"""How fast a ledger of 100,000 households is written, and with how much memory: in a process that does nothing else."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from grids.levels import Level
from grids.models import Area, Compound
from households.services.bulk import HouseholdRow, PersonRow, write
from jobs import services as jobs
from weidu_portal.bench import crowd
from weidu_portal.settings import env

HOUSEHOLDS, PER_COMPOUND = 100_000, 200
USER = "bench-ledger"
_PROCESS = "import django; django.setup(); from weidu_portal.bench import ledgers; ledgers.write_one()"


def measure() -> dict[str, float]:
    """`ledger_export_rows_per_second` and `ledger_export_peak_mb` of a masked ledger of 100,000 households."""
    _settle()
    user = crowd.member(USER, "street_director", area="411002")
    job = jobs.start(
        "export-ledger",
        payload={"ledger": "households", "unmasked": False},
        input_file=ContentFile(b"query=&reason=&words="),
        by=user,
    )
    try:
        written = _in_a_process()
        job.refresh_from_db()
        job.result_file.delete(save=False)
    finally:
        _clear()
    if job.result.get("rows") != HOUSEHOLDS:
        raise RuntimeError(f"{job.result.get('rows')} of {HOUSEHOLDS} households were written: {job.problem}")
    return {
        "ledger_export_rows_per_second": round(HOUSEHOLDS / written["seconds"]),
        "ledger_export_peak_mb": round(written["peak_kb"] / 1024, 1),
    }


def _settle() -> None:
    """Compounds all over the district, full of households with a name and a phone each."""
    grids = Area.objects.in_service().on(Level.GRID).order_by("code").values_list("code", flat=True)
    compounds = [
        Compound(area_id=grids[number % len(grids)], name=f"量测{number}号院", kind="work_unit")
        for number in range(HOUSEHOLDS // PER_COMPOUND)
    ]
    Compound.objects.bulk_create(compounds)
    write(_rows(compounds), source="bench", by=None)
    for table in ("households_household", "households_resident", "grids_door"):
        crowd.run(f"VACUUM ANALYZE {table}")


def _rows(compounds: list[Compound]) -> Iterator[HouseholdRow]:
    for number in range(HOUSEHOLDS):
        compound, door = compounds[number // PER_COMPOUND], number % PER_COMPOUND
        name, phone = f"王{'建国秀英海燕志强'[number % 4 * 2 :][:2]}", f"199{number:08d}"
        room = f"{1 + door % 20:02d}{1 + door // 100}"
        row = HouseholdRow(compound.pk, 1 + door // 100, 1 + door // 20 % 5, room, compound.area_id)
        row.people, row.contact_name, row.contact_phone = [PersonRow(name, "", "head", phone=phone)], name, phone
        yield row


def _in_a_process() -> dict[str, float]:
    base, _, _ = env("DATABASE_URL").rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "weidu_portal.settings",
    }
    command = [sys.executable, "-c", _PROCESS]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, check=True, stdout=subprocess.PIPE, timeout=900
    )
    return json.loads(done.stdout.splitlines()[-1])


def _clear() -> None:
    """Household tables as they were found: empty."""
    crowd.run("TRUNCATE households_household, grids_door RESTART IDENTITY CASCADE")
    for table in ("grids_entrance", "grids_building", "grids_compound"):
        crowd.run(f"DELETE FROM {table}")


def write_one() -> None:
    """The waiting job, done as a worker does it and timed; called in a process of its own, prints what it took as JSON."""
    started = time.perf_counter()
    jobs.work()
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{json.dumps({'seconds': seconds, 'peak_kb': peak})}\n")
