"""The hall, the pages that only tell, and the throttles."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.services import publishing
from conftest import XINCUN, moment
from households.models import PrivacyNotice, RightsRequest
from public import catalog, throttles

pytestmark = pytest.mark.django_db
RIGHTS = {"kind": "see", "name": "刘女士", "phone": "13800001234", "text": "想看一看"}


def html_of(address: str, client: Client | None = None) -> str:
    return (client or Client()).get(address).content.decode()


@pytest.mark.parametrize("address", ["/", "/cadre/", "/privacy/", "/rights/", "/request/", "/track/"])
@pytest.mark.parametrize("size", ["", "elder"])
def test_every_page_opens_in_both_sizes(ground, address, size):
    client = Client()
    client.cookies["weidu_size"] = size
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 200 and ('data-size="elder"' in html) == (size == "elder")
    assert "style=" not in html and "<h1" in html


def ended(make_case, chen, title: str = "路灯维修", **more) -> Case:
    case = make_case(at=moment("2026-11-20 10:00"), **more)
    cases.set_title(case, title, by=chen)
    Case.objects.filter(pk=case.pk).update(status="closed", closed_at=moment("2026-11-24 10:00"), closed_level=2)
    case.refresh_from_db()
    if title and not publishing.obstacle(case):
        publishing.publish(case, title=title, text="楼前的路灯坏了。", by=chen)
    return case


class TestOpenness:
    def test_a_closed_case_is_published_without_a_word_of_the_resident(self, make_case, chen):
        case = ended(make_case, chen, text="张三家门口", place="12号楼3单元502", name="张三", subject="张三的灯")
        html = html_of("/")
        assert "路灯维修" in html and "北大街道新村社区　社区办结" in html and "用时2个工作日" in html
        for secret in ("张三", "502", "1380", case.number):
            assert secret not in html

    def test_what_must_not_be_published_is_not(self, make_case, chen, wang):
        ended(make_case, chen, "两家吵架", category="neighbour-noise")
        ended(make_case, chen, "态度不好", about=wang)
        ended(make_case, chen, "")
        open_one = make_case()
        cases.set_title(open_one, "正在办的", by=chen)
        html = html_of("/")
        assert not any(words in html for words in ("两家吵架", "态度不好", "正在办的")) and "还没有可以公示" in html

    def test_the_home_page_costs_no_query_once_the_process_is_warm(self, make_case, chen, django_assert_num_queries):
        ended(make_case, chen)
        html_of("/")
        with django_assert_num_queries(0):
            html_of("/")


def test_a_community_is_found_by_name_and_leads_to_its_form(ground):
    html = html_of("/?q=新村")
    assert "北大街道新村社区" in html and f"/request/?community={XINCUN}" in html
    assert "没有找到“&lt;b&gt;”" in html_of("/?q=<b>")
    assert f'value="{XINCUN}" selected' in html_of(f"/request/?community={XINCUN}")


def test_emergency_numbers_can_be_dialled(ground):
    html = html_of("/") + html_of("/request/")
    for number in ("110", "119", "120", "122", "12345"):
        assert f'href="tel:{number}"' in html


def test_complaints_about_officials_are_sent_elsewhere(ground):
    html = html_of("/cadre/")
    assert "tel:12380" in html and "tel:12388" in html and "<textarea" not in html
    assert "/cadre/" in html_of("/request/")
    assert Client().post("/cadre/").status_code == 405


def test_the_notice_and_its_earlier_versions_are_told(ground):
    PrivacyNotice.objects.create(
        version="2025-9", short="旧", body="旧版全文", in_force_from=timezone.now() - timedelta(days=400)
    )
    PrivacyNotice.objects.create(
        version="2099-1", short="新", body="将来的", in_force_from=timezone.now() + timedelta(days=400)
    )
    html = html_of("/privacy/")
    assert "版本2026-1" in html and "旧版全文" in html and "将来的" not in html


class TestRights:
    def test_a_request_is_taken_once_and_its_date_is_told(self, ground):
        client = Client()
        data = RIGHTS | {"submission": "33333333-3333-4333-8333-333333333333"}
        html = client.post("/rights/", data, follow=True).content.decode()
        client.post("/rights/", data)
        asked = RightsRequest.objects.get()
        assert "申请已收到，最晚" in html and asked.phone.plain == "13800001234"

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"kind": ""}, "请选择申请什么"),
            ({"name": ""}, "请填写姓名"),
            ({"phone": "1"}, "应是11位手机号码"),
            ({"receipt": "WD12"}, "编号不完整或有错字"),
            ({"text": "长" * 2001}, "最多2000个字"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field(self, ground, change, error):
        html = Client().post("/rights/", {**RIGHTS, **change}).content.decode()
        assert error in html and not RightsRequest.objects.exists()
        assert "text" in change or "想看一看" in html


class TestSize:
    def test_the_choice_is_kept_for_a_year_and_leads_back(self, ground):
        response = Client().post("/size/", {"size": "elder", "next": "/track/"})
        assert response["Location"] == "/track/" and response.cookies["weidu_size"]["max-age"] == 365 * 24 * 3600
        assert Client().get("/size/").status_code == 405

    @pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_it_leads_nowhere_else(self, ground, evil):
        assert Client().post("/size/", {"size": "elder", "next": evil})["Location"] == "/"

    def test_an_invented_size_is_the_standard_one(self, ground):
        assert Client().post("/size/", {"size": "<b>"}).cookies["weidu_size"].value == ""

    def test_a_signed_in_person_is_remembered(self, wang):
        client = Client()
        client.force_login(wang)
        client.post("/size/", {"size": "elder"})
        wang.refresh_from_db()
        assert wang.size == "elder"


class TestThrottles:
    def test_too_many_requests_keep_the_words(self, visitor, typed):
        visitor.get("/request/")
        for number in range(10):
            assert visitor.post("/request/", typed(text=f"第{number}件")).status_code == 302
        response = visitor.post("/request/", typed(text="第十一件"))
        html = response.content.decode()
        assert response.status_code == 429 and "第十一件" in html and "提交次数较多" in html
        assert Case.objects.count() == 10

    def test_another_browser_behind_the_same_address_goes_on(self, visitor, typed):
        visitor.get("/request/")
        for number in range(11):
            visitor.post("/request/", typed(text=f"第{number}件"))
        neighbour = Client()
        neighbour.get("/request/")
        assert neighbour.post("/request/", typed(text="邻居的事")).status_code == 302

    def test_a_network_has_an_end_too(self, ground, typed, settings):
        settings.PUBLIC_LIMITS = {"submit-network": "2/hour"}
        statuses = [Client().post("/request/", typed(text=f"第{n}件")).status_code for n in range(3)]
        assert statuses == [302, 302, 429]

    def test_behind_a_proxy_the_address_our_proxy_saw_counts(self, ground, typed, settings):
        settings.PUBLIC_LIMITS = {"submit-network": "1/hour"}
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

        def send(address: str) -> int:
            return Client().post("/request/", typed(), headers={"x-forwarded-for": f"9.9.9.9, {address}"}).status_code

        assert [send("10.0.0.1"), send("10.0.0.2"), send("10.0.0.2")] == [302, 302, 429]

    def test_guessing_numbers_is_slowed_down_for_a_receipt_and_for_a_browser(self, ground, make_case):
        case = make_case()
        tries = [Client().post("/track/", {"receipt": case.number, "tail": "0000"}) for _ in range(21)]
        assert tries[19].status_code == 200 and tries[20].status_code == 429
        assert "查询次数较多" in tries[20].content.decode() and case.number in tries[20].content.decode()

    def test_with_the_cache_server_down_everything_stays_open(self, ground, typed, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        throttles.limiter.cache_clear()
        try:
            response = Client().post("/request/", typed())
        finally:
            throttles.limiter.cache_clear()
        assert response.status_code == 302 and Case.objects.count() == 1


def test_places_are_read_again_after_they_were_forgotten(ground):
    from grids.models import Area

    assert catalog.place("411002005003")
    Area.objects.filter(code="411002005003").update(in_service=False)
    assert catalog.place("411002005003")
    catalog.forget()
    assert catalog.place("411002005003") is None
