"""The heating fee paid for an old lady who phoned, from the call to her signature; and the public page in elder mode."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from agency.models import AgencyRequest
from agency.states import Step
from cases.models import Case
from cases.states import Status
from conftest import GRID, XINCUN
from ops.pytest_browser import assert_accessible
from public import catalog
from public.tests.conftest import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
DOOR = "第一食品厂家属院3号楼2单元501"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    catalog.forget()


@pytest.fixture
def enter(live_server):
    """Signs a page in as somebody: enter(page, user)."""

    def sign_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


def look(page) -> None:
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def track(page, number: str) -> None:
    page.goto(f"/track/?receipt={number}")
    page.fill("#tail", "1234")
    page.click("button:has-text('查询')")
    page.wait_for_url("**/progress/")


def test_an_elder_asks_on_a_phone_and_never_leaves_a_card_number(phone, courtyard):
    phone.goto("/")
    phone.click("[data-size-switch] button")
    phone.wait_for_selector("html[data-size=elder]")
    phone.click(".entries >> text=代办服务")
    phone.wait_for_url("**/agency/")
    phone.locator("summary").first.click()
    look(phone)
    phone.check("input[name=item][value=heating]", force=True)
    phone.wait_for_selector("#guide-h")
    assert "缴费卡号或上次的票据" in phone.inner_text("#guide")
    phone.fill("#text", "从卡里扣，6222 0202 0011 2233 445")
    phone.select_option("#community", XINCUN)
    phone.fill("#where-words", "食品")
    phone.click("button:has-text('选这里')")
    phone.wait_for_selector("#where-in [role=status]")
    assert "门牌只给替您办事的工作人员看" in phone.inner_text("#place-help")
    phone.fill("#place", DOOR)
    phone.check("input[name=way][value=home]")
    phone.fill("#name", "马奶奶")
    phone.fill("#phone", "138 0000 1234")
    phone.click("button.btn-primary")
    phone.wait_for_selector("#text-error")
    assert "银行卡号" in phone.inner_text("#text-error") and phone.input_value("#place") == DOOR
    assert phone.is_checked("input[value=heating]") and phone.is_visible("#guide-h")
    look(phone)
    phone.fill("#text", "老伴不在家，请敲门大声些")
    phone.click("button.btn-primary")
    phone.wait_for_url("**/receipt/**")
    assert "您的代办已经收到" in phone.inner_text("main")
    look(phone)
    case = AgencyRequest.objects.get().case
    track(phone, case.number)
    assert "已经收到，会与您联系" in phone.inner_text("main")
    look(phone)


def test_the_heating_fee_of_an_old_lady_who_phoned(desktop, phone, enter, he, wang, courtyard, tmp_path):
    receipt = tmp_path / "receipt.jpg"
    receipt.write_bytes(picture(size=(300, 200)).read())
    enter(desktop, he)
    desktop.goto("/desk/agency/")
    look(desktop)
    desktop.click("a:has-text('登记代办')")
    desktop.get_by_label("电话", exact=True).check()
    desktop.get_by_label("缴暖气费", exact=True).check()
    desktop.get_by_label("上门取", exact=True).check()
    desktop.get_by_label("所在网格").select_option(GRID)
    desktop.get_by_label("小区").select_option(str(courtyard.pk))
    desktop.fill("#id_place", DOOR)
    desktop.fill("#id_name", "马奶奶")
    desktop.fill("#id_phone", "13800001234")
    desktop.get_by_label("已口头告知").check()
    look(desktop)
    desktop.get_by_role("button", name="登记", exact=True).click()
    expect(desktop.get_by_role("heading", name="代办：缴暖气费").first).to_be_visible()
    case = Case.objects.get()

    enter(desktop, wang)
    desktop.goto("/desk/agency/")
    desktop.get_by_role("link", name="缴暖气费").click()
    assert DOOR not in desktop.content()
    look(desktop)
    part = desktop.locator("section[aria-labelledby=errand-h]")
    part.get_by_role("button", name="受理").click()
    expect(desktop.get_by_text("已受理", exact=True)).to_be_visible()
    part.get_by_role("link", name="缺材料").click()
    dialog = desktop.get_by_role("dialog")
    dialog.get_by_label("还缺什么").fill("缴费卡")
    look(desktop)
    dialog.get_by_role("button", name="缺材料").click()
    expect(part.get_by_text("第2次办")).to_be_visible()
    part.get_by_role("button", name="去办").click()
    part.get_by_role("button", name="办结").click()
    part.get_by_label("交回了什么").fill("暖气费票据一张")
    part.get_by_label("收到（元）").fill("1500")
    part.get_by_label("退回（元）").fill("13.80")
    part.get_by_label("票据照片").set_input_files(str(receipt))
    part.get_by_label("签收人姓名").fill("马秀兰")
    look(desktop)
    part.get_by_role("button", name="交回签收").click()
    expect(part.get_by_text("收到1500.00元，缴了1486.20元，退回13.80元")).to_be_visible()
    assert "马秀兰" not in desktop.content()
    look(desktop)

    track(phone, case.number)
    words = phone.inner_text("main")
    assert "已经办好，暖气费票据一张已交给您。" in words and "收到1500.00元，缴了1486.20元，退回13.80元" in words
    assert "还缺：缴费卡。补齐以后接着办。" in words and "由本人签收" in words
    look(phone)
    phone.check("input[value=solved]", force=True)
    phone.click("button:has-text('提交评价')")
    phone.wait_for_selector("text=已收到您的评价")
    case.refresh_from_db()
    assert (case.status, AgencyRequest.objects.get().step) == (Status.CLOSED, Step.SIGNED)
