"""The system check that says loudly when the calendar ends."""

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import connections

from workdays.models import Day
from workdays.services import missing_years


def calendar_is_loaded(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """workdays.W001 while a year in use has no arrangement; silent before the first migration."""
    if "default" not in (databases or ()) or not _has_tables():
        return []
    years = missing_years()
    if not years:
        return []
    named = ", ".join(map(str, years))
    hint = "Load the State Council's notice: manage.py load_holidays FILE.csv"
    return [Warning(f"No holidays loaded for {named}: Monday to Friday is assumed.", hint=hint, id="workdays.W001")]


def _has_tables() -> bool:
    names = connections["default"].introspection.table_names()
    return Day._meta.db_table in names and "workdays_hours" in names
