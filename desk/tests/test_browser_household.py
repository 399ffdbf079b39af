"""Households in a real browser: looked at with a reason, registered, changed; on a phone, on a desk, by keyboard."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from audit.models import Entry
from households.models import Household, HouseholdEvent, TagKind
from households.services import caring, keeping
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "13800001234"


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


@pytest.fixture
def household(make_household, wang) -> Household:
    """刘阿姨 with a care tag."""
    made = make_household(
        people=[keeping.Person("刘秀兰", "head", "刘阿姨", 2, 1947, NUMBER)], contact_note="急事找女儿"
    )
    caring.set_tag(made, TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    return made


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_number_is_shown_with_a_reason_and_leaves_an_entry(open_page, enter, household, wang, size):
    page = open_page(size)
    enter(page, wang)
    page.goto(household.get_absolute_url())
    assert_accessible(page)
    assert NUMBER not in page.content()
    page.get_by_role("link", name="查看刘阿姨手机号").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("查看会留下记录")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="查看5分钟").click()
    expect(dialog.get_by_label("查看原因")).to_be_visible()
    dialog.get_by_label("查看原因").select_option("ask")
    dialog.get_by_role("button", name="查看5分钟").click()
    expect(page.get_by_text(NUMBER)).to_be_visible()
    expect(page.get_by_text(re.compile("4分.*秒后隐藏"))).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert_accessible(page)
    assert not re.search(rf'="[^"]*{NUMBER}', page.content())
    entry = Entry.objects.get(verb="household.reveal")
    assert (entry.actor_id, entry.details["reason"], entry.details["field"]) == (wang.pk, "ask", "phone")
    page.reload()
    expect(page.get_by_text("刘阿姨　手机号　联系住户了解情况")).to_be_visible()
    assert NUMBER not in page.content()


def test_a_value_hides_itself(desktop, enter, household, wang):
    enter(desktop, wang)
    desktop.goto(household.get_absolute_url())
    desktop.get_by_role("link", name="查看刘阿姨姓名").click()
    desktop.get_by_label("查看原因").select_option("check")
    desktop.get_by_role("button", name="查看5分钟").click()
    shown = desktop.locator("[data-hides-in]")
    expect(shown).to_contain_text("刘秀兰")
    shown.evaluate("place => { place.dataset.hidesIn = 2; }")
    expect(desktop.get_by_text("刘秀兰")).to_have_count(0)
    expect(desktop.locator("[data-masked]")).to_have_text("刘*")


def test_without_scripts_a_page_asks_and_shows(open_page, enter, household, wang):
    page = open_page(DESKTOP, java_script_enabled=False)
    enter(page, wang)
    page.goto(household.get_absolute_url())
    page.get_by_role("link", name="查看刘阿姨手机号").click()
    page.get_by_label("查看原因").select_option("visit")
    page.get_by_role("button", name="查看5分钟").click()
    expect(page.get_by_text(NUMBER)).to_be_visible()
    page.get_by_role("link", name="返回住户").click()
    assert NUMBER not in page.content()


def test_a_household_is_registered_and_a_person_added_by_keyboard(desktop, enter, courtyard, wang):
    enter(desktop, wang)
    desktop.goto(reverse("desk:households"))
    assert_accessible(desktop)
    desktop.get_by_role("link", name="登记住户").press("Enter")
    assert_accessible(desktop)
    desktop.get_by_label("小区").select_option(label="第一食品厂家属院")
    for label, text in (("楼号", "3"), ("单元号", "1"), ("房号", "302"), ("户主姓名", "周建国"), ("手机号", "1390000")):
        desktop.get_by_label(re.compile(f"^{label}")).fill(text)
    desktop.get_by_label("房号").press("Enter")
    expect(desktop.get_by_text("请填写11位手机号")).to_be_visible()
    expect(desktop.get_by_label(re.compile("^户主姓名"))).to_have_value("周建国")
    assert_accessible(desktop)
    desktop.get_by_label(re.compile("^手机号")).fill("13900000021")
    desktop.get_by_label(re.compile("^手机号")).press("Enter")
    expect(desktop.get_by_role("status").filter(has_text="已登记住户")).to_be_visible()
    expect(desktop.get_by_role("heading", name="3号楼1单元302")).to_be_visible()
    desktop.get_by_role("link", name="添加", exact=True).first.press("Enter")
    desktop.get_by_label("姓名", exact=True).fill("周小明")
    desktop.get_by_label("与户主关系").select_option("grandchild")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="添加家里的人").press("Enter")
    expect(desktop.get_by_role("status").filter(has_text="已添加")).to_be_visible()
    assert Household.objects.get().residents.count() == 2


def test_moving_out_from_the_menu_on_a_phone(phone, enter, household, wang):
    enter(phone, wang)
    phone.goto(household.get_absolute_url())
    phone.get_by_text("更多").click()
    phone.get_by_role("link", name="登记搬离").click()
    expect(phone.get_by_role("dialog").get_by_text("全家离开时登记")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("dialog").get_by_role("button", name="登记搬离").click()
    expect(phone.get_by_role("status").filter(has_text="已登记搬离")).to_be_visible()
    expect(phone.get_by_text("全家已经搬离。")).to_be_visible()
    assert_accessible(phone)
    assert HouseholdEvent.objects.filter(verb="move_out").count() == 1


def test_the_list_is_filtered_in_place_and_fits_a_phone(phone, enter, household, make_household, wang):
    make_household("3-1-101", kind="rented", people=())
    enter(phone, wang)
    phone.goto(reverse("desk:households"))
    phone.get_by_label("户类型").select_option("rented")
    expect(phone.get_by_text("3号楼2单元501")).to_have_count(0)
    expect(phone.get_by_text("3号楼1单元101")).to_be_visible()
    assert "kind=rented" in phone.url
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(phone)


def test_the_other_pages_are_accessible(desktop, enter, household, wang):
    enter(desktop, wang)
    for name in ("desk:household-history", "desk:household-sheet"):
        desktop.goto(reverse(name, args=[household.pk]))
        assert_accessible(desktop)
    for action in ("change", "tag", "pair"):
        desktop.goto(reverse("desk:household-act", args=[household.pk, action]))
        assert_accessible(desktop)
    desktop.goto(reverse("desk:pairings"))
    assert_accessible(desktop)
