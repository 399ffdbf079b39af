"""Rows by COPY arrive as they were given."""

import uuid

import pytest
from django.utils import timezone

from common.copying import copy_in, take_ids
from grids.models import Amendment

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "subject_kind", "subject_id", "field", "before", "after", "at", "by_id")
ODD = ["", "\\N", "a\tb\nc\rd\\e", "单引号'双引号\"", "\\x00", "；DROP TABLE"]


def test_odd_text_comes_back_as_it_was():
    at, ids = timezone.now(), take_ids(Amendment, len(ODD))
    copy_in(Amendment, COLUMNS, [(pk, "x", "1", "f", text, "", at, None) for pk, text in zip(ids, ODD, strict=True)])
    assert list(Amendment.objects.filter(pk__in=ids).order_by("pk").values_list("before", flat=True)) == ODD
    assert set(Amendment.objects.filter(pk__in=ids).values_list("at", "by_id")) == {(at, None)}


def test_ids_are_never_given_twice():
    assert len({*take_ids(Amendment, 5), *take_ids(Amendment, 5)}) == 10


def test_what_has_no_one_form_is_refused():
    with pytest.raises(TypeError):
        copy_in(Amendment, COLUMNS[:2], [(1, 1.5)])
    with pytest.raises(TypeError):
        copy_in(Amendment, COLUMNS[:2], [(1, ["a", uuid.uuid4()])])
