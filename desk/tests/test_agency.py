"""代办 at the desk: registering, the part on the case page, the steps, the list with its shares, the ledger."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from PIL import Image

from agency import services as agency
from agency.models import AgencyItem, AgencyRequest
from agency.states import Step
from audit.models import Entry
from cases.models import Case
from cases.states import Status
from conftest import GRID, XINCUN
from desk.ledgers import LEDGERS
from desk.tests.test_household_privacy import tables_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sign_in():
    def enter(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter


def text_of(response) -> str:
    return response.content.decode()


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile("p.jpg", out.getvalue(), "image/jpeg")


def typed(**other) -> dict:
    return {
        "submission": "11111111-1111-4111-8111-111111111111",
        "channel": "phone",
        "item": AgencyItem.objects.get(code="heating").pk,
        "way": "home",
        "meet_at": "2026-11-24T09:30",
        "area": GRID,
        "place": "第一食品厂家属院3号楼2单元501",
        "name": "马奶奶",
        "phone": "13800001234",
        "told": "on",
        **other,
    }


def test_an_old_lady_phones_and_it_is_taken_down_once(sign_in, he):
    client = sign_in(he)
    page = text_of(client.get("/desk/agency/register/"))
    assert "缴暖气费" in page and "不记银行卡号和密码" in page
    first = client.post("/desk/agency/register/", typed())
    errand = AgencyRequest.objects.select_related("case").get()
    assert first.url == errand.case.get_absolute_url() == client.post("/desk/agency/register/", typed()).url
    assert (errand.case.channel, errand.case.created_by, errand.way) == ("phone", he, "home")
    assert AgencyRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"told": ""}, "请先口头告知"),
        ({"words": "从6222020200112233445里扣"}, "银行卡号"),
        ({"item": ""}, "请选择要办什么"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(sign_in, he, wrong, words):
    page = text_of(sign_in(he).post("/desk/agency/register/", typed(**wrong)))
    assert words in page and "马奶奶" in page and "填写的内容还在" in page
    assert not Case.objects.exists()


def test_for_a_household_the_place_is_the_households(sign_in, he, make_household):
    household = make_household()
    client = sign_in(he)
    assert f"/desk/agency/register/?household={household.pk}" in text_of(client.get(household.get_absolute_url()))
    assert "为住户" in text_of(client.get(f"/desk/agency/register/?household={household.pk}"))
    client.post("/desk/agency/register/", typed(household=household.pk, area=""))
    errand = AgencyRequest.objects.select_related("case").get()
    assert (errand.case.area_id, errand.case.compound_id) == (household.area_id, household.compound_id)


def test_every_step_is_one_button_on_the_case_page(sign_in, wang, make_errand):
    errand = make_errand(at=timezone.now())
    client, page = sign_in(wang), errand.case.get_absolute_url()
    first = text_of(client.get(page))
    assert "代办：缴暖气费" in first and "受理就是签收" in first and "2单元501" not in first
    assert f'action="/desk/cases/{errand.case.number}/act/sign/"' not in first, "受理 signs"
    act = f"/desk/agency/{errand.case.number}/act"
    assert client.post(f"{act}/accept/", {"errand-way": "centre", "seen": 1}).url == page
    assert client.post(f"{act}/lack/", {"errand-missing": "缴费卡", "seen": 2}).url == page
    assert "第2次办" in text_of(client.get(page))
    client.post(f"{act}/go/", {"seen": 3})
    client.post(f"{act}/finish/", {"errand-words": "在缴费点缴的", "seen": 4})
    back = {
        "errand-what": "票据一张",
        "errand-received": "1500",
        "errand-returned": "13.80",
        "errand-signed_as": "self",
    }
    assert "要一起填" in text_of(client.post(f"{act}/hand_back/", back | {"errand-returned": ""}))
    client.post(f"{act}/hand_back/", back | {"errand-voucher": picture(), "errand-signer": "马秀兰", "seen": 5})
    errand.refresh_from_db()
    assert (errand.step, errand.times, errand.paid) == (Step.SIGNED, 2, Decimal("1486.20"))
    assert Case.objects.get().status == Status.CONFIRMING
    last = text_of(client.get(page))
    assert "收到1500.00元，缴了1486.20元，退回13.80元" in last and "马秀兰" not in last and "马*" in last
    photo = client.get(f"/desk/agency/{errand.case.number}/voucher/")
    assert photo.status_code == 200 and b"".join(photo.streaming_content)
    photo.close()


def test_an_old_page_keeps_what_was_typed(sign_in, wang, make_errand):
    errand = make_errand(at=timezone.now())
    agency.accept(errand, by=wang)
    response = sign_in(wang).post(
        f"/desk/agency/{errand.case.number}/act/lack/", {"errand-missing": "缴费卡", "seen": 1}
    )
    assert response.status_code == 409
    assert "您打开本页以后，王网格员" in text_of(response) and "缴费卡" in text_of(response)
    response = sign_in(wang).post(f"/desk/agency/{errand.case.number}/act/accept/", {"errand-way": "home", "seen": 1})
    assert response.status_code == 409 and "不能再受理" in text_of(response)


def test_who_does_not_hold_it_reads_and_has_no_button(sign_in, chen, outsider, make_errand):
    errand = make_errand(at=timezone.now())
    page = text_of(sign_in(chen).get(errand.case.get_absolute_url()))
    assert "代办：缴暖气费" in page and "/act/accept/" not in page
    assert sign_in(chen).get(f"/desk/agency/{errand.case.number}/act/accept/").status_code == 403
    assert sign_in(outsider).get(f"/desk/agency/{errand.case.number}/act/accept/").status_code == 404


def test_the_door_is_shown_with_a_reason_and_logged(sign_in, wang, make_errand):
    errand = make_errand(at=timezone.now())
    address = f"/desk/agency/{errand.case.number}/door/"
    client = sign_in(wang)
    assert "2单元501" not in text_of(client.get(address))
    assert "请选择查看原因" in text_of(client.post(address, {"reason": ""}))
    assert "2单元501" in text_of(client.post(address, {"reason": "ask"}))
    assert Entry.objects.filter(verb="agency.reveal").count() == 1


def test_the_list_is_by_promise_and_narrowed(sign_in, chen, wang, outsider, make_errand):
    now = timezone.now()
    late = make_errand("water", at=now - timedelta(days=9))
    make_errand("certificate", words="居住证明", at=now)
    client = sign_in(wang)
    page = text_of(client.get("/desk/agency/"))
    assert page.index("缴水费") < page.index("开证明</a>") and "超期" in page and "共2件" in page
    assert "共1件" in text_of(client.get("/desk/agency/?item=water"))
    assert "共1件" in text_of(client.get(f"/desk/agency/?q={late.case.number}"))
    assert "共2件" in text_of(sign_in(chen).get(f"/desk/agency/?view=to-do&area={GRID}"))
    assert "没有等着办的代办" in text_of(sign_in(outsider).get("/desk/agency/?view=to-do"))
    fragment = client.get("/desk/agency/?view=all", headers={"HX-Request": "true"})
    assert "<h1>" not in text_of(fragment) and "共2件" in text_of(fragment)


def test_the_list_costs_the_same_for_many(sign_in, chen, make_errand, django_assert_num_queries):
    client = sign_in(chen)
    make_errand(at=timezone.now())
    client.get("/desk/agency/?view=all")
    with django_assert_num_queries(11) as few:
        client.get("/desk/agency/?view=all")
    for number in range(5):
        make_errand(at=timezone.now(), phone=f"1380000200{number}")
    with django_assert_num_queries(len(few)):
        client.get("/desk/agency/?view=all")


def test_shares_by_place_say_what_they_mean_and_hide_small_numbers(sign_in, zhao, wang, make_errand):
    now = timezone.now()
    for number in range(5):
        errand = make_errand(at=now - timedelta(days=3), phone=f"1380000123{number}")
        agency.accept(errand, at=now - timedelta(days=3), by=wang)
        agency.go(errand, at=now - timedelta(days=3), by=wang)
        agency.finish(errand, at=now - timedelta(days=3 if number else 1), by=wang)
    page = text_of(sign_in(zhao).get("/desk/agency/"))
    assert "80.0%" in page and "4 / 5" in page and "样本不足" in page
    assert "期内办好的代办里，办好和提出在同一天的" in page
    assert "合计" in text_of(sign_in(wang).get("/desk/agency/?days=30"))


def test_the_ledger_masks_people(sign_in, chen, wang, make_errand):
    errand = make_errand(at=timezone.now())
    agency.accept(errand, by=wang)
    response = sign_in(chen).get("/desk/ledgers/agency/?view=all")
    assert response.status_code == 200 and "代办台账" in text_of(response)


def test_other_cases_ask_nothing_of_errands(sign_in, wang, make_case):
    case = make_case(at=timezone.now())
    page = text_of(sign_in(wang).get(case.get_absolute_url()))
    assert 'id="errand-h"' not in page


def test_a_community_keeps_its_own_errands(sign_in, he, make_errand):
    make_errand(area=XINCUN, at=timezone.now())
    assert "共1件" in text_of(sign_in(he).get("/desk/agency/?view=mine"))


def test_door_and_signer_stand_in_one_table_and_reach_no_list_or_ledger(sign_in, chen, wang, make_errand):
    errand = make_errand(at=timezone.now(), name="欧阳静怡", words="敲门大声些")
    agency.accept(errand, by=wang)
    agency.go(errand, by=wang)
    agency.finish(errand, by=wang)
    agency.hand_back(errand, agency.HandBack("票据一张", signer="欧阳明德"), by=wang)
    assert tables_with("2单元501") == tables_with("欧阳明德") == ["agency_agencyrequest"]
    client = sign_in(chen)
    number = errand.case.number
    for address in ("/desk/agency/?view=all", f"/desk/cases/{number}/", "/desk/ledgers/agency/?view=all&show=1"):
        page = text_of(client.get(address))
        assert not [plain for plain in ("2单元501", "欧阳静怡", "欧阳明德", "13800001234") if plain in page], address
    [row] = LEDGERS["agency"].select(chen, QueryDict("view=all"))
    shown = [str(value) for value in LEDGERS["agency"].line(row)]
    assert "第一食品厂家属院3号楼****" in shown and "欧阳*" in shown
