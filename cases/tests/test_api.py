"""Cases through the API: the same scope, abilities, forms and verbs as the pages, and nobody's data in plain."""

import json
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.throttling import UserRateThrottle

from cases import services as cases
from cases.models import Case, Report
from cases.tests.calling import PHONE, Caller, sent
from conftest import GRID, XINCUN

pytestmark = pytest.mark.django_db


# --- who may read what


def test_nobody_gets_in_without_a_key_or_a_session(client, make_case):
    case = make_case()
    for name, args in [("cases", []), ("case", [case.number]), ("areas", []), ("categories", []), ("schema", [])]:
        answer = client.get(reverse(f"api:{name}", args=args))
        assert answer.status_code == 401
        assert set(answer.json()) == {"detail", "fields"}


def test_the_list_holds_exactly_the_cases_in_scope(wang, outsider, make_case):
    here, elsewhere = make_case(), make_case(area="411002008001")
    assert [row["number"] for row in Caller(wang).get("cases").json()["results"]] == [here.number]
    assert [row["number"] for row in Caller(outsider).get("cases").json()["results"]] == [elsewhere.number]


def test_another_streets_case_is_not_found_at_any_address(outsider, make_case):
    case, caller = make_case(), Caller(outsider)
    answers = [
        caller.get("case", case.number),
        caller.get("case-events", case.number),
        caller.get("case-action", case.number, "sign"),
        caller.act(case, "sign"),
        caller.post("case-approval", case.number, 1, agreed=True),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5


def test_an_account_without_a_posting_is_refused(clerk, make_case):
    case, caller = make_case(), Caller(clerk)
    assert caller.get("cases").status_code == 403
    assert caller.get("case", case.number).status_code == 403
    assert caller.post("cases", **sent()).status_code == 403
    assert caller.get("cases").json()["detail"] == "您现在不能做这项操作。"


def test_a_unit_reads_what_it_was_handed_but_does_not_register(li):
    caller = Caller(li)
    assert caller.get("cases").status_code == 200
    assert caller.post("cases", **sent()).status_code == 403


def test_a_complaint_about_oneself_does_not_exist_and_nobody_reads_whom_it_is_about(wang, chen, zhao, make_case):
    case = make_case(about=wang)
    assert Caller(wang).get("case", case.number).status_code == 404
    assert Caller(wang).get("cases").json()["results"] == []
    for reader in (chen, zhao):
        pages = [Caller(reader).get("case", case.number), Caller(reader).get("case-events", case.number)]
        for page in pages:
            assert page.status_code == 200
            assert "about" not in page.json()
            assert wang.full_name not in page.content.decode()


def test_personal_values_leave_masked_or_not_at_all(chen, make_case):
    open_one, withheld = make_case(name="刘桂芳"), make_case(name="孙丽", withheld=True)
    shown = Caller(chen).get("case", open_one.number)
    assert shown.json()["reports"][0]["phone"] == "138****1234"
    assert shown.json()["reports"][0]["name"] == "刘*"
    hidden = Caller(chen).get("case", withheld.number).json()["reports"][0]
    assert (hidden["name"], hidden["phone"]) == (None, None)
    for answer in (shown, Caller(chen).get("cases"), Caller(chen).get("case-events", open_one.number)):
        assert PHONE not in answer.content.decode()
        assert "刘桂芳" not in answer.content.decode()


# --- lists


def test_pages_follow_each_other_without_gap_or_repetition(chen, make_case):
    numbers = {make_case(text=f"第{n}件").number for n in range(5)}
    caller, found, cursor = Caller(chen), [], None
    while cursor is not None or not found:
        page = caller.get("cases", size=2, **({"cursor": cursor} if cursor else {})).json()
        found += [row["number"] for row in page["results"]]
        cursor = page["next"]
    assert len(found) == 5
    assert set(found) == numbers


@pytest.mark.parametrize("size", ["0", "101", "-1", "ten"])
def test_a_page_size_out_of_bounds_is_refused(chen, size):
    answer = Caller(chen).get("cases", size=size)
    assert answer.status_code == 400
    assert "size" in answer.json()["fields"]


def test_the_list_takes_the_filters_of_the_inbox(chen, make_case):
    lamp, leak = make_case(), make_case(category="power-wire")
    cases.sign(lamp, by=chen)
    caller = Caller(chen)

    def found(**query):
        return {row["number"] for row in caller.get("cases", **query).json()["results"]}

    assert found(status="handling") == {lamp.number}
    assert found(category=leak.category.code) == {leak.number}
    assert found(level=lamp.level, q=lamp.number) == {lamp.number}
    assert found(area=f"{XINCUN}001") == set()
    assert caller.get("cases", status="nonsense").status_code == 400


def test_a_long_list_costs_as_many_queries_as_a_short_one(chen, make_case):
    caller = Caller(chen)

    def queries() -> int:
        caller.get("cases", size=50)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert caller.get("cases", size=50).status_code == 200
        return len(seen)

    for _ in range(2):
        make_case()
    few = queries()
    for _ in range(18):
        make_case()
    assert queries() == few <= 6


def test_a_detail_and_its_events_cost_a_fixed_number_of_queries(chen, make_case):
    case, caller = make_case(), Caller(chen)

    def queries(name: str) -> int:
        caller.get(name, case.number)
        with CaptureQueriesContext(connection) as seen:
            assert caller.get(name, case.number).status_code == 200
        return len(seen)

    before = queries("case"), queries("case-events")
    for _ in range(5):
        cases.note(case, "到现场看过", by=chen)
    request = cases.Request(category=case.category, area=case.area, text="我家也是", name="张先生", phone="13900001111")
    cases.join(case, request, by=None)
    assert (queries("case"), queries("case-events")) == before
    assert max(before) <= 12


def test_ground_and_categories_are_read_by_everybody_with_an_account(clerk, ground):
    caller = Caller(clerk)
    areas = caller.get("areas", under=XINCUN, level=1).json()["results"]
    assert GRID in {row["code"] for row in areas}
    assert {row["parent"] for row in areas} == {XINCUN}
    assert caller.get("areas", under="411002570").json()["results"] == []
    categories = {row["code"]: row for row in caller.get("categories", size=100).json()["results"]}
    assert categories["light-street"]["parent"] in categories


def test_events_tell_who_did_what_latest_first(wang, chen, make_case):
    case = make_case()
    cases.sign(case, by=wang)
    rows = Caller(chen).get("case-events", case.number).json()["results"]
    assert [(row["number"], row["action"], row["by"]) for row in rows] == [
        (2, "sign", "王网格员"),
        (1, "register", "反映人"),
    ]


# --- registering


def test_a_request_is_registered_like_on_the_page(wang):
    answer = Caller(wang).post(
        "cases", **sent(text="路灯\u202e不亮\x07", phone="１３８ ０００ ０１２３４", channel="phone")
    )
    assert answer.status_code == 201
    case = Case.objects.get(number=answer.json()["number"])
    report = case.reports.get()
    assert (case.text, case.channel, case.created_by, case.level) == ("路灯不亮", "phone", wang, 1)
    assert report.phone.plain == PHONE
    assert PHONE not in answer.content.decode()
    assert {row["action"] for row in answer.json()["actions"]} >= {"sign", "note", "resolve"}


def test_the_same_submission_twice_opens_one_case(wang):
    caller, body = Caller(wang), sent()
    first, second = caller.post("cases", **body), caller.post("cases", **body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["number"] == second.json()["number"]
    assert Case.objects.count() == Report.objects.count() == 1


def test_somebody_elses_submission_number_opens_nothing(wang, outsider):
    body = sent()
    number = Caller(wang).post("cases", **body).json()["number"]
    answer = Caller(outsider).post("cases", **{**body, "area": "411002008001"})
    assert answer.status_code == 404
    assert number not in answer.content.decode()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("area", ["411002008001", "411002005", "411002", "999999999999", "x"])
def test_an_area_outside_the_scope_or_too_high_is_refused(zhao, area):
    answer = Caller(zhao).post("cases", **sent(area=area))
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["area"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "\u202e\u200b \x00"),
        ("text", "灯" * 4001),
        ("phone", "12345"),
        ("category", "no-such"),
        ("submission", "1"),
        ("channel", "web"),
        ("said_at", "2999-01-01T00:00:00+08:00"),
        ("guardian_consents", None),
    ],
)
def test_what_cannot_be_taken_is_explained_per_field_in_chinese(wang, field, value):
    body = sent(under_14=True, guardian_consents=True) | {field: value}
    answer = Caller(wang).post("cases", **body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert any("\u4e00" <= c <= "\u9fff" for c in answer.json()["fields"][field][0])
    assert not Case.objects.exists()


def test_a_child_needs_a_guardian(wang):
    answer = Caller(wang).post("cases", **sent(under_14=True))
    assert list(answer.json()["fields"]) == ["guardian_consents"]


def test_the_hotlines_number_is_registered_once(wang):
    caller, order = Caller(wang), {"channel": "hotline", "external_number": "12345-26-0001"}
    assert caller.post("cases", **sent(**order)).status_code == 201
    again = caller.post("cases", **sent(**order))
    assert again.status_code == 409
    assert "已经登记过" in again.json()["detail"]


def test_a_form_or_broken_json_is_not_accepted(wang):
    caller, address = Caller(wang), reverse("api:cases")
    assert caller.http.post(address, sent()).status_code == 415
    broken = caller.http.post(address, "{", content_type="application/json")
    assert (broken.status_code, broken.json()["detail"]) == (400, "请求不是有效的JSON。")


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', '{"text": {"a": 1}, "area": [], "category": {}}'])
def test_json_of_another_shape_is_refused_not_a_fault_of_ours(wang, body):
    caller = Caller(wang)
    answer = caller.http.post(reverse("api:cases"), body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "fields"}


@pytest.mark.parametrize("number", ["%00", "WD", "..", "WD2611230000000", "%F0%9F%98%80", "x" * 300])
def test_a_number_that_is_none_is_not_found(wang, number):
    assert Caller(wang).http.get(f"/api/v1/cases/{number}/").status_code == 404


# --- doors


def test_a_session_needs_the_csrf_token_to_act(wang, make_case):
    case, browser = make_case(), Client(enforce_csrf_checks=True)
    browser.force_login(wang)
    address = reverse("api:case-action", args=[case.number, "sign"])
    assert browser.get(reverse("api:cases")).status_code == 200
    assert browser.post(address, "{}", content_type="application/json").status_code == 403
    browser.cookies["csrftoken"] = token = "a" * 32
    answer = browser.post(address, "{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_each_person_has_a_throttle_of_their_own(wang, he, monkeypatch):
    monkeypatch.setitem(UserRateThrottle.THROTTLE_RATES, "user", "3/min")
    cache.delete_many([f"throttle_user_{person.pk}" for person in (wang, he)])
    caller, other = Caller(wang), Caller(he)
    assert [caller.get("cases").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get("cases").status_code == 200
    assert caller.get("cases").json()["detail"] == "请求太频繁，请稍后再试。"


def test_a_wrong_method_is_refused(wang):
    assert Caller(wang).http.delete(reverse("api:cases")).status_code == 405


def test_the_description_is_valid_complete_and_without_warnings(wang):
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    assert len(paths) == 13
    for operations in paths.values():
        for operation in operations.values():
            assert operation["description"]
            assert set(operation["responses"]) >= {"401"}
    assert Caller(wang).get("schema").json()["paths"].keys() == paths.keys()
