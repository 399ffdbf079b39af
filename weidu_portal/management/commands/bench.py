"""manage.py bench: measures the portal in a scratch database and writes a flat JSON of figures."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection

from weidu_portal import ground
from weidu_portal.bench import (
    boards,
    households,
    ledgers,
    pages,
    phone_pages,
    public_ledger,
    rehearsing,
    sheets,
    similar,
    sweeps,
    visiting,
    wishes,
)

PARTS = {
    "climbing": sweeps.climbing,
    "listing": pages.listing,
    "submitting": pages.submitting,
    "idling": sweeps.idling,
    "searching": households.searching,
    "importing": sheets.measure,
    "exporting": ledgers.measure,
    "wishing": wishes.measure,
    "visiting": visiting.measure,
    "phones": phone_pages.measure,
    "rehearsing": rehearsing.measure,
    "publishing": public_ledger.measure,
    "boards": boards.measure,
    "similar": similar.measure,
}


class Command(BaseCommand):
    """Runs the benches."""

    help = "Measures what the portal promises to be quick, part by part, in a scratch database; writes var/bench.json."

    def add_arguments(self, parser) -> None:
        """Where to write, and which parts to run."""
        parser.add_argument("--output", default="var/bench.json", help="file for the figures")
        parser.add_argument("--only", choices=sorted(PARTS), nargs="*", default=sorted(PARTS, key=list(PARTS).index))

    def handle(self, *args, output: str, only: list[str], **options) -> None:
        """Make the scratch database, run the parts, write the figures, drop the database."""
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        figures: dict[str, float] = {}
        try:
            ground.load()
            for name in only:
                measured = PARTS[name]()
                figures |= measured
                for key, value in measured.items():
                    self.stdout.write(f"{key:28} {value}")
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)
        target = Path(output)
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(target.read_text()) if target.exists() else {}
        target.write_text(json.dumps(kept | figures, indent=2, ensure_ascii=False) + "\n")
