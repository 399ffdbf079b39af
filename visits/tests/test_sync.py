"""Records from phones: what docs/offline.md numbers and is the server's matter, one named test each, and what is around them."""

import json
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from cases import limits
from cases.models import Case, Limit
from conftest import GRID, XINCUN, moment
from grids.models import Area
from households.models import Household, Membership
from households.services import keeping
from visits import upgraders
from visits.models import Campaign, CampaignPlace, Conflict, Device, Submission, Visit
from visits.services.devices import missing, with_gaps
from visits.states import SubmissionState

FIFTH = f"{XINCUN}005"


def record(household, *, seq=1, at=None, **more) -> dict:
    """A record as a phone sends it; `fields` are merged over a visit with nothing wrong."""
    fields = {"outcome": ["met"], "topics": ["fine"], **more.pop("fields", {})}
    return {
        "id": str(uuid.uuid4()),
        "kind": "visit",
        "schema_version": 1,
        "device": "6d2c6a43-5a0c-4a39-9d0e-6b6f3f0f7a01",
        "seq": seq,
        "client_at": (at or timezone.now()).isoformat(),
        "clock_offset": 0,
        "household": household if isinstance(household, dict) else household.pk,
        "label": "3-2-501",
        "fields": fields,
        **more,
    }


def send(client, body, path="/sync/submit", **headers):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(path, content, content_type="application/json", headers=headers)


@pytest.fixture
def phone(client, wang):
    """A phone on which wang is signed in."""
    client.force_login(wang)
    return client


def reviewed(body) -> Submission:
    return Submission.objects.get(pk=body["id"], state=SubmissionState.REVIEW)


def test_hello_tells_who_is_signed_in_and_what_the_phone_may_keep(phone, wang):
    answer = send(phone, {"device": str(uuid.uuid4()), "pending": 2, "last_seq": 7, "free_mb": 900}, "/sync/hello")
    said = answer.json()
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert said["user"] == {"id": wang.pk, "called": "王网格员"}
    assert (said["pack"], said["pack_hours"], said["min_version"]) == (True, 72, "1")
    assert len(said["scope_version"]) == 16 and said["csrf"] and said["server_time"]
    assert Device.objects.values_list("user", "pending", "last_seq", "free_mb").get() == (wang.pk, 2, 7, 900)


def test_a_record_is_kept_made_into_a_visit_and_acknowledged_by_its_own_id(phone, make_household, wang):
    body = record(make_household(), fields={"topics": ["leak"], "handling-leak": ["case"], "detail-leak": ["漏水"]})
    answer = send(phone, body)
    assert (answer.status_code, answer.json()) == (
        200,
        {"ack": body["id"], "state": "processed", "words": "已记入。"},
    )
    visit = Visit.objects.get(uuid=body["id"])
    assert (visit.visitor, Case.objects.get().text) == (wang, "漏水")
    row = Submission.objects.get()
    assert (row.visit, row.area_id, row.device_seq, json.loads(row.payload.plain)["label"]) == (
        visit,
        GRID,
        1,
        "3-2-501",
    )


def test_row_02_a_second_sending_gets_the_same_answer_and_changes_nothing(phone, make_household):
    body = record(make_household(), fields={"topics": ["leak"], "handling-leak": ["case"]})
    first = send(phone, body).json()
    # The clock is measured anew at every sending: it is not part of what was written down.
    assert send(phone, {**body, "clock_offset": 3}).json() == first
    assert Visit.objects.count() == Case.objects.count() == Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_row_02_twenty_parallel_sendings_of_one_record_are_one_visit(make_household, wang):
    body = record(make_household(), fields={"topics": ["leak"], "handling-leak": ["case"]})
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(wang)
    start, answers = threading.Barrier(20), []

    def go(client):
        start.wait()
        try:
            answers.append(send(client, body))
        finally:
            connection.close()

    senders = [threading.Thread(target=go, args=[client]) for client in clients]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [answer.status_code for answer in answers] == [200] * 20
    assert {answer.json()["ack"] for answer in answers} == {body["id"]}
    assert Visit.objects.count() == Case.objects.count() == Submission.objects.count() == 1


def test_row_03_the_same_id_with_another_content_is_a_conflict_and_both_are_kept(phone, make_household):
    body = record(make_household(), seq=1)
    send(phone, body)
    other = {**body, "seq": 2, "fields": {"outcome": ["absent"]}}
    answer = send(phone, other)
    assert answer.status_code == 409 and answer.json()["conflict"] == body["id"]
    assert send(phone, other).status_code == 409
    conflict, row = Conflict.objects.get(), reviewed(body)
    assert Visit.objects.get().outcome == "met" and "outcome" in conflict.payload.plain
    assert row.fault == "同一次走访收到两份，内容不同" and row.review_by and row.visit
    assert with_gaps(Device.objects.all()).get().gaps == 0


def test_row_06_a_household_that_moved_to_another_grid_is_for_a_person(phone, make_household):
    home = make_household(moved_in_date=timezone.localdate() - timedelta(days=60))
    keeping.move_grid(home, FIFTH, reason="网格调整", by=None)
    body = record(home)
    answer = send(phone, body)
    assert answer.status_code == 200 and answer.json()["state"] == "review"
    row = reviewed(body)
    assert (row.fault, row.area_id) == ("这户已划到第五网格", FIFTH)
    assert not Visit.objects.exists()


def test_row_06_a_household_that_moved_out_is_for_a_person(phone, make_household):
    home = make_household(moved_in_date=timezone.localdate() - timedelta(days=60))
    keeping.move_out(home, by=None)
    send(phone, body := record(home))
    today = timezone.localdate()
    assert reviewed(body).fault == f"这户{today.month}月{today.day}日已登记搬离"


def test_row_06_an_ended_posting_still_hands_its_records_in(phone, make_household, wang):
    body = record(make_household())
    wang.postings.update(valid_to=timezone.localdate() - timedelta(days=1))
    assert send(phone, body).json()["state"] == "review"
    assert (reviewed(body).fault, reviewed(body).area_id) == ("上传时岗位已结束", GRID)


def test_row_06_a_closed_campaign_is_for_a_person_and_the_time_of_the_phone_does_not_reopen_it(phone, make_household):
    home = make_household(moved_in_date=timezone.localdate() - timedelta(days=60))
    day = timezone.localdate() - timedelta(days=2)
    campaign = Campaign.objects.create(name="暖百家心", starts_date=day, ends_date=day)
    CampaignPlace.objects.create(campaign=campaign, area=Area.objects.get(pk=XINCUN))
    send(phone, body := record(home, at=timezone.now() - timedelta(days=2)))
    assert reviewed(body).fault == "收到时“暖百家心”已经结束"


def test_row_06_a_record_that_came_a_week_late_is_for_a_person(phone, make_household):
    send(phone, body := record(make_household(), at=timezone.now() - timedelta(days=9)))
    assert reviewed(body).fault == "晚到9天"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"outcome": ["gone"]}, "“走访结果”填得不对"),
        ({"outcome": ["absent"], "topics": ["leak"]}, "没有见到人也没有联系上"),
        ({"surprise": ["1"]}, "系统不认识的内容"),
        ({"told-case-1": ["progress"]}, "对不上这一户"),
        ({"written_later": ["on"], "day": ["2020-01-01"], "part": ["morning"]}, "“哪一天”填得不对"),
    ],
)
def test_row_06_what_does_not_fit_is_for_a_person(phone, make_household, fields, fault):
    send(phone, body := record(make_household(), fields=fields))
    assert fault in reviewed(body).fault
    assert not Visit.objects.exists()


def test_row_07_a_poison_record_does_not_stop_the_good_ones(phone, make_household, caplog):
    home = make_household()
    Limit.objects.all().delete()  # without limits no case can be opened: nobody foresaw that here
    limits.forget()
    fields = {"topics": ["light"], "handling-light": ["case"], "detail-light": ["谁也没想到的"]}
    bad = record(home, seq=1, fields=fields)
    answer = send(phone, bad)
    assert (answer.status_code, answer.json()["state"]) == (200, "review")
    assert reviewed(bad).fault == "系统没能处理这条记录，请核对内容"
    assert bad["id"] in caplog.text and "谁也没想到的" not in caplog.text
    assert send(phone, record(home, seq=2)).json()["state"] == "processed"


def test_half_a_character_is_left_out_and_the_rest_is_kept(phone, make_household):
    assert send(phone, record(make_household(), fields={"others": ["张师傅\ud83d"]})).json()["state"] == "processed"
    assert Visit.objects.get().others.plain == "张师傅"


def test_row_08_whoever_is_not_signed_in_gets_json_and_no_page(client):
    for method, path in (("post", "hello"), ("post", "submit"), ("get", "receipts/"), ("get", "pack/")):
        answer = getattr(client, method)(f"/sync/{path}")
        assert (answer.status_code, answer.json()["error"]) == (401, "login"), path
    strict = Client(enforce_csrf_checks=True)
    assert (send(strict, {}).status_code, send(strict, {}).json()["error"]) == (401, "login")


def test_row_08_a_password_to_be_changed_is_a_sign_in_not_done(phone, wang, make_household):
    type(wang).objects.update(must_change_password=True)
    answer = send(phone, record(make_household()))
    assert (answer.status_code, answer.json()["error"]) == (401, "password")


def test_row_09_a_record_of_another_account_is_not_taken(phone, make_household, he):
    answer = send(phone, record(make_household(), user=he.pk))
    assert (answer.status_code, answer.json()["error"]) == (403, "user")
    assert not Submission.objects.exists()


def test_row_09_the_id_of_somebody_elses_record_shows_and_changes_nothing(phone, make_household, he, wang):
    body = record(make_household(), fields={"note": ["只给自己看"]})
    send(phone, body)
    other = Client()
    other.force_login(he)
    for sent in (body, {**body, "fields": {"outcome": ["absent"]}}):
        answer = send(other, sent)
        assert answer.status_code == 409 and "只给自己看" not in answer.content.decode()
        assert set(answer.json()) == {"conflict", "words"}
    assert Visit.objects.get().outcome == "met" and Submission.objects.get().user == wang
    assert set(Conflict.objects.values_list("user", flat=True)) == {he.pk}


def test_row_10_an_old_token_is_refused_in_json_and_a_fresh_one_from_hello_works(make_household, wang):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(wang)
    body = record(make_household())
    answer = send(strict, body, **{"X-CSRFToken": "a" * 64})
    assert (answer.status_code, answer.json()["error"], answer["Content-Type"]) == (403, "csrf", "application/json")
    token = send(strict, {"device": str(uuid.uuid4())}, "/sync/hello").json()["csrf"]
    assert send(strict, body, **{"X-CSRFToken": token}).json()["ack"] == body["id"]


def test_row_13_a_record_of_an_older_page_is_still_read(phone, make_household, monkeypatch):
    def from_0(body):
        fields = {name: [text] for name, text in body["said"].items()}
        return {**body, "fields": {**fields, "outcome": [body["said"]["result"]]}}

    monkeypatch.setitem(upgraders.UPGRADERS, 0, lambda body: _renamed(from_0(body)))
    body = {**record(make_household(), schema_version=0), "said": {"result": "met", "note": "一切都好"}}
    assert send(phone, body).json()["state"] == "processed"
    assert Visit.objects.get().note == "一切都好"


def _renamed(body):
    fields = {name: texts for name, texts in body["fields"].items() if name != "result"}
    return {**body, "fields": fields}


def test_row_13_a_record_of_a_newer_page_waits_for_a_person(phone, make_household):
    assert send(phone, body := record(make_household(), schema_version=9)).json()["state"] == "review"
    assert "比系统新" in reviewed(body).fault


def test_row_15_a_wrong_clock_is_corrected_by_the_measured_error(phone, make_household):
    truly = timezone.now() - timedelta(hours=2)
    wrong = truly - timedelta(days=400)
    body = record(make_household(), at=wrong, clock_offset=400 * 24 * 3600)
    assert send(phone, body).json()["state"] == "processed"
    assert Visit.objects.get().happened_at == truly


def test_row_15_a_clock_ahead_never_dates_a_visit_after_its_receipt(phone, make_household):
    send(phone, record(make_household(), at=timezone.now() + timedelta(days=3)))
    visit = Visit.objects.get()
    assert visit.happened_at == visit.received_at


def test_row_15_a_time_nobody_can_read_is_for_a_person(phone, make_household):
    send(phone, body := record(make_household(), client_at="99999-01-01"))
    assert "手机时间看不懂" in reviewed(body).fault


def test_row_19_a_new_household_comes_with_its_visit_in_one_record(phone, courtyard):
    door = {"compound": courtyard.pk, "building_no": 3, "unit_no": 2, "room": "502"}
    new = {**door, "name": "孙桂英", "phone": "138 0000 5678"}
    body = record(new, fields={"topics": ["leak"], "handling-leak": ["case"]})
    assert send(phone, body).json()["state"] == "processed", reviewed(body).fault
    home = Household.objects.get()
    assert (home.area_id, home.head_name.plain, Visit.objects.get().household) == (GRID, "孙桂英", home)
    assert Membership.objects.get().valid_from == timezone.localdate()
    # Two records about the same new household, written before either was sent.
    assert send(phone, record(new, seq=2)).json()["state"] == "processed"
    assert Household.objects.count() == 1 and Visit.objects.count() == 2
    send(phone, third := record({**new, "name": "周大海"}, seq=3))
    assert reviewed(third).fault == "这个门里登记的是另一户"


def test_row_19_a_new_household_that_fails_takes_its_visit_along_to_review(phone, make_household, outsider):
    phone.force_login(outsider)
    new = {"compound": make_household().compound_id, "building_no": 3, "unit_no": 2, "room": "502", "name": "孙桂英"}
    send(phone, body := record(new))
    assert reviewed(body).fault
    assert Household.objects.count() == 1 and not Visit.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        (lambda body: "{", 400, "malformed"),
        (lambda body: "[" * 100_000, 400, "malformed"),
        (lambda body: json.dumps({**body, "id": "7"}), 400, "malformed"),
        (lambda body: json.dumps({**body, "fields": {"outcome": "met"}}), 400, "malformed"),
        (lambda body: json.dumps({**body, "schema_version": "1"}), 400, "malformed"),
        (lambda body: json.dumps({**body, "label": "长" * 200_000}), 413, "size"),
    ],
)
def test_what_is_no_record_is_refused_in_json(phone, make_household, change, status, error):
    answer = send(phone, change(record(make_household())))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Submission.objects.exists()


def test_nothing_but_json_comes_from_under_sync(phone):
    for method, path, status in (
        ("get", "/sync/submit", 405),
        ("get", "/sync/nowhere", 404),
        ("post", "/sync/", 404),
        ("delete", "/sync/pack", 404),
    ):
        answer = getattr(phone, method)(path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), path
        assert answer.json()["error"]


def test_a_database_that_is_gone_leaves_the_record_on_the_phone(phone, make_household):
    body = record(make_household())

    def gone(execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")

    phone.raise_request_exception = False
    with connection.execute_wrapper(gone):
        answer = send(phone, body)
    assert (answer.status_code, answer.json()["error"]) == (503, "later")
    assert send(phone, body).json()["state"] == "processed"


def test_numbers_that_never_came_are_counted(phone, make_household):
    home = make_household()
    for seq in (1, 2, 5, 6, 9):
        send(phone, record(home, seq=seq))
    device = with_gaps(Device.objects.all()).get()
    assert (device.highest, device.gaps, missing(device), missing(device, 2)) == (9, 4, [3, 4, 7, 8], [3, 4])


def test_a_visit_from_the_evening_before_belongs_to_the_day_it_was_made(phone, make_household):
    home = make_household(moved_in_date=timezone.localdate() - timedelta(days=60))
    yesterday = timezone.localdate() - timedelta(days=1)
    fields = {"written_later": ["on"], "day": [yesterday.isoformat()], "part": ["evening"]}
    assert send(phone, record(home, fields=fields)).json()["state"] == "processed"
    assert Visit.objects.get().happened_at == moment(f"{yesterday} 19:30")
