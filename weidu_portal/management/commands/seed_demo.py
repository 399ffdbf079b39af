"""manage.py seed_demo: the demonstration's accounts and cases; safe to run at every start."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from common.errors import DomainError
from weidu_portal.demo import people, posts, seeding, soon


class Command(BaseCommand):
    """Adds what is missing of the demonstration and says what to look at."""

    help = "Adds demonstration accounts and cases. Only with WEIDU_DEMO=1; safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--no-fresh-due leaves the cases out that climb within minutes."""
        parser.add_argument(
            "--fresh-due", action=BooleanOptionalAction, default=True, help="cases that fall due in the next minutes"
        )

    def handle(self, *args: Any, fresh_due: bool, **options: Any) -> None:
        """Seed, then print accounts and what to look at."""
        with tqdm(desc="Telling the past weeks", unit=" steps", leave=False, disable=None) as bar:
            try:
                added = seeding.seed(fresh_due=fresh_due, say=lambda left: bar.update())
            except DomainError as refusal:
                raise CommandError(refusal.message) from refusal
        if added.nothing:
            self.stdout.write("The demonstration data are already there; nothing was changed.")
        else:
            self.stdout.write(
                f"Added {added.accounts} accounts, {added.households} households, {added.postings} postings "
                f"(posts filled {posts.share_filled()} %), {added.neighbourhood} rows of the neighbourhood, "
                f"{added.wishes} micro-wishes, {added.visits} visits, {added.errands} errands, "
                f"{added.cases} cases with their history and {added.due_soon} cases that fall due in the next minutes."
            )
        self._accounts()
        self._what_to_look_at()

    def _accounts(self) -> None:
        self.stdout.write(f"\nDemonstration accounts, all with the password {people.PASSWORD}")
        for account in (*people.CAST, people.ADMINISTRATOR, people.AUDITOR):
            self.stdout.write(f"  {account.username:<9} {account.title}　{account.shows}")
        self.stdout.write(
            "  jd…, sq…, wg… + the last digits of an area's code: 街道、社区、网格; zhujian, gongshui, …: 单位\n"
        )

    def _what_to_look_at(self) -> None:
        due = soon.due_soon(timezone.now()).select_related("area")
        climbing = "; ".join(f"{timezone.localtime(c.due_at):%H:%M} {c.number} {c.get_level_display()}" for c in due)
        if climbing:
            self.stdout.write(f"Watch them climb (sign in as zhao or qian): {climbing}")
        if report := seeding.example():
            self.stdout.write(f"Track one as a resident: {report.receipt}, last digits {report.phone.plain[-4:]}")
