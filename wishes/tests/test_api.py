"""Wishes through the API: scope and verbs of the pages, nobody's data in plain."""

import uuid

import pytest

from cases.tests.calling import Caller
from conftest import GRID
from wishes.models import Wish

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def sent(**more) -> dict:
    return {
        "submission": str(uuid.uuid4()), "kind": "goods", "area": GRID, "text": "想要一副老花镜", "phone": PHONE, "name": "刘秀英",
        "place": "第一食品厂家属院3号楼2单元501", **more,
    }  # fmt: skip


def test_the_list_holds_exactly_the_wishes_in_scope(wang, outsider, clerk, make_wish):
    here, elsewhere = make_wish(), make_wish(area="411002008001")
    assert [row["number"] for row in Caller(wang).get("wishes").json()["results"]] == [here.number]
    assert [row["number"] for row in Caller(outsider).get("wishes").json()["results"]] == [elsewhere.number]
    assert Caller(outsider).get("wish", here.number).status_code == 404
    assert Caller(clerk).get("wishes").status_code == 403


def test_a_wish_is_masked_and_tells_its_history(wang, make_wish):
    answer = Caller(wang).get("wish", make_wish().number)
    held = answer.json()
    assert (held["name"], held["phone"], held["status_name"]) == ("刘*", "138****1234", "待审核")
    assert PHONE not in answer.content.decode() and "501" not in held["place"]
    assert [event["action"] for event in held["events"]] == ["submit"]


def test_registering_twice_is_registering_once(wang):
    body = sent()
    assert Caller(wang).post("wishes", **body).status_code == 201
    again = Caller(wang).post("wishes", **body)
    assert again.status_code == 200 and Wish.objects.count() == 1
    assert Wish.objects.get().channel == "api"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"area": "411002008001"}, 400), ({"area": "411002"}, 400), ({"phone": "1380000"}, 400), ({"kind": "cash"}, 400),
        ({"text": ""}, 400), ({"channel": "web"}, 400), ({"for_whom": "child"}, 409),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_is_kept(wang, more, status):
    assert Caller(wang).post("wishes", **sent(**more)).status_code == status
    assert not Wish.objects.exists()


def test_a_long_list_costs_as_many_queries_as_a_short_one(chen, make_wish, django_assert_max_num_queries):
    for _ in range(12):
        make_wish()
    caller = Caller(chen)
    caller.get("wishes")
    with django_assert_max_num_queries(6):
        assert len(caller.get("wishes").json()["results"]) == 12
