from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from common import crypto
from common.fields import EncryptedField


class Command(BaseCommand):
    """Seals every personal value anew under the first key of FIELD_KEYS and the suite of FIELD_SUITE.

    Run it after putting a new key first; once it has finished the old key may go. It may be stopped and run again,
    and runs beside the portal: a value changed meanwhile is left alone, it is under the new key already.
    """

    help = "Seal every encrypted value anew under the first key of FIELD_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help="rows in one transaction")

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedField):
                    self.stdout.write(f"{field}: {reseal(model, field, batch)}")


def reseal(model: type[models.Model], field: EncryptedField, batch: int) -> int:
    """How many values of `field` were sealed anew; `batch` rows in one transaction, in the order of the key."""
    changed, last = 0, None
    while True:
        rows = model._base_manager.filter(**{f"{field.name}__isnull": False}).order_by("pk")
        if last is not None:
            rows = rows.filter(pk__gt=last)
        with transaction.atomic():
            page = list(rows.select_for_update(of=("self",)).only("pk", field.name, field.aad_field)[:batch])
            changed += sum(_reseal_row(model, field, row) for row in page)
        if not page:
            return changed
        last = page[-1].pk


def _reseal_row(model: type[models.Model], field: EncryptedField, row: models.Model) -> int:
    if crypto.is_current(row.__dict__[field.attname]):
        return 0
    setattr(row, field.attname, getattr(row, field.attname))
    return model._base_manager.filter(pk=row.pk).update(**{field.name: field.seal(row)})
