"""Keeping what likeness needs: a row per case, the frequencies of grams, and the circles alike cases fall into."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases import likeness as rules
from cases.likeness import Signature, Weights
from cases.models import Case, GramCount, Likeness
from cases.services import similar
from cases.states import NOT_ENDED

# Frequencies are those of the newest texts: language changes little, and the night is short.
COUNTED, CHUNK = 20_000, 500
_ALL = ""


def weights_of(grams: Iterable[str]) -> Weights:
    """How frequent these grams are, in one query."""
    seen = dict(GramCount.objects.filter(gram__in=[*grams, _ALL]).values_list("gram", "texts"))
    return Weights(seen.pop(_ALL, 0), seen)


def signed(text: str, *, subject: str = "", place: str = "") -> Signature:
    """What tells this text from others, in one query; empty where it says nothing."""
    counts = rules.counted(text, subject=subject, place=place)
    return rules.signature(counts, weights_of(counts)) if counts else {}


def remember(case: Case) -> None:
    """Keep the likeness of a new case, in two queries. A complaint about staff is never compared."""
    if not case.about_id and (row := _row(case, _signed_now(case))):
        row.save(force_insert=True)


def _signed_now(case: Case) -> Signature:
    words, more = _words(case)
    return signed(words, **more)


def _words(case: Case) -> tuple[str, dict[str, str]]:
    compound = case.compound.name if case.compound else ""
    return case.text, {"subject": f"{case.subject} {case.title}", "place": f"{case.place} {compound}"}


def _row(case: Case, found: Signature) -> Likeness | None:
    if not found:
        return None
    weights = [round(weight * rules.SCALE) for weight in found.values()]
    return Likeness(case=case, grams=list(found), weights=weights)


def kept(row: Likeness) -> Signature:
    """What a case is told by, as it was kept."""
    return {gram: weight / rules.SCALE for gram, weight in zip(row.grams, row.weights, strict=True)}


def refresh(*, at: datetime | None = None) -> int:
    """Once a night: count grams anew, drop what is over, weigh the rest anew; how many cases are compared.

    1. frequencies from the newest texts; 2. rows of cases that ended, or are older than similar.WITHIN, go; 3. every case
    still compared gets its grams with the new weights, those registered in bulk too.
    """
    at = at or timezone.now()
    _count()
    compared = _compared(at)
    Likeness.objects.exclude(case__in=compared).delete()
    weights = Weights(*_known())
    total = 0
    for some in _chunks(compared.select_related("compound")):
        rows = [_row(case, _signed(case, weights)) for case in some]
        _keep([row for row in rows if row])
        total += len(some)
    return total


def _compared(at: datetime) -> QuerySet[Case]:
    recent = Case.objects.filter(created_at__gte=at - similar.WITHIN, about__isnull=True)
    return recent.filter(status__in=NOT_ENDED)


def _signed(case: Case, weights: Weights) -> Signature:
    words, more = _words(case)
    return rules.signature(rules.counted(words, **more), weights)


def _known() -> tuple[int, dict[str, int]]:
    seen = dict(GramCount.objects.values_list("gram", "texts"))
    return seen.pop(_ALL, 0), seen


def _chunks(rows: QuerySet[Case]) -> Iterator[list[Case]]:
    rows, last = rows.order_by("pk"), 0
    while some := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield some
        last = some[-1].pk


def _keep(rows: list[Likeness]) -> None:
    Likeness.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=["grams", "weights"]
    )


def _count() -> None:
    """Replace the frequencies in one transaction, so that nobody weighs with half of them."""
    newest = Case.objects.filter(about__isnull=True).order_by("-pk").select_related("compound")[:COUNTED]
    texts = (rules.counted(words, **more) for words, more in map(_words, newest.iterator(CHUNK)))
    weights = rules.weigh(texts)
    with transaction.atomic():
        GramCount.objects.all().delete()
        counts = [GramCount(gram=gram, texts=texts) for gram, texts in weights.seen.items()]
        GramCount.objects.bulk_create([GramCount(gram=_ALL, texts=weights.texts), *counts], batch_size=2000)


def place(*, at: datetime | None = None, most: int = 1000) -> int:
    """Put cases that are new here into circles of alike ones; how many were placed.

    A case joins the circle of every case it is alike; where it ties two circles together, they become the older one.
    """
    at, placed = at or timezone.now(), 0
    for row in Likeness.objects.filter(circle__isnull=True).order_by("case_id")[:most]:
        with transaction.atomic():
            _place(row, at)
        placed += 1
    return placed


def _place(row: Likeness, at: datetime) -> None:
    others = similar.alike(Case.objects.exclude(pk=row.pk), kept(row), at=at, limit=similar.CIRCLE)
    found = Likeness.objects.filter(case__in=[other.pk for other in others], circle__isnull=False)
    circles = sorted(set(found.values_list("circle", flat=True)))
    circle = circles[0] if circles else row.pk
    Likeness.objects.filter(circle__in=circles[1:]).update(circle=circle)
    Likeness.objects.filter(pk=row.pk).update(circle=circle)


def of(case: Case) -> Signature:
    """What a case is told by; empty for a complaint, and for one registered in bulk until the next night."""
    row = Likeness.objects.filter(case=case).first()
    return kept(row) if row else {}


def of_circle(rows: QuerySet[Case], circle: int, *, at: datetime | None = None) -> QuerySet[Case]:
    """Those of `rows` that fell into a circle within the last 60 days."""
    return similar.recent(rows, at).filter(likeness__circle=circle)
