"""Which open cases may be the same trouble as what somebody says: by place and category, or because the words are alike."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case as Choose
from django.db.models import CharField, F, FloatField, Func, Q, QuerySet, SmallIntegerField, Value, When
from django.utils import timezone

from cases import likeness as rules
from cases.likeness import Told
from cases.models import Case
from grids.levels import Level, code_at, level_of

# A trouble of two months ago is another one.
WITHIN = timedelta(days=60)
# How many alike cases are looked at to find the circles a case ties together.
CIRCLE = 50


@dataclass(frozen=True)
class Asked:
    """What is compared with the cases there are. Empty parts compare nothing."""

    area: str
    categories: list[int] = field(default_factory=list)
    compound: int | None = None
    words: Told = field(default_factory=Told)


class _Pairs(Func):
    """Grams and weights as rows."""

    function = "unnest"


class _Score(Func):
    """The cosine of a case's grams and those asked for, times SCALE squared."""

    template = (
        "(SELECT coalesce(sum(had.weight::float * asked.weight), 0) FROM %(expressions)s AS asked(gram, weight) "
        "USING (gram))"
    )
    arg_joiner = " AS had(gram, weight) JOIN "
    output_field = FloatField()


def alike(rows: QuerySet[Case], told: Told, *, at: datetime | None = None, limit: int = 5) -> list[Case]:
    """Cases of `rows` from the last 60 days whose text is alike, the most alike first, with `likeness_score`; two queries."""
    if not told:
        return []
    weights = [round(weight * rules.SCALE) for weight in told.words.values()]
    score = _Score(
        _Pairs(F("likeness__grams"), F("likeness__weights")),
        _Pairs(
            Value(list(told.words), ArrayField(CharField(max_length=8))),
            Value(weights, ArrayField(SmallIntegerField())),
        ),
    )
    near = recent(rows, at).filter(_shares(told), about__isnull=True)
    scored = near.annotate(likeness_score=score / float(rules.SCALE**2))
    # Sorted, not filtered, by likeness: so it is computed only for rows that passed every other condition. What the
    # page shows of the few that remain is fetched afterwards: planning its joins takes longer than finding them.
    best = scored.order_by("-likeness_score", "-created_at").values_list("pk", "likeness_score")[:limit]
    scores = {pk: likeness for pk, likeness in best if likeness >= rules.ALIKE}
    found: list[Any] = list(rows.filter(pk__in=scores)) if scores else []
    for case in found:
        case.likeness_score = scores[case.pk]
    return sorted(found, key=lambda case: (-case.likeness_score, -case.pk))


def _shares(told: Told) -> Q:
    """Rows that have any of the grams searched for, or of two thirds of them."""
    if not told.thirds:
        return Q(likeness__grams__overlap=list(told.searched))
    one, other, third = (Q(likeness__grams__overlap=list(part)) for part in told.thirds)
    return (one & other) | (third & (one | other))


def recent(rows: QuerySet[Case], at: datetime | None = None) -> QuerySet[Case]:
    """Those registered within the last 60 days; what has a page of its own (errands, disputes) is one person's alone."""
    return rows.filter(created_at__gte=(at or timezone.now()) - WITHIN, category__active=True)


def here(rows: QuerySet[Case], asked: Asked, at: datetime | None = None) -> QuerySet[Case]:
    """Cases of the same community and category from the last 60 days, newest first.

    Where the compound is known, its own come first and those of other compounds stay out.
    """
    if not asked.categories or level_of(asked.area) > Level.COMMUNITY:
        return rows.none()
    near = recent(rows, at).filter(community=code_at(asked.area, Level.COMMUNITY), category_id__in=asked.categories)
    near = near.filter(about__isnull=True)
    if not asked.compound:
        return near.order_by("-created_at")
    own = Choose(When(compound=asked.compound, then=0), default=1)
    return near.filter(Q(compound=asked.compound) | Q(compound__isnull=True)).order_by(own, "-created_at")


def suggested(rows: QuerySet[Case], asked: Asked, *, at: datetime | None = None, limit: int = 5) -> list[Case]:
    """What may be the same trouble, in at most three queries: texts that are alike first, then the same place and category.

    Of both those of the same compound come first, where it is known.
    """
    found = {case.pk: case for case in alike(rows, asked.words, at=at, limit=limit)}
    for case in here(rows, asked, at)[:limit]:
        found.setdefault(case.pk, case)
    return sorted(found.values(), key=lambda case: bool(asked.compound) and case.compound_id != asked.compound)[:limit]
