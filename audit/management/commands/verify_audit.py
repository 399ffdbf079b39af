from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import services


class Command(BaseCommand):
    """Checks the whole audit chain. Exit code 1 at the first break, or where a noted head is gone."""

    help = "Check the audit chain; prints its head, which belongs into a notebook outside the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--expect", metavar="SEQUENCE:HASH", help="a head noted earlier that must still be there")

    def handle(self, *args: Any, expect: str | None, **options: Any) -> None:
        for broken in services.verify(limit=1):
            raise CommandError(f"chain breaks at {broken.sequence} (entry {broken.entry_id}): {broken.reason}")
        if expect:
            sequence, _, hash_hex = expect.partition(":")
            if not services.holds(int(sequence), hash_hex):
                raise CommandError(f"the noted head {sequence} is gone: entries were cut off")
        sequence, hash_hex = services.head()
        self.stdout.write(f"chain holds: {sequence} entries, head {sequence}:{hash_hex}")
