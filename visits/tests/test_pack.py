"""What a phone may keep: the households of the worker, masked and slim; and what it asks whether it arrived."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from conftest import XINCUN
from grids.models import Building, Entrance
from households.models import TagKind
from households.services import caring, keeping
from visits.models import Pace, Submission, Visit
from visits.services import packing
from visits.tests.test_sync import phone, record, send

__all__ = ["phone"]
QUERIES = 15


def pack(client) -> dict:
    answer = client.get("/sync/pack/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return answer.json()


def test_a_household_in_the_pack(phone, make_household, make_visit, wang):
    home = make_household(people=[keeping.Person("刘秀兰", "head", called="刘阿姨", phone="13800001234")])
    make_visit(home, by=wang, topics={"leak": "case"})
    caring.set_tag(home, kind=TagKind.objects.first(), reason="一个人住", by=wang)
    found = pack(phone)
    (one,) = found["households"]
    case = home.visits.get().findings.get().case
    assert {name: one[name] for name in ("id", "label", "compound", "called", "initials", "care", "phone", "open")} == {
        "id": home.pk,
        "label": "3-2-501",
        "compound": "第一食品厂家属院",
        "called": "刘阿姨",
        "initials": "lxl",
        "care": True,
        "phone": "138****1234",
        "open": 1,
    }
    assert one["items"][0]["name"] == f"told-case-{case.number}"
    assert one["people"] == [{"id": home.residents.get().pk, "called": "刘阿姨"}]
    assert one["last"] == {"date": timezone.localdate().isoformat(), "words": "已见面"} and one["due"]
    assert {"code", "name", "icon", "case", "wish"} == set(found["topics"][0])
    text = json.dumps(found, ensure_ascii=False)
    assert "13800001234" not in text and "刘秀兰" not in text and "一个人住" not in text


def test_the_pack_holds_the_own_households_only(phone, make_household, he, outsider):
    make_household()
    assert len(pack(phone)["households"]) == 1
    phone.force_login(outsider)
    assert packing.pack(outsider) is None or pack(phone)["households"] == []


def test_the_administrator_switches_the_pack_off(phone, make_household):
    Pace.objects.update_or_create(pk=1, defaults={"pack_on": False})
    answer = phone.get("/sync/pack/")
    assert (answer.status_code, answer.json()["error"]) == (404, "off")
    assert send(phone, {"device": record(make_household())["device"]}, "/sync/hello").json()["pack"] is False


def test_the_scope_version_changes_with_the_scope(phone, wang, make_household):
    make_household()
    before = pack(phone)["scope_version"]
    assert packing.offer(wang).scope_version == before
    wang.postings.update(area=XINCUN)
    assert pack(phone)["scope_version"] != before


@pytest.mark.django_db
def test_five_hundred_households_take_as_many_queries_as_two(
    phone, courtyard, make_household, django_assert_num_queries, wang
):
    for room in ("501", "502"):
        make_household(f"3-2-{room}")
    two = pack(phone)
    with django_assert_num_queries(QUERIES):
        packing.pack(type(wang).objects.get(pk=wang.pk))
    building = Building.objects.create(compound=courtyard, area_id=courtyard.area_id, number=9)
    Entrance.objects.create(building=building, number=1)
    people = [
        keeping.Person("刘秀兰", "head", called="刘阿姨", phone="13800001234"),
        keeping.Person("王建国", "spouse", called="王叔"),
    ]
    for number in range(120):
        make_household(f"9-1-{number + 101}", people=people)
    with django_assert_num_queries(QUERIES):
        many = packing.pack(type(wang).objects.get(pk=wang.pk))
    size = len(json.dumps(many, ensure_ascii=False, separators=(",", ":")).encode())
    assert len(many["households"]) == len(two["households"]) + 120
    assert size / len(many["households"]) < 600


def test_row_20_after_a_restore_receipts_show_what_must_be_sent_again(phone, make_household):
    home = make_household()
    bodies = [record(home, seq=seq) for seq in (1, 2, 3)]
    since = timezone.now() - timedelta(days=7)
    for body in bodies:
        send(phone, body)
    # The backup knew the first record only.
    lost = [body["id"] for body in bodies[1:]]
    Submission.objects.filter(pk__in=lost).delete()
    home.standing.delete()
    Visit.objects.filter(uuid__in=lost).delete()
    known = phone.get(f"/sync/receipts/?{urlencode({'since': since.isoformat()})}").json()
    assert known == {"ids": [bodies[0]["id"]], "photos": []}
    for body in bodies:
        if body["id"] not in known["ids"]:
            assert send(phone, body).json()["ack"] == body["id"]
    assert Visit.objects.count() == 3 and phone.get("/sync/receipts/").json()["ids"] == sorted(b["id"] for b in bodies)


def test_row_20_receipts_are_of_the_signed_in_person_only(phone, make_household, he):
    send(phone, record(make_household()))
    phone.force_login(he)
    assert phone.get("/sync/receipts/").json() == {"ids": [], "photos": []}
