"""Households in the API."""

import pytest
from django.urls import reverse

from households.models import Household, TagKind
from households.services import caring

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


@pytest.fixture
def household(make_household, wang) -> Household:
    """刘秀兰, with a care tag."""
    made = make_household(people=[("刘秀兰", "head", PHONE)])
    caring.set_tag(made, TagKind.objects.get(code="alone"), reason="一人住", by=wang)
    return made


def test_a_household_is_read_masked(client, household, wang):
    client.force_login(wang)
    found = client.get(reverse("api:household", args=[household.pk])).json()
    assert (found["door_name"], found["head"]) == ("3号楼2单元501", "刘*")
    assert found["residents"][0]["phone"] == "138****1234"
    assert [tag["name"] for tag in found["care_tags"]] == ["独居老人"]
    listed = client.get(reverse("api:households"), {"under": household.area_id, "kind": "resident"}).json()
    assert [row["id"] for row in listed["results"]] == [household.pk]
    assert PHONE not in str(found)
    assert "刘秀兰" not in str([found, listed])


def test_tags_that_are_not_seen_look_like_none(client, household, zhao):
    client.force_login(zhao)
    assert client.get(reverse("api:household", args=[household.pk])).json()["care_tags"] == []


def test_the_api_has_the_scope_of_the_pages(client, household, outsider, li):
    client.force_login(outsider)
    assert client.get(reverse("api:household", args=[household.pk])).status_code == 404
    assert client.get(reverse("api:households")).json()["results"] == []
    client.force_login(li)
    assert client.get(reverse("api:households")).status_code == 403
