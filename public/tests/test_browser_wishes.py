"""Micro-wishes in a real browser: on a phone, in both sizes, on narrow screens, with and without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conftest import XINCUN
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible
from public import catalog
from wishes import services as wishes
from wishes.models import Wish
from wishes.states import Status

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {"viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TEXT = "孩子晚上写作业家里灯暗，想要一盏护眼台灯。"


@pytest.fixture
def wall(make_wish, make_volunteer, chen):
    """A wall with cards of every kind, and one wish reported done."""

    def put(title: str, *, days: int, label: str = "", joint: bool = False, price: int | None = 50, **more) -> Wish:
        wish = make_wish(**more)
        words = wishes.PublicWords(title, "看药盒上的字吃力，300度左右。", price, "约2小时、2至3人", label, joint)
        wishes.publish(wish, words, at=timezone.now() - timedelta(days=days), by=chen)
        return wish

    put("想要一副老花镜", days=6, label="独居老人")
    put("拍一张四代同堂的全家福", days=2, kind="service", joint=True, price=None)
    put("一盏护眼台灯", days=1, for_whom="child", guardian_consents=True)
    for number in range(11):
        put(f"周末陪着下盘象棋{number}", days=0, kind="company", price=None)
    wish = put("防滑垫和扶手", days=9)
    made = wishes.claim(wish, by=make_volunteer())
    wishes.deliver(made, by=made.claimer)
    catalog.forget()
    return wish


def enlarge(page) -> None:
    page.goto("/")
    page.click("[data-size-switch] button")
    page.wait_for_selector("html[data-size=elder]")


def look(page, address: str = "") -> None:
    if address:
        page.goto(address)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def fill(page) -> None:
    page.check("input[name=kind][value=goods]", force=True)
    page.fill("#text", TEXT)
    page.select_option("#community", XINCUN)
    page.fill("#place", "许都家园6号楼1单元302")
    page.fill("#name", "吴女士")
    page.fill("#phone", "138 0000 1234")


def follow(page) -> Wish:
    """From the receipt to the progress page."""
    page.wait_for_url("**/wishes/receipt/**")
    wish = Wish.objects.latest("pk")
    assert page.inner_text("#receipt") == f"{wish.number[:8]}-{wish.number[8:]}"
    look(page)
    page.click("main a.btn-primary")
    enter(page)
    return wish


def enter(page, wish: Wish | None = None) -> None:
    if wish:
        page.goto(f"/track/?receipt={wish.number}")
    page.wait_for_url("**/track/**")
    page.fill("#tail", "1234")
    page.click("button:has-text('查询')")
    page.wait_for_url("**/wishes/progress/")


@pytest.mark.parametrize("size", ["", "elder"])
def test_from_the_hall_to_the_progress_page_and_away(phone, courtyard, size):
    if size:
        enlarge(phone)
    phone.goto("/")
    phone.click("text=我有微心愿")
    phone.check("input[value=child]", force=True)
    phone.wait_for_selector("#guardian input")
    look(phone)
    fill(phone)
    phone.fill("#where-words", "食品")
    phone.click("button:has-text('选这里')")
    phone.wait_for_selector("#where-in [role=status]")
    assert "门牌只给社区和认领人看" in phone.inner_text("#place-help")
    phone.click("button.btn-primary")
    assert "我是孩子的监护人" in phone.inner_text("#guardian-error") and phone.input_value("#text") == TEXT
    look(phone)
    phone.check("[name=guardian_consents]")
    phone.click("button.btn-primary")
    wish = follow(phone)
    assert (wish.compound, wish.for_whom, wish.guardian_consents) == (courtyard, "child", True)
    assert phone.locator("[aria-current=step]").inner_text().startswith("审核")
    look(phone)
    phone.click("text=取消这个心愿")
    look(phone)
    phone.click("button:has-text('取消心愿')")
    phone.wait_for_url("**/wishes/progress/")
    assert "已取消" in phone.inner_text("main")


def test_everything_works_without_javascript(open_page, wall):
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/wishes/new/")
    page.check("input[value=child]", force=True)
    fill(page)
    page.click("button.btn-primary")
    page.check("[name=guardian_consents]")
    page.click("button.btn-primary")
    page.wait_for_url("**/wishes/receipt/**")
    page.goto("/wishes/")
    page.check("#kind-service", force=True)
    page.select_option("#street", XINCUN[:9])
    page.click("button:has-text('筛选')")
    expect(page.locator("article")).to_have_count(1)
    assert "全家福" in page.inner_text("article")


def test_the_wall_is_narrowed_at_a_tap_and_the_address_says_so(phone, wall):
    phone.goto("/wishes/")
    phone.check("#kind-company", force=True)
    phone.wait_for_url(re.compile("kind=company"))
    assert phone.locator("article h3").first.inner_text().startswith("周末陪着下盘象棋")
    phone.select_option("#street", XINCUN[:9])
    phone.wait_for_url(re.compile("street=411002005"))
    assert phone.locator("#community option").count() < 30
    phone.reload()
    assert phone.is_checked("#kind-company") and phone.input_value("#street") == XINCUN[:9]
    phone.click("text=清除")
    phone.click("[rel=next]")
    phone.wait_for_url(re.compile("page="))
    phone.wait_for_selector("[rel=prev]")
    phone.go_back()
    phone.wait_for_selector("article:has-text('老花镜')")


@pytest.mark.parametrize("size", ["", "elder"])
def test_the_wall_is_reached_from_home_in_both_sizes(phone, wall, size):
    if size:
        enlarge(phone)
    phone.goto("/")
    phone.click("main a[href='/wishes/']:visible >> nth=0")
    phone.wait_for_url("**/wishes/")
    assert "老花镜" in phone.inner_text("article >> nth=0")


def test_the_wisher_confirms_and_says_thanks(phone, wall):
    enter(phone, wall)
    look(phone)
    phone.check("input[value=real]", force=True)
    phone.fill("#words", "洗澡再不怕滑了，谢谢。")
    phone.check("[name=thanks_public]")
    phone.click("button:has-text('提交')")
    phone.wait_for_selector("text=已确认实现")
    look(phone)
    wall.refresh_from_db()
    assert wall.status == Status.FULFILLED
    catalog.forget()
    phone.goto("/wishes/done/")
    assert "洗澡再不怕滑了" in phone.inner_text("main")


@pytest.mark.parametrize("size", ["", "elder"])
@pytest.mark.parametrize("screen", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_every_page_is_accessible_and_fits(open_page, wall, make_wish, chen, screen, size):
    returned = make_wish()
    wishes.send_back(returned, reason="请写清度数", by=chen)
    page = open_page(screen)
    if size:
        enlarge(page)
    for address in ("/", "/wishes/", f"/wishes/?community={XINCUN}", "/wishes/?kind=goods&street=411002008"):
        look(page, address)
    for address in ("/wishes/done/", "/wishes/new/", "/track/"):
        look(page, address)
    for wish in (wall, returned):
        enter(page, wish)
        look(page)
    wishes.confirm(wall, thanks="洗澡再不怕滑了，谢谢。", thanks_public=True, by=None)
    catalog.forget()
    look(page, "/wishes/done/")
    enter(page, wall)
    look(page)
