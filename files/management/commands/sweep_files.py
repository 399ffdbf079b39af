"""manage.py sweep_files: remove stored photos that no row names."""

from datetime import timedelta

from django.core.management.base import BaseCommand

from files import services


class Command(BaseCommand):
    """Run once a day; harmless to repeat and to run beside uploads."""

    help = "Remove stored photos that no row refers to, left behind by transactions that failed."

    def add_arguments(self, parser):
        """--hours: how old a file must be."""
        parser.add_argument("--hours", type=int, default=24, help="age a file must have reached (default 24)")

    def handle(self, *args, hours: int, **options):
        """Sweep and say how much went."""
        removed = services.sweep_files(older_than=timedelta(hours=hours))
        self.stdout.write(f"removed {removed} files without a row")
