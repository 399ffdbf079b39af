"""manage.py load_ground: areas, organizations, posts, holidays, categories, limits and the privacy notice."""

from django.core.management.base import BaseCommand

from weidu_portal import ground


class Command(BaseCommand):
    """Loads the ground; safe to run again."""

    help = "Loads areas, organizations, posts, holidays, categories, limits and the privacy notice. Safe to run again."

    def handle(self, *args, **options) -> None:
        """Load and say how much stands."""
        self.stdout.write(f"{ground.load()} areas")
