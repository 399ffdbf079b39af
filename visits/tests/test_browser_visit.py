"""The visit in a real browser, on a phone: taps counted, both sizes, narrow screens, with and without JavaScript."""

import os
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from households.models import HouseholdEvent, TagKind
from households.services import caring, keeping
from ops.pytest_browser import PHONE, assert_accessible
from visits.models import Visit
from wishes.models import Wish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NARROW = {**PHONE, "viewport": {"width": 340, "height": 700}}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TODAY = "/field/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enter(live_server):
    """Signs a page in as somebody: enter(page, user)."""

    def sign_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def doors(make_household, make_visit, wang):
    """Four doors, each on the list for a reason of its own."""
    people = [
        keeping.Person("刘秀兰", "head", "刘阿姨", 2, 1947, "13800001234"),
        keeping.Person("周小明", "grandchild", "小周"),
    ]
    found = [
        make_household("3-2-501", people=people),
        make_household("3-2-502", people=[keeping.Person("高桂英", "head", "高大姐")]),
        make_household("3-1-101", people=[keeping.Person("张立言", "head", "张老师")]),
        make_household(
            "1-1-601", people=[keeping.Person("郑洁", "head", "郑女士")], moved_in_date=timezone.localdate()
        ),
    ]
    caring.set_tag(found[0], TagKind.objects.get(code="alone"), reason="子女在外地", by=wang)
    before = timezone.now() - timedelta(days=31)
    make_visit(found[0], by=wang, at=before, topics={"leak": "case", "needs": "wish"}, detail="地下室渗水")
    make_visit(found[1], "absent", by=wang, at=timezone.now() - timedelta(days=1))
    make_visit(found[2], by=wang, at=before, next_date=timezone.localdate(), next_part="afternoon")
    return found


class Finger:
    """Taps and counts them."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, place) -> None:
        place.tap()
        self.taps += 1


def row(page, label: str):
    return page.locator(".door").filter(has_text=label)


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def chip(page, name: str):
    return page.locator("#visit .chip").filter(has_text=re.compile(f"^{name}$")).first


def enlarge(page) -> None:
    page.goto("/")
    page.click("[data-size-switch] button")
    page.wait_for_selector("html[data-size=elder]")


def sent(page, label: str) -> Visit:
    """What was just saved, once the phone has handed it to the server."""
    expect(page.get_by_role("status").filter(has_text=f"{label}已存本机")).to_be_visible()
    page.goto("/field/upload/")
    expect(page.locator("[data-sync]")).to_have_text("已上传")
    return Visit.objects.latest("received_at")


def look(page, name: str = "") -> None:
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    if (folder := os.environ.get("SHOTS")) and name:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_met_and_nothing_wrong_takes_four_taps(phone, enter, doors, wang):
    enter(phone, wang)
    phone.goto(TODAY)
    finger = Finger(phone)
    finger.tap(row(phone, "3-2-501"))
    finger.tap(chip(phone, "已见面"))
    finger.tap(chip(phone, "一切正常"))
    finger.tap(button(phone, "保存，下一户"))
    expect(phone.locator("h1")).to_contain_text("3-2-502")
    assert finger.taps <= 4
    visit = sent(phone, "3-2-501")
    assert (visit.household, visit.outcome, visit.lines.count()) == (doors[0], "met", 0)


def test_nobody_at_home_takes_two_taps(phone, enter, doors, wang):
    enter(phone, wang)
    phone.goto(TODAY)
    finger = Finger(phone)
    finger.tap(row(phone, "3-2-501"))
    finger.tap(button(phone, "家中无人"))
    expect(phone.locator("h1")).to_contain_text("3-2-502")
    assert finger.taps <= 2
    visit = sent(phone, "3-2-501")
    assert visit.outcome == "absent"
    phone.goto(visit.get_absolute_url())
    phone.get_by_role("link", name="更正").click()
    expect(phone.get_by_role("button", name="保存更正")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_one_submission_opens_a_case_and_a_wish(open_page, enter, doors, wang, script):
    page = open_page(PHONE, java_script_enabled=script)
    enter(page, wang)
    page.goto(TODAY)
    row(page, "3-1-101").tap()
    for name in ("已见面", "漏水渗水", "生活所需"):
        chip(page, name).tap()
    leak, needs = (
        page.get_by_role("group", name="漏水渗水", exact=True),
        page.get_by_role("group", name="生活所需", exact=True),
    )
    expect(leak).to_be_visible()
    expect(page.get_by_role("group", name="照明", exact=True)).to_be_hidden()
    leak.locator("label").filter(has_text="立为事项").tap()
    leak.get_by_label("漏水渗水，补一句").fill("下雨后储藏间进水")
    leak.get_by_label("情况紧急").check()
    needs.locator("label").filter(has_text="微心愿").tap()
    needs.get_by_label("生活所需，补一句").fill("想要一副老花镜")
    button(page, "保存").last.tap()
    if script:
        page.goto(sent(page, "3-1-101").get_absolute_url())
    else:
        expect(page.get_by_text("立了1件事项、1个微心愿")).to_be_visible()
    case, wish = Case.objects.latest("pk"), Wish.objects.latest("pk")
    assert (case.text, case.urgent, wish.text, wish.household) == ("下雨后储藏间进水", True, "想要一副老花镜", doors[2])
    page.locator(f"main a[href='{case.get_absolute_url()}']").click()
    page.get_by_role("link", name="来自走访").click()
    expect(page.get_by_text("想要一副老花镜", exact=True)).to_be_visible()


def test_enter_in_a_line_saves_and_does_not_say_absent(phone, enter, doors, wang):
    enter(phone, wang)
    phone.goto(reverse("field:visit-new", args=[doors[2].pk]))
    chip(phone, "照明").tap()
    phone.get_by_label("照明，补一句").fill("楼道灯不亮")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("请选走访结果")).to_be_visible()
    assert phone.get_by_label("照明，补一句").input_value() == "楼道灯不亮"
    look(phone, "refused")


def test_what_contradicts_itself_is_said_where_it_is_seen(phone, enter, doors, wang):
    enter(phone, wang)
    enlarge(phone)
    phone.goto(reverse("field:visit-new", args=[doors[2].pk]))
    chip(phone, "暂不便").tap()
    chip(phone, "消防治安").tap()
    phone.get_by_label("消防治安，补一句").fill("楼道里堆着纸箱")
    button(phone, "保存，下一户").tap()
    told = phone.get_by_role("alert").filter(has_text="没有见到人")
    expect(told).to_be_in_viewport()
    expect(phone.get_by_role("radio", name="已见面")).to_be_focused()
    assert phone.get_by_label("消防治安，补一句").input_value() == "楼道里堆着纸箱"


def test_a_number_is_called_with_what_was_typed_left_alone(phone, enter, doors, wang):
    enter(phone, wang)
    phone.goto(reverse("field:visit-new", args=[doors[0].pk]))
    chip(phone, "照明").tap()
    phone.get_by_label("照明，补一句").fill("楼道灯不亮")
    assert "13800001234" not in phone.content()
    phone.get_by_label("打电话").tap()
    expect(phone.get_by_role("link", name=re.compile("拨打刘阿姨"))).to_have_attribute("href", "tel:13800001234")
    expect(phone.get_by_text(re.compile("4分.*秒后隐藏"))).to_be_visible()
    assert phone.get_by_label("照明，补一句").input_value() == "楼道灯不亮"
    assert HouseholdEvent.objects.get(verb="reveal").details["reason"] == "call"
    look(phone, "call")


@pytest.mark.parametrize(
    ("screen", "size"), [(PHONE, ""), (NARROW, ""), (PHONE, "elder"), (NARROW, "elder")],
    ids=["390", "340", "elder", "elder-340"],
)  # fmt: skip
def test_every_page_is_accessible_and_fits(open_page, enter, doors, wang, screen, size):
    page = open_page(screen)
    name = f"{screen['viewport']['width']}{size}"
    if size:
        enlarge(page)
    enter(page, wang)
    for view in ("due", "building", "all"):
        page.goto(f"{TODAY}?list={view}")
        look(page, f"today-{view}-{name}")
    page.get_by_role("searchbox").fill("lxl")
    page.keyboard.press("Enter")
    expect(page.get_by_text("找到1户")).to_be_visible()
    look(page, f"found-{name}")
    page.goto(reverse("field:visit-new", args=[doors[0].pk]))
    look(page, f"visit-empty-{name}")
    for words in ("已见面", "漏水渗水", "生活所需"):
        chip(page, words).tap()
    page.locator("#more summary").tap()
    page.locator("label").filter(has_text="已告知进度").first.tap()
    look(page, f"visit-{name}")
    button(page, "保存").last.tap()
    page.goto(sent(page, "3-2-501").get_absolute_url())
    look(page, f"read-{name}")
    page.get_by_role("link", name="更正").first.click()
    expect(page.get_by_role("button", name="保存更正")).to_be_visible()
    look(page, f"correct-{name}")
    chip(page, "家中无人").tap()
    page.get_by_role("button", name="保存更正").tap()
    expect(page.get_by_text("没有见到人也没有联系上")).to_be_visible()
    for words in ("漏水渗水", "生活所需"):
        chip(page, words).tap()
    page.get_by_role("button", name="保存更正").tap()
    page.locator("details summary", has_text="更正以前").click()
    look(page, f"corrected-{name}")
    page.goto(f"{TODAY}?later=1")
    look(page, f"later-{name}")
    row(page, "3-2-502").tap()
    expect(page.get_by_text("补记哪一天")).to_be_visible()
    look(page, f"visit-later-{name}")
    page.goto(reverse("field:call", args=[doors[0].pk]))
    look(page, f"call-{name}")
