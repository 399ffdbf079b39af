"""Where a case or a wish was heard, and the last visits on the page of a household."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from visits.models import Visit
from wishes.models import Wish

pytestmark = pytest.mark.django_db


def page(user, address: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


@pytest.fixture
def visit(make_visit, wang) -> Visit:
    """A case and a wish were heard on it."""
    return make_visit(by=wang, topics={"leak": "case", "needs": "wish"})


def test_case_and_wish_lead_to_the_visit(visit, chen):
    for found in (Case.objects.get(), Wish.objects.get()):
        text = page(chen, found.get_absolute_url())
        assert "来自走访" in text and visit.get_absolute_url() in text and "王网格员" in text


def test_who_does_not_walk_reads_the_day_without_a_link(visit, zhao):
    text = page(zhao, Case.objects.get().get_absolute_url())
    assert "来自走访" in text and visit.get_absolute_url() not in text


def test_other_cases_say_nothing_of_it(make_case, chen):
    assert "来自走访" not in page(chen, make_case().get_absolute_url())


def test_the_household_shows_its_last_visits(visit, make_visit, wang, zhao):
    for _ in range(6):
        make_visit(visit.household, "absent", by=wang)
    text = page(wang, visit.household.get_absolute_url())
    assert text.count("家中无人") == 5 and reverse("field:visit-new", args=[visit.household_id]) in text
    assert reverse("field:visit-new", args=[visit.household_id]) not in page(zhao, visit.household.get_absolute_url())


def test_the_desk_leads_to_the_doors(wang, zhao):
    assert page(wang, reverse("desk:home")).count(f'href="{reverse("field:today")}"') == 2
    assert f'href="{reverse("field:today")}"' not in page(zhao, reverse("desk:home"))
