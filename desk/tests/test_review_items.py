"""待核对 and 设备健康: what phones sent that did not fit, and whether anything is missing."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from visits.models import Submission, Visit
from visits.tests.test_sync import record, send

LIST = "/desk/review-items/"


@pytest.fixture
def late(make_household, wang):
    """A record of nine days ago, sent today; the second argument changes its fields."""
    sender = Client()
    sender.force_login(wang)

    def make(door="3-2-501", *, at=None, **fields):
        body = record(make_household(door), at=at or timezone.now() - timedelta(days=9), label=door, fields=fields)
        send(sender, body)
        return body

    make.sender = sender
    return make


@pytest.fixture
def desk(client, chen):
    client.force_login(chen)
    return client


def test_the_record_stands_there_in_words(desk, late):
    body = late(topics=["leak"], **{"handling-leak": ["case"], "detail-leak": ["下雨漏水"], "note": ["问过物业"]})
    page = desk.get(reverse("desk:review-item", args=[body["id"]]))
    text = page.content.decode()
    for words in (
        "走访3-2-501",
        "晚到9天",
        "（立为事项）：下雨漏水",
        "问过物业",
        "已见面",
        "王网格员",
        "照记",
        "记到另一户",
    ):
        assert words in text, words
    for code in ("handling", "schema_version", "client_at", body["device"]):
        assert f'"{code}' not in text
    assert page["Cache-Control"].startswith("max-age=0")


def test_recorded_it_leaves_the_list_and_the_next_one_follows(desk, late):
    first, second = late(), late("3-2-502")
    address = reverse("desk:review-item", args=[first["id"]])
    answer = desk.post(address, {"how": "record"})
    assert (answer.status_code, answer.url) == (302, reverse("desk:review-item", args=[second["id"]]))
    assert Visit.objects.filter(uuid=first["id"]).exists()
    assert "照记" in desk.get(f"{LIST}?view=settled").content.decode()
    assert desk.post(address, {"how": "drop", "reason": "x"}).status_code in (200, 409)
    assert Submission.objects.get(pk=first["id"]).decision == "照记"


def test_not_recorded_wants_a_reason_and_keeps_what_was_typed(desk, late):
    address = reverse("desk:review-item", args=[late()["id"]])
    answer = desk.post(address, {"how": "drop", "reason": ""})
    assert "请写明为什么不记" in answer.content.decode()
    assert 'value="drop" required checked' in answer.content.decode()
    assert desk.post(address, {"how": "drop", "reason": "重复记录"}).status_code == 302
    assert not Visit.objects.exists()


def test_recorded_for_another_household_found_by_its_door(desk, late, make_household):
    other = make_household("3-1-101")
    address = reverse("desk:review-item", args=[late()["id"]])
    assert "没有找到这一户" in desk.post(address, {"how": "other", "door": "9-9-999"}).content.decode()
    assert desk.post(address, {"how": "other", "door": "3-1-101"}).status_code == 302
    assert Visit.objects.get().household == other


def test_two_records_stand_beside_each_other(desk, late):
    body = late(at=timezone.now())
    send(late.sender, {**body, "seq": 2, "fields": {"outcome": ["absent"], "note": ["没人"]}})
    text = desk.get(reverse("desk:review-item", args=[body["id"]])).content.decode()
    assert '<mark class="diff">家中无人</mark>' in text and "两次都算" in text and "用后收到的" in text


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {**body, "schema_version": 9, "fields": {"x": ["\ud800"]}},
        lambda body: {**body, "household": {"compound": "x", "room": 7, "name": ["a"]}},
        lambda body: {**body, "label": ["a"], "household": None},
        lambda body: {
            **body,
            "fields": {"topics": ["\ud800"], "people": ["x", "1" * 40], "told-case-\ud800": ["solved"]},
        },
        lambda body: {**body, "fields": {"photos": ["x" * 36], "purpose": ["\u0661"], "next_date": ["1"]}},
    ],
)
def test_a_record_of_any_kind_can_be_looked_at(desk, late, change):
    body = {**change(late()), "id": str(uuid.uuid4())}
    assert late.sender.post("/sync/submit", json.dumps(body), content_type="application/json").status_code == 200
    assert desk.get(reverse("desk:review-item", args=[body["id"]])).status_code == 200
    assert desk.get(LIST).status_code == 200
    assert desk.post(reverse("desk:review-item", args=[body["id"]]), {"how": "record"}).status_code in (200, 302)


def test_whose_business_it_is(client, late, wang, outsider, zhao):
    address = reverse("desk:review-item", args=[late()["id"]])
    for person, status in ((wang, 403), (outsider, 404), (zhao, 200)):
        client.force_login(person)
        assert client.get(address).status_code == status, person
        assert client.post(address, {"how": "record"}).status_code == {200: 302}.get(status, status)


def test_the_menu_counts_what_waits(desk, late):
    late()
    assert '待核对</span><span class="n' in desk.get("/desk/").content.decode()


def test_as_many_queries_for_many_records_as_for_two(desk, late, django_assert_max_num_queries):
    for number in range(12):
        late(f"3-2-{501 + number}")
    with django_assert_max_num_queries(20):
        desk.get(LIST)


def test_phones_with_something_missing(desk, late, wang):
    body = late()
    send(late.sender, {**body, "id": str(uuid.uuid4()), "seq": 4})
    now = timezone.now()
    hello = {
        "device": body["device"],
        "pending": 3,
        "oldest_pending_at": (now - timedelta(hours=31)).isoformat(),
        "app_version": "0.9",
        "client_at": (now + timedelta(minutes=14)).isoformat(),
    }
    send(late.sender, hello, "/sync/hello")
    text = desk.get("/desk/devices/").content.decode()
    for words in (
        "王网格员的手机",
        "第三网格",
        "缺2",
        "第2、3号",
        "3条，1天",
        "0.9，旧",
        "快1",
        "不作考核",
        "连上网打开一次",
    ):
        assert words in text, words


def test_phones_of_the_own_staff_only(client, late, wang, outsider):
    send(late.sender, {"device": late()["device"]}, "/sync/hello")
    client.force_login(outsider)
    assert "王网格员" not in client.get("/desk/devices/").content.decode()
    client.force_login(wang)
    assert client.get("/desk/devices/").status_code == 403
