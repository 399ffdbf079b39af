from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from workdays import services
from workdays.sheets import read_days


class Command(BaseCommand):
    """Loads a year's arrangement of holidays from a file with the columns date, kind (off, work), name, source."""

    help = "Load holidays and working weekends from FILE (.csv or .xlsx: date, kind, name, source)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open("rb") as upload:
                rows = read_days(upload)
        except (OSError, DomainError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{services.load_days(rows, by=None)} days loaded")
        warning = services.coverage_warning()
        if warning:
            self.stderr.write(self.style.WARNING(warning))
