"""After a test that committed, every table is what it was before, and the guards of append-only tables stand again."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from cases.models import Case, Category, Event
from conftest import GRID
from grids.models import Area

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_go_and_the_ground_comes_back(django_db_setup, ground, make_case):
    make_case()
    areas, name = Area.objects.count(), Area.objects.get(pk=GRID).name
    Area.objects.filter(pk=GRID).update(name="改过的网格")
    kinds = Category.objects.count()
    Category.objects.filter(parent__isnull=False, cases__isnull=True).first().delete()
    django_db_setup.restore()
    assert (
        not Case.objects.exists()
        and not Event.objects.exists()
        and not Entry.objects.filter(verb="case.register").exists()
    )
    assert Area.objects.count() == areas and Area.objects.get(pk=GRID).name == name
    assert Category.objects.count() == kinds


def test_guards_stand_after_a_restore(django_db_setup, ground, make_case):
    django_db_setup.restore()
    case = make_case()
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(case=case).delete()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET verb = 'x'")
