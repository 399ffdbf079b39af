"""People who left are forgotten after three years; those who live there stay."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from households.models import Household, TagKind
from households.services import caring, keeping, residents
from households.services.retention import KEPT_FOR, forget_gone

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def family(make_household) -> Household:
    """刘秀兰 and her grandson, there for ten years."""
    people = [("刘秀兰", "head", PHONE), ("周小明", "grandchild", "13900000021")]
    return make_household(people=people, contact_phone=PHONE, moved_in_date=timezone.localdate() - timedelta(days=3650))


def long_ago():
    """A day longer ago than anything is kept."""
    return timezone.localdate() - KEPT_FOR - timedelta(days=1)


def test_who_left_long_ago_is_forgotten_and_who_stays_is_not(family, wang):
    grandson = family.residents.get(relation="grandchild")
    residents.leave(grandson, on=long_ago(), reason="moved", by=wang)
    assert forget_gone() == 1
    grandson.refresh_from_db()
    assert (grandson.name.plain, grandson.phone, grandson.phone_index, grandson.birth_year) == ("", None, None, None)
    assert family.residents.get(relation="head").phone.plain == PHONE
    assert Entry.objects.filter(verb="resident.forget").count() == 1
    assert forget_gone() == 0


def test_a_household_that_moved_out_long_ago_keeps_its_dates_only(family, wang):
    caring.set_tag(family, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    keeping.move_out(family, on=long_ago(), by=wang)
    assert forget_gone() == 3
    family.refresh_from_db()
    assert (family.head_name.plain, family.search.plain, family.contact_phone) == ("", "", None)
    assert family.care_tags.get().reason == ""
    assert family.memberships.count() == 1


def test_nobody_is_forgotten_before_the_time(family, wang):
    keeping.move_out(family, on=timezone.localdate() - KEPT_FOR + timedelta(days=1), by=wang)
    assert forget_gone() == 0
