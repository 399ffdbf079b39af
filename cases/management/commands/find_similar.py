"""`manage.py find_similar --report`: groups of cases, or of messages in a file, that tell of one trouble."""

import csv
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cases import likeness as rules
from cases.models import Case
from cases.services import likeness, similar


@dataclass(frozen=True)
class Told:
    """One text: its number, how it is called in the report, and the grams it is told by."""

    number: str
    title: str
    words: rules.Signature


class Command(BaseCommand):
    """Prints groups, the largest first. Writes nothing: a file is compared in memory, by weights of its own texts."""

    help = "Print groups of texts that are alike: open cases of the last 60 days, or a UTF-8 .csv of id, subject, body."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to compare, and how much of it to print."""
        parser.add_argument("--report", action="store_true", required=True, help="print the groups")
        parser.add_argument("--csv", type=Path, help="compare these messages instead of cases; nothing is stored")
        parser.add_argument("--least", type=float, default=rules.ALIKE, help="how alike a pair has to be (0 to 1)")
        parser.add_argument("--top", type=int, help="print only so many groups")

    def handle(self, *, csv: Path | None, least: float, top: int | None, **options) -> None:
        """Compare all with all, unite pairs, print."""
        texts = _messages(csv) if csv else _cases()
        found = rules.groups(len(texts), rules.alike_pairs([text.words for text in texts], least))
        for position, group in enumerate(found[:top], start=1):
            self.stdout.write(f"第{position}组，{len(group)}件")
            for index in group:
                self.stdout.write(f"  {texts[index].number}\t{texts[index].title}")
        held = sum(map(len, found))
        self.stdout.write(f"比较{len(texts)}件，{len(found)}组共{held}件相似")


def _messages(file: Path) -> list[Told]:
    if not file.exists():
        raise CommandError(f"no such file: {file}")
    csv.field_size_limit(10_000_000)
    with file.open(encoding="utf-8-sig", newline="") as sheet:
        reader = csv.DictReader(sheet)
        if not {"id", "body"} <= set(reader.fieldnames or ()):
            raise CommandError("the file needs the columns id and body")
        rows = list(reader)
    counts = [rules.counted(row["body"] or "", subject=row.get("subject") or "") for row in rows]
    weights = rules.weigh(counts)
    return [
        Told(row["id"], " ".join((row.get("subject") or "").split()), rules.signature(count, weights))
        for row, count in zip(rows, counts, strict=True)
    ]


def _cases() -> list[Told]:
    rows = similar.recent(Case.objects.open()).filter(likeness__isnull=False).select_related("category", "likeness")
    return [
        # The residents' own words stay where they are: a terminal is not the place for them.
        Told(case.number, case.title or case.category.name, likeness.kept(case.likeness))
        for case in rows.order_by("pk")
    ]
