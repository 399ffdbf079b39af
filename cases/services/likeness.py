"""Keeping what likeness needs: a row per case, the frequencies of grams, and the circles alike cases fall into."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases import likeness as rules
from cases.likeness import Signature, Told, Weights
from cases.models import Case, GramCount, Likeness
from cases.services import similar
from cases.states import Status

# Frequencies are those of the newest texts: language changes little, and the night is short.
COUNTED, CHUNK = 20_000, 500
_ALL = ""


def weights_of(grams: Iterable[str]) -> Weights:
    """How frequent these grams are, in one query."""
    seen = dict(GramCount.objects.filter(gram__in=[*grams, _ALL]).values_list("gram", "texts"))
    return Weights(seen.pop(_ALL, 0), seen)


def told(text: str, *, subject: str = "", place: str = "") -> Told:
    """What tells this text from others, in one query; empty where it says nothing."""
    matters = rules.counted(text, subject=subject, place=place)
    return rules.told(matters, weights_of(matters)) if matters else Told()


def remember(case: Case) -> None:
    """Keep the likeness of a new case, in two queries. A complaint about staff is never compared."""
    if not case.about_id and (words := _told_now(case).words):
        row_of(case.pk, words).save(force_insert=True)


def _told_now(case: Case) -> Told:
    words, more = _words(case)
    return told(words, **more)


def _words(case: Case) -> tuple[str, dict[str, str]]:
    compound = case.compound.name if case.compound else ""
    return case.text, {"subject": f"{case.subject} {case.title}", "place": f"{case.place} {compound}"}


def row_of(case_id: int, words: Signature) -> Likeness:
    """A row that is not written yet."""
    return Likeness(
        case_id=case_id, grams=list(words), weights=[round(weight * rules.SCALE) for weight in words.values()]
    )


def kept(row: Likeness) -> Signature:
    """What a case is told by, as it was kept."""
    return {gram: weight / rules.SCALE for gram, weight in zip(row.grams, row.weights, strict=True)}


def refresh(*, at: datetime | None = None) -> int:
    """Once a night: count grams anew, drop what is over, weigh the rest anew; how many cases are compared.

    1. frequencies from the newest texts; 2. rows of cases older than similar.WITHIN, or merged, go; 3. every case
    still compared gets its grams with the new weights, those registered in bulk too.
    """
    at = at or timezone.now()
    _count()
    compared = _compared(at)
    Likeness.objects.exclude(case__in=compared).delete()
    weights = known()
    total = 0
    for some in _chunks(compared.select_related("compound")):
        _keep([row_of(case.pk, words) for case in some if (words := _signed(case, weights))])
        total += len(some)
    return total


def _compared(at: datetime) -> QuerySet[Case]:
    """Ended ones too: a board counts how often a trouble was told of. Not what was merged, that is told once more already."""
    recent = similar.recent(Case.objects.filter(about__isnull=True), at)
    return recent.exclude(status__in=[Status.MERGED, Status.WITHDRAWN])


def _signed(case: Case, weights: Weights) -> Signature:
    words, more = _words(case)
    return rules.signature(rules.counted(words, **more), weights)


def known() -> Weights:
    """All frequencies there are."""
    seen = dict(GramCount.objects.values_list("gram", "texts"))
    return Weights(seen.pop(_ALL, 0), seen)


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
    newest = Case.objects.filter(about__isnull=True).order_by("-pk").select_related("compound")[:COUNTED]
    count(rules.counted(words, **more) for words, more in map(_words, newest.iterator(CHUNK)))


def count(texts: Iterable[Mapping[str, float]]) -> None:
    """Take the frequencies from these texts from now on."""
    weights = rules.weigh(texts)
    # In one transaction, so that nobody weighs with half of them.
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
    others = similar.alike(Case.objects.exclude(pk=row.pk).only("pk"), _told_of(row), at=at, limit=similar.CIRCLE)
    found = Likeness.objects.filter(case__in=[other.pk for other in others], circle__isnull=False)
    circles = sorted(set(found.values_list("circle", flat=True)))
    circle = circles[0] if circles else row.pk
    Likeness.objects.filter(circle__in=circles[1:]).update(circle=circle)
    Likeness.objects.filter(pk=row.pk).update(circle=circle)


def of(case: Case) -> Told:
    """What a case is told by, in two queries; empty for a complaint, and for one registered in bulk until the next night."""
    row = Likeness.objects.filter(case=case).first()
    return _told_of(row) if row else Told()


def _told_of(row: Likeness) -> Told:
    return Told(kept(row), rules.searched(kept(row), weights_of(row.grams)))


def of_circle(rows: QuerySet[Case], circle: int, *, at: datetime | None = None) -> QuerySet[Case]:
    """Those of `rows` that fell into a circle within the last 60 days."""
    return similar.recent(rows, at).filter(likeness__circle=circle)
