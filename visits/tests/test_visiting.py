"""The visit page: what it shows, what it keeps, and where it goes next."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from households.models import TagKind
from households.services import caring, keeping
from visits.models import Visit
from visits.visit_page import VisitPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(wang) -> Client:
    """A phone on which the grid worker is signed in."""
    client = Client()
    client.force_login(wang)
    return client


@pytest.fixture
def home(make_household, wang):
    """刘阿姨, who lives alone."""
    made = make_household(people=[keeping.Person("刘秀兰", "head", "刘阿姨", 2, 1947, "13800001234")])
    caring.set_tag(made, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    return made


def page_of(household) -> str:
    return reverse("field:visit-new", args=[household.pk])


def said(**other) -> dict:
    return {"submission": "11111111-1111-4111-8111-111111111111", "outcome": "met", **other}


def test_the_page_says_whose_door_it_is(visitor, home):
    text = visitor.get(page_of(home)).content.decode()
    assert "3-2-501" in text and "第一食品厂家属院" in text and "刘阿姨" in text and "独居" in text
    assert "刘秀兰" not in text and "13800001234" not in text
    assert text.count(" checked") == 12 + 1  # 只记录 of each topic, and the way; nothing else is preselected
    assert "还没有走访过" in text


def test_a_visit_is_written_down(visitor, home, wang):
    response = visitor.post(page_of(home), said(topics="fine", then="stay"))
    visit = Visit.objects.get()
    assert response.url == visit.get_absolute_url() and (visit.visitor, visit.outcome) == (wang, "met")


def test_the_page_without_a_household_is_bare(wang, rf):
    request = rf.get("/")
    request.user = wang
    text = render_to_string("field/parts/visit_form.html", {"page": VisitPage(None, wang)}, request)
    assert 'data-household=""' in text and 'data-label=""' in text and 'id="topic-leak"' in text
    assert "/call/" not in text and 'id="people" hidden' not in text
