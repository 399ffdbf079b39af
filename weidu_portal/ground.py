"""Everything the portal needs before the first person signs in: ground, holidays, categories, limits, the notice."""

from datetime import time
from pathlib import Path

import workdays
from agency import defaults as agency_defaults
from cases import defaults
from grids import ground
from households import care
from households.services import load_notice
from visits import defaults as visit_defaults
from wishes import defaults as wish_defaults
from workdays import calendar
from workdays.models import Day, Hours
from workdays.services import load_days
from workdays.sheets import read_days

HOLIDAYS = Path(workdays.__file__).parent / "data" / "cn_holidays_2024_2026.csv"


def load() -> int:
    """Insert what is missing; returns the number of areas. Safe to run at every start."""
    areas = ground.load()
    _load_calendar()
    defaults.load()
    load_notice()
    care.load()
    wish_defaults.load()
    visit_defaults.load()
    agency_defaults.load()
    return areas


def _load_calendar() -> None:
    """Migrations seed the calendar; this brings it back where it was emptied."""
    if not Day.objects.exists():
        with HOLIDAYS.open("rb") as sheet:
            load_days(read_days(sheet), by=None)
    if not Hours.objects.exists():
        Hours.objects.create(
            name="全年",
            start="01-01",
            end="12-31",
            morning_start=time(8, 30),
            morning_end=time(12),
            afternoon_start=time(15),
            afternoon_end=time(18),
            is_default=True,
        )
        calendar.forget()
