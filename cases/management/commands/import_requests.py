"""`manage.py import_requests FILE.csv`: a collection of messages through the same intake as the form."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from cases import services as cases
from cases.models import Category, Report
from cases.services import Request
from cases.sheets import MessageRules, message_request
from cases.states import Channel
from common.errors import DomainError
from grids.levels import Level
from grids.models import Area

BATCH = 200
Refused = tuple[int, str, str]


class Command(BaseCommand):
    """Registers every row once: a second run of the same source registers nothing."""

    help = "Import messages (id, subject, sent_at, body) from a UTF-8 .csv; refused rows are listed with reasons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE, where the messages came from, and where they belong."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--channel", choices=Channel.values, default=Channel.WEB)
        parser.add_argument("--source", help="name of the collection; ids are unique within it (default: file name)")
        parser.add_argument("--area", help="code of the area the messages belong to (default: the district)")
        parser.add_argument("--spread", action="store_true", help="spread rows over the communities of the area")
        parser.add_argument("--category", help="code of one category for all; otherwise guessed by keywords")
        parser.add_argument("--refused", type=Path, help="where refused rows go (default: FILE.refused.csv)")

    def handle(self, *, file: Path, **options) -> None:
        """Read, register in batches of 200, count."""
        if not file.exists():
            raise CommandError(f"no such file: {file}")
        csv.field_size_limit(10_000_000)
        rules = _rules(file, options)
        counts = {"read": 0, "new": 0, "known": 0}
        refused: list[Refused] = []
        with tqdm(total=_count(file), unit="row", file=sys.stderr, disable=options["verbosity"] == 0) as bar:
            rows = _rows(file)
            while batch := list(islice(rows, BATCH)):
                with transaction.atomic():
                    new, known = _register(batch, rules, refused)
                counts = {
                    "read": counts["read"] + len(batch),
                    "new": counts["new"] + new,
                    "known": counts["known"] + known,
                }
                bar.update(len(batch))
        self._tell(counts, refused, options["refused"] or file.with_suffix(".refused.csv"))

    def _tell(self, counts: dict[str, int], refused: list[Refused], target: Path) -> None:
        for number, source_id, reason in refused:
            self.stdout.write(f"第{number}行（{source_id}）：{reason}")
        if refused:
            with target.open("w", encoding="utf-8-sig", newline="") as sheet:
                csv.writer(sheet).writerows([("row", "id", "reason"), *refused])
            self.stdout.write(f"未收的行写在 {target}")
        self.stdout.write(
            f"读到{counts['read']}行，新登记{counts['new']}件，已登记过{counts['known']}件，未收{len(refused)}行"
        )


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, cells); rows count from 2, as a spreadsheet shows them under the headers."""
    with file.open(encoding="utf-8-sig", newline="") as sheet:
        reader = csv.DictReader(sheet)
        if not {"id", "body"} <= set(reader.fieldnames or ()):
            raise CommandError("the file needs the columns id and body")
        yield from enumerate(reader, start=2)


def _count(file: Path) -> int:
    return sum(1 for _ in _rows(file))


def _register(batch: list, rules: MessageRules, refused: list[Refused]) -> tuple[int, int]:
    """Register one batch; returns how many were new and how many known."""
    ids = [(row.get("id") or "").strip() for _, row in batch]
    taken = Report.objects.filter(source=rules.source, source_id__in=ids)
    known, new, passed = set(taken.values_list("source_id", flat=True)), 0, 0
    for number, row in batch:
        source_id = (row.get("id") or "").strip()
        if source_id in known:
            passed += 1
            continue
        try:
            request: Request = message_request(row, rules)
            cases.register(request, by=None)
        except DomainError as refusal:
            refused.append((number, source_id, refusal.message))
            continue
        known.add(source_id)
        new += 1
    return new, passed


def _rules(file: Path, options: dict) -> MessageRules:
    categories = {category.code: category for category in Category.objects.all()}
    if options["category"] and options["category"] not in categories:
        raise CommandError(f"no such category: {options['category']}")
    return MessageRules(
        channel=options["channel"],
        source=(options["source"] or file.stem)[:40],
        areas=_areas(options["area"], spread=options["spread"]),
        categories=categories,
        category=categories.get(options["category"] or ""),
    )


def _areas(code: str | None, *, spread: bool) -> list[Area]:
    served = Area.objects.in_service()
    area = served.filter(code=code).first() if code else served.on(Level.DISTRICT).first()
    if area is None:
        raise CommandError(f"no such area in service: {code}")
    if not spread:
        return [area]
    communities = list(served.on(Level.COMMUNITY).beneath(area.code).order_by("code"))
    if not communities:
        raise CommandError(f"{area.code} has no communities to spread over")
    return communities
