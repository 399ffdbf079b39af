"""Photos that wait for a visit, and those no visit ever speaks of."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import DomainError
from visits import services as visits
from visits.models import Visit, VisitPhoto
from visits.services import photos

pytestmark = pytest.mark.django_db


def came(by, *, days: int) -> VisitPhoto:
    return VisitPhoto.objects.create(uuid=uuid.uuid4(), user=by, arrived_at=timezone.now() - timedelta(days=days))


def test_photos_nobody_spoke_of_for_a_month_go_and_all_others_stay(make_household, wang):
    old, young, spoken_of = came(wang, days=31), came(wang, days=29), came(wang, days=31)
    visits.write_down(visits.Said(make_household(), "met", photos=[spoken_of.uuid]), by=wang)
    assert photos.forget_unclaimed() == 1
    assert set(VisitPhoto.objects.all()) == {young, spoken_of} and not VisitPhoto.objects.filter(pk=old.pk).exists()


def test_a_photo_of_somebody_else_is_not_taken_over(make_household, wang, chen):
    theirs = came(chen, days=0)
    with pytest.raises(DomainError, match="重新拍"):
        visits.write_down(visits.Said(make_household(), "met", photos=[theirs.uuid]), by=wang)
    theirs.refresh_from_db()
    assert theirs.visit_id is None and not Visit.objects.exists()
