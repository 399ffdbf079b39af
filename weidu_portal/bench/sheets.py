"""How fast a sheet of 50,000 households goes in: checked, then written, by the same jobs that people start."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.core.files import File
from django.test.utils import override_settings

from grids.models import Compound
from households.models import Household
from households.sheets import HouseholdSheet
from jobs import imports
from jobs import services as jobs
from jobs.models import Job
from weidu_portal.bench import crowd

HOUSEHOLDS = 50_000
_PER_COMPOUND = 500
XINCUN = "411002005003"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "建国秀兰玉芳小军志强丽华海燕春梅文博晓红"
_TABLES = (
    "households_household, households_membership, households_resident, households_householdevent, households_caretag, "
    "grids_door, grids_entrance, grids_building, grids_compound, jobs_job, audit_entry, notifications_notification"
)


def measure(count: int = HOUSEHOLDS) -> dict[str, float]:
    """Households a second from upload to the last row, and the memory the worker held at most, in MB."""
    member = crowd.member("bench-importer", "community_worker", area=XINCUN)
    Compound.objects.bulk_create(
        Compound(area_id=f"{XINCUN}{1 + number % 3:03d}", name=f"测量{number}号院", kind="estate")
        for number in range(-(-count // _PER_COMPOUND))
    )
    try:
        with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
            seconds = _import(_build(Path(folder) / "households.xlsx", count), member)
        written = Household.objects.count()
    finally:
        crowd.run(f"TRUNCATE {_TABLES} CASCADE")
        member.postings.all().delete()
        member.delete()
    if written != count:
        raise RuntimeError(f"{written} of {count} households were written")
    return {
        "household_import_per_second": round(count / sum(seconds), 1),
        "household_import_check_s": round(seconds[0], 1),
        "household_import_write_s": round(seconds[1], 1),
        "household_import_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _import(sheet: Path, member) -> tuple[float, float]:
    """Seconds of the check and of the writing."""
    with sheet.open("rb") as upload:
        checking = imports.begin(HouseholdSheet, File(upload), by=member)
    checked, check_seconds = _worked(checking)
    _, write_seconds = _worked(imports.confirm(checked, by=member))
    return check_seconds, write_seconds


def _worked(job: Job) -> tuple[Job, float]:
    started = time.perf_counter()
    jobs.work()
    taken = time.perf_counter() - started
    job = Job.objects.get(pk=job.pk)
    if job.state != Job.State.DONE or job.errors:
        raise RuntimeError(f"the job ended {job.state}: {job.problem} {job.errors[:3]}")
    return job, taken


def _build(target: Path, count: int) -> Path:
    """A workbook of `count` invented households with 2.2 people each."""
    book = xlsxwriter.Workbook(str(target), {"constant_memory": True})
    sheet = book.add_worksheet()
    headers = [column.header for column in HouseholdSheet.layout()]
    sheet.write_row(0, 0, headers)
    for line, cells in enumerate(_people(count), start=1):
        for place, header in enumerate(headers):
            if header in cells:
                sheet.write(line, place, cells[header])
    book.close()
    return target


def _people(count: int) -> Iterator[dict[str, Any]]:
    serial = 0
    for number in range(count):
        compound, place = divmod(number, _PER_COMPOUND)
        building, within = divmod(place, 100)
        unit, flat = divmod(within, 50)
        for person in range(2 + (number % 5 == 0)):
            serial += 1
            name = _SURNAMES[number % 20] + _GIVEN[serial % 20] + _GIVEN[(serial // 20 + person) % 20]
            yield {
                "街道": "北大街道",
                "社区": "新村社区",
                "网格": f"第{'一二三'[compound % 3]}网格",
                "小区": f"测量{compound}号院",
                "楼号": building + 1,
                "单元": unit + 1,
                "房号": f"{flat // 4 + 1}{flat % 4 + 1:02d}",
                "户类型": "" if person else "常住",
                "姓名": name + ("甲" if person == 2 else ""),
                "与户主关系": "其他" if person else "户主",
                "性别": "女" if person else "男",
                "出生年": 1940 + serial % 80,
                "手机号": 13_000_000_000 + serial * 37 % 900_000_000,
            }
