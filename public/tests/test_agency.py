"""代办服务 as residents use it: the guide, the form, the receipt, the progress page."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from agency import services as agency
from agency.models import AgencyItem, AgencyRequest
from conftest import GRID, XINCUN
from public import catalog

pytestmark = pytest.mark.django_db
FORM = {
    "submission": "11111111-1111-4111-8111-111111111111",
    "item": "heating",
    "community": XINCUN,
    "grid": GRID,
    "place": "第一食品厂家属院3号楼2单元501",
    "way": "home",
    "name": "马奶奶",
    "phone": "13800001234",
    "wants_sms": "on",
    "notice": "2026-1",
}


def text_of(response) -> str:
    return response.content.decode()


def test_the_page_shows_every_item_and_its_guide_without_a_script(visitor):
    page = text_of(visitor.get("/agency/"))
    for words in ("缴水费", "缴暖气费", "开证明", "其他", "工作日 16:00前提出当天办", "样本不足", "代办不收费"):
        assert words in page
    assert page.count("<details>") == 6
    assert "代办服务" in text_of(visitor.get("/"))


def test_choosing_an_item_brings_its_guide_alone(visitor):
    response = visitor.get("/agency/?item=heating", headers={"HX-Request": "true", "HX-Target": "guide"})
    page = text_of(response)
    assert "缴费卡号或上次的票据" in page and "<form" not in page and "<details" not in page
    assert "HX-Request" in response["Vary"]
    assert "缴费卡号或上次的票据" in text_of(visitor.get("/agency/?item=heating"))


def test_from_the_form_to_the_receipt_and_the_progress_page(visitor, wang):
    response = visitor.post("/agency/", FORM)
    errand = AgencyRequest.objects.select_related("case").get()
    assert response.url == f"/receipt/{errand.case.uuid}/"
    page = text_of(visitor.get(response.url))
    assert "您的代办已经收到" in page and "缴暖气费" in page and "反映的问题" not in page
    assert visitor.post("/agency/", FORM).url == response.url
    assert AgencyRequest.objects.count() == 1
    visitor.post("/track/", {"receipt": errand.case.number, "tail": "1234"})
    page = text_of(visitor.get("/progress/"))
    assert "代办：缴暖气费" in page and "已经收到，会与您联系" in page and "要带" in page
    agency.accept(errand, by=wang)
    agency.lack(errand, "缴费卡", by=wang)
    assert "还缺：缴费卡。补齐以后接着办。" in text_of(visitor.get("/progress/"))
    agency.go(errand, by=wang)
    agency.finish(errand, by=wang)
    assert "票据和找零会送到您家里" in text_of(visitor.get("/progress/"))
    note = agency.HandBack("票据一张", "family", "马建国", Decimal("1500"), Decimal("13.80"))
    agency.hand_back(errand, note, by=wang)
    page = text_of(visitor.get("/progress/"))
    assert "收到1500.00元，缴了1486.20元，退回13.80元" in page
    assert "马*" in page and "马建国" not in page
    assert "事情办好了吗" in page


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"item": ""}, "item", "请选择要办什么"),
        ({"item": "certificate"}, "text", "请写一写要开什么证明"),
        ({"text": "从6222 0202 0011 2233 445里扣"}, "text", "银行卡号"),
        ({"text": "卡密码123456"}, "text", "密码"),
        ({"place": "6222020200112233445"}, "place", "银行卡号"),
        ({"place": ""}, "place", "请写楼号门牌"),
        ({"way": ""}, "way", "请选择怎么交接"),
        ({"phone": ""}, "phone", "请填写手机号"),
    ],
)
def test_what_is_wrong_is_said_under_its_field_and_nothing_typed_is_lost(visitor, typed, field, words):
    response = visitor.post("/agency/", FORM | typed)
    form = response.context["form"]
    assert words in form.errors[field][0]
    page = text_of(response)
    assert "还没有提交" in page and "马奶奶" in page
    for value in typed.values():
        assert value in page
    assert not AgencyRequest.objects.exists()


def test_a_place_is_found_by_its_name_without_a_script(visitor, courtyard):
    catalog.forget()
    page = text_of(visitor.post("/agency/", FORM | {"community": "", "grid": "", "where": "食品", "find": "1"}))
    assert "选这里" in page and "门牌只给替您办事的工作人员看" in page
    response = visitor.post("/agency/", FORM | {"choose": f"c{courtyard.pk}"})
    assert str(courtyard.pk) in text_of(response)
    visitor.post("/agency/", FORM | {"compound": courtyard.pk})
    case = AgencyRequest.objects.get().case
    assert (case.compound, case.place) == (courtyard, courtyard.name)


def test_shares_show_from_five_on(visitor, make_errand, wang):
    now = timezone.now()
    for number in range(5):
        errand = make_errand(at=now - timedelta(days=3), phone=f"1380000123{number}")
        agency.accept(errand, at=now - timedelta(days=3), by=wang)
        agency.go(errand, at=now - timedelta(days=3), by=wang)
        agency.finish(errand, at=now - timedelta(days=3 if number else 1), by=wang)
    catalog.forget()
    page = text_of(visitor.get("/agency/?item=heating"))
    assert "当天办好80.0%（4 / 5件），一次办成100.0%（5 / 5件）" in page


def test_an_item_out_of_use_is_no_longer_offered(visitor):
    AgencyItem.objects.filter(code="water").update(active=False)
    catalog.forget()
    assert "缴水费" not in text_of(visitor.get("/agency/"))
    assert "这一项现在不代办" in text_of(visitor.post("/agency/", FORM | {"item": "water"}))


def test_the_page_costs_as_little_as_the_request_form(visitor, django_assert_max_num_queries):
    visitor.get("/agency/")
    with django_assert_max_num_queries(0):
        visitor.get("/agency/")


def test_errands_are_not_offered_where_troubles_are_chosen(visitor, make_errand):
    make_errand()
    assert "代办服务" not in text_of(visitor.get("/request/"))
    response = visitor.post("/request/", FORM | {"category": "agency", "text": "缴费"})
    assert response.status_code == 200
    assert AgencyRequest.objects.count() == 1
