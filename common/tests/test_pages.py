import pytest
from django.apps.registry import Apps
from django.db import connection, models

from common.pages import bounded_count, keyset


class Line(models.Model):
    """A table of these tests only."""

    due_at = models.DateTimeField(null=True)
    place = models.IntegerField()

    class Meta:
        app_label = "common"
        apps = Apps()


@pytest.fixture
def lines(db):
    from datetime import UTC, datetime

    with connection.schema_editor() as editor:
        editor.create_model(Line)
    whens = [datetime(2026, 11, day, 9, 30, 0, 123456, tzinfo=UTC) for day in (3, 1, 2, 2, 2)] + [None, None]
    Line.objects.bulk_create([Line(due_at=when, place=n % 2) for n, when in enumerate(whens * 3)])


ORDERS = [("due_at", "id"), ("-due_at", "-id"), ("-due_at", "id"), ("place", "-due_at", "id"), ("-id",)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4, 20, 21, 50])
def test_pages_forward_give_every_row_once_in_order_and_lead_back(lines, order, size):
    expected = list(Line.objects.order_by(*order).values_list("id", flat=True))
    page = keyset(Line.objects.all(), order=order, size=size)
    assert page.prev_cursor is None
    pages = [page]
    while page.next_cursor:
        page = keyset(Line.objects.all(), order=order, cursor=page.next_cursor, size=size)
        pages.append(page)
    assert [row.id for page in pages for row in page] == expected
    for before in reversed(pages[:-1]):
        page = keyset(Line.objects.all(), order=order, cursor=page.prev_cursor, size=size)
        assert [row.id for row in page] == [row.id for row in before]
    assert page.prev_cursor is None


def test_a_tampered_cursor_or_one_of_another_order_is_the_first_page(lines):
    first = keyset(Line.objects.all(), size=4)
    for cursor in (first.next_cursor[:-1], "x", "", keyset(Line.objects.all(), order=("-id",), size=4).next_cursor):
        assert keyset(Line.objects.all(), cursor=cursor, size=4) == first


def test_a_page_whose_rows_are_gone_is_the_first_page(lines):
    cursor = keyset(Line.objects.all(), order=("id",), size=10).next_cursor
    Line.objects.filter(id__gt=Line.objects.order_by("id")[3].id).delete()
    assert len(keyset(Line.objects.all(), order=("id",), cursor=cursor, size=10)) == 4


def test_annotations_order_too(lines):
    rows = Line.objects.annotate(twice=models.F("place") * 2)
    page = keyset(rows, order=("-twice", "id"), size=5)
    again = keyset(rows, order=("-twice", "id"), cursor=page.next_cursor, size=50)
    assert [r.id for r in [*page, *again]] == [r.id for r in rows.order_by("-twice", "id")]


def test_one_page_is_one_query(lines, django_assert_num_queries):
    cursor = keyset(Line.objects.all(), size=4).next_cursor
    with django_assert_num_queries(1):
        keyset(Line.objects.all(), cursor=cursor, size=4)


def test_counting_stops_above_the_limit(lines):
    assert bounded_count(Line.objects.all(), limit=5) == 6
    assert bounded_count(Line.objects.all()) == 21
