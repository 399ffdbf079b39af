import csv
from datetime import time
from pathlib import Path

from django.db import migrations

DAYS = Path(__file__).resolve().parent.parent / "data" / "cn_holidays_2024_2026.csv"


def seed(apps, schema_editor):
    """Holidays of 2024-2026, and one row of hours for the whole year: a default of the portal, not of the district."""
    day, hours = apps.get_model("workdays", "Day"), apps.get_model("workdays", "Hours")
    with DAYS.open(encoding="utf-8", newline="") as lines:
        day.objects.bulk_create([day(**row) for row in csv.DictReader(lines)])
    hours.objects.create(
        name="全年",
        start="01-01",
        end="12-31",
        morning_start=time(8, 30),
        morning_end=time(12),
        afternoon_start=time(15),
        afternoon_end=time(18),
        is_default=True,
    )


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_days_and_hours")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
