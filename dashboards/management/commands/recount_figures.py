"""manage.py recount_figures [--check]: compares the kept totals with a fresh count over all cases."""

from django.core.management.base import BaseCommand, CommandError

from dashboards.services import folding


class Command(BaseCommand):
    """Counts afresh, and puts right what differs unless only asked to check."""

    help = "Compares the totals of the boards with a fresh count over all cases; puts right what differs."

    def add_arguments(self, parser) -> None:
        """--check changes no total."""
        parser.add_argument("--check", action="store_true", help="only compare; ends with an error where totals differ")

    def handle(self, *args, check: bool, **options) -> None:
        """Compare, print, and fail a check that found something."""
        found = folding.recount(repair=not check)
        for (day, kind, key), apart in found.apart.items():
            self.stdout.write(f"{day} {kind} {key}: {apart}")
        if found.exact:
            self.stdout.write("all totals equal a fresh count")
        elif check:
            raise CommandError(f"{len(found.apart)} totals differ")
        else:
            self.stdout.write(f"{len(found.apart)} totals put right")
