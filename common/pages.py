"""Keyset paging: any page costs the same, however long the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import Field, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

_NEXT, _PREV = "n", "p"


@dataclass(frozen=True)
class Page:
    """Rows of one page; a cursor is None where there is nothing beyond."""

    rows: list[Any]
    next_cursor: str | None
    prev_cursor: str | None

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class _Key:
    """One column of the order."""

    name: str
    descending: bool
    field: "Field[Any, Any]"
    nullable: bool

    def order(self, backwards: bool) -> str:
        return f"{'-' if self.descending != backwards else ''}{self.name}"

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Rows strictly after `value`. PostgreSQL sorts NULL as greater than everything; so does this."""
        falling = self.descending != backwards
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if falling else Q(pk__in=[])
        if falling:
            return Q(**{f"{self.name}__lt": value})
        greater = Q(**{f"{self.name}__gt": value})
        return greater | Q(**{f"{self.name}__isnull": True}) if self.nullable else greater

    def at_or_beyond(self, value: Any, backwards: bool) -> Q:
        """Rows at `value` or after it, as one comparison where that can be said: an index then gives the range."""
        falling = self.descending != backwards
        if value is None or (self.nullable and not falling):
            return self.beyond(value, backwards) | self.same(value)
        return Q(**{f"{self.name}__{'lte' if falling else 'gte'}": value})


def keyset(
    qs: QuerySet[Any],
    *,
    order: Sequence[str] = ("due_at", "id"),
    cursor: str | None = None,
    size: int = 20,
    never_null: bool = False,
) -> Page:
    """The page of `qs` at `cursor` (None, stale or tampered with: the first one), sorted by `order`.

    `order` names columns, related columns (case__due_at) or annotations, "-" for descending; the last one must be
    unique. Prefer columns that are never NULL: then the condition is a plain index range. `never_null` says so of the
    rows of `qs` where the columns themselves allow it.
    A page backwards that would not be full is the first page instead.
    """
    keys = [_key(qs, name, never_null) for name in order]
    direction, values = _read(cursor, order, keys)
    backwards = direction == _PREV
    rows = list(_slice(qs, keys, values, backwards)[: size + 1])
    more = len(rows) > size
    if values and (not rows or (backwards and not more)):
        return keyset(qs, order=order, cursor=None, size=size, never_null=never_null)
    rows = rows[:size][::-1] if backwards else rows[:size]
    return Page(
        rows,
        next_cursor=_cursor(_NEXT, order, keys, rows[-1]) if rows and (more or backwards) else None,
        prev_cursor=_cursor(_PREV, order, keys, rows[0]) if rows and (more if backwards else values) else None,
    )


def bounded_count(qs: QuerySet[Any], limit: int = 100) -> int:
    """How many rows, counting no further than `limit` + 1: a result above `limit` reads "more than"."""
    return qs.order_by()[: limit + 1].count()


def _key(qs: QuerySet[Any], name: str, never_null: bool) -> _Key:
    path = name.removeprefix("-")
    annotation = qs.query.annotations.get(path)
    if annotation is not None:
        return _Key(path, name.startswith("-"), annotation.output_field, nullable=not never_null)
    model, nullable = qs.model, False
    for part in path.split(LOOKUP_SEP):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        nullable = nullable or field.null
        model = field.related_model or model
    return _Key(path, name.startswith("-"), getattr(field, "target_field", field), nullable and not never_null)


def _slice(qs: QuerySet[Any], keys: list[_Key], values: list[Any], backwards: bool) -> QuerySet[Any]:
    ordered = qs.order_by(*(key.order(backwards) for key in keys))
    if not values:
        return ordered
    ahead, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        ahead |= equal & key.beyond(value, backwards)
        equal &= key.same(value)
    # Said once more about the first column alone, so that an index on it gives the range.
    return ordered.filter(keys[0].at_or_beyond(values[0], backwards)).filter(ahead)


def _salt(order: Sequence[str]) -> str:
    return "common.pages:" + ",".join(order)


def _cursor(direction: str, order: Sequence[str], keys: list[_Key], row: Any) -> str:
    values = [attrgetter(key.name.replace(LOOKUP_SEP, "."))(row) for key in keys]
    texts = [value if value is None else str(value) for value in values]
    return signing.dumps([direction, *texts], salt=_salt(order), compress=True)


def _read(cursor: str | None, order: Sequence[str], keys: list[_Key]) -> tuple[str, list[Any]]:
    if not cursor:
        return _NEXT, []
    try:
        direction, *texts = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature:
        return _NEXT, []
    return direction, [key.field.to_python(text) for key, text in zip(keys, texts, strict=True)]
