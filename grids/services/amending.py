"""Changing a row of the ground so that what it was stays known."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from grids.models import Amendment


@transaction.atomic
def amend(row: models.Model, changes: dict[str, Any], *, at: datetime | None = None, by: User | None) -> list[str]:
    """Write `changes` (column → new value) to `row`, one Amendment each; returns the names of the columns that changed.

    For areas, organizations, compounds, buildings and what stands in a neighbourhood; never for people.
    """
    kind, at = row._meta.model_name, at or timezone.now()
    locked = type(row)._base_manager.select_for_update().get(pk=row.pk)
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    Amendment.objects.bulk_create(
        Amendment(
            subject_kind=kind,
            subject_id=str(row.pk),
            field=name,
            before=_said(getattr(locked, name)),
            after=_said(changes[name]),
            at=at,
            by_id=by.pk if by else None,
        )
        for name in changed
    )
    for name in changed:
        setattr(row, name, changes[name])
    if changed:
        row.save(update_fields=changed)
        record(f"{kind}.amend", subject=(kind, row.pk), by=by, fields=changed)
    return changed


def _said(value: Any) -> str:
    return "" if value is None else str(value)
