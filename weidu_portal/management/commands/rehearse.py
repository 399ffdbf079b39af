"""manage.py rehearse: a simulated quarter of the district in a scratch database; or, with --refit, its table fitted anew."""

from argparse import ArgumentParser
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from cases import limits
from common.errors import DomainError
from weidu_portal import ground
from weidu_portal.rehearsal import fitting
from weidu_portal.rehearsal.figures import figures
from weidu_portal.rehearsal.parameters import SHIPPED, Parameters
from weidu_portal.rehearsal.running import Rehearsal, Result
from workdays import calendar

# A quarter whose holidays are loaded, with a working Sunday in it.
START, DAYS, SEED = date(2026, 7, 1), 92, 411002
MOST_FAULTS = 50


class Command(BaseCommand):
    """Plays the district day by day and fails where an invariant does not hold."""

    help = "Simulates a quarter of the district through the portal's own services in a scratch database and checks every invariant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to play, or what to fit."""
        parser.add_argument("--days", type=int, default=DAYS, help="days of the calendar (default: a quarter)")
        parser.add_argument("--start", type=date.fromisoformat, default=START, help="first day, like 2026-07-01")
        parser.add_argument("--scale", type=float, default=1.0, help="how many times the arrivals of the table")
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed draws the same quarter")
        parser.add_argument("--parameters", type=Path, default=SHIPPED, help="another table than the shipped one")
        parser.add_argument(
            "--refit", type=Path, metavar="CSV", help="fit the table to messages (sent_at, replied_at) and play nothing"
        )

    def handle(self, *args: Any, refit: Path | None, parameters: Path, **options: Any) -> None:
        """Play or fit. CommandError (exit code 1) where an invariant fails or an input is refused."""
        try:
            if refit is not None:
                self._refit(refit, parameters)
                return
            table = Parameters.load(parameters)
            self._play(table, **{name: options[name] for name in ("start", "days", "scale", "seed")})
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _refit(self, messages: Path, path: Path) -> None:
        table = Parameters.load(path)
        before = deepcopy(table.table["fitted"])
        found = fitting.refit(table, fitting.read(messages))
        table.save(path)
        for line in fitting.goodness(found):
            self.stdout.write(line)
        changed = fitting.changes(before, table.table["fitted"])
        for line in changed or ["Nothing changed."]:
            self.stdout.write(line)

    def _play(self, table: Parameters, **options: Any) -> None:
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            ground.load()
            result, rows = self._days(table, **options)
        finally:
            connection.creation.destroy_test_db(real, verbosity=0)
            calendar.forget()
            limits.forget()
        self._report(result, rows)

    def _days(self, table: Parameters, **options: Any) -> tuple[Result, list[tuple[str, str]]]:
        rehearsal = Rehearsal(table, **options)
        with tqdm(total=len(rehearsal.days), desc="Rehearsing", unit=" days", leave=False, disable=None) as bar:

            def say(day: date, result: Result) -> None:
                bar.set_postfix(day=f"{day:%m-%d}", cases=result.cases, faults=len(result.faults))
                bar.update()

            result = rehearsal.run(say)
        return result, figures(_end(rehearsal))

    def _report(self, result: Result, rows: list[tuple[str, str]]) -> None:
        for name, value in rows:
            self.stdout.write(f"{name:32} {value}")
        self.stdout.write(
            f"\n{result.cases} cases in {result.steps} steps, {result.seconds:.0f} s, of which {result.checking:.0f} s checks: "
            f"{result.cases_per_second:.1f} cases a second"
        )
        for words, count in result.refused.most_common():
            self.stdout.write(f"refused {count:5} × {words}")
        if result.faults:
            shown = "\n".join(map(str, result.faults[:MOST_FAULTS]))
            raise CommandError(f"{len(result.faults)} invariants do not hold:\n{shown}")
        self.stdout.write("Every invariant holds.")


def _end(rehearsal: Rehearsal) -> datetime:
    return rehearsal.clock
