"""One street light, nine people: some join, some are sent as cases of their own and said to be one trouble; answered once."""

import os

import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.models import Bundle, Case, Category, Report
from cases.states import Action
from conftest import GRID, XINCUN
from grids.models import Area
from notifications.models import Notification
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TEXT = "文峰路口那盏路灯整夜闪，孩子睡不好。"
WAYS = (
    "文峰路口路灯闪得眼花",
    "路口那盏路灯又闪了，文峰路上",
    "文峰路口的路灯整夜闪个没完",
    "孩子怕文峰路口那盏闪的路灯",
)
ANSWER = "镇流器已换，昨晚看过不闪了。"


@pytest.fixture
def enter(live_server):
    """Signs a page in as somebody: enter(page, user)."""

    def sign_in(page, user) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[portal.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": portal.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


def look(page, shot: str) -> None:
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{shot}.png", full_page=True)
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"


def asked(text: str, number: int) -> cases.Request:
    return cases.Request(
        category=Category.objects.get(code="light-street"),
        area=Area.objects.get(code=GRID),
        text=text,
        name=f"第{number}位",
        phone=f"1390000{number:04d}",
        wants_sms=True,
    )


def test_one_street_light_told_of_by_nine_is_answered_once(open_page, enter, wang):
    now = timezone.now()
    first = cases.register(asked(TEXT, 1), at=now, by=None).case
    cases.set_title(first, "文峰路口路灯闪", by=wang)
    _joins_on_the_phone(open_page(PHONE), first)
    for number in (3, 4, 5):
        cases.join(first, asked("", number), at=now, by=None)
    for number, text in enumerate(WAYS, start=6):
        cases.register(asked(text, number), at=now, by=None)
    page = open_page(DESKTOP)
    enter(page, wang)
    _bundled_and_answered(page, first)
    told = {f"report:{pk}" for pk in Report.objects.values_list("pk", flat=True)}
    heard = Notification.objects.filter(title__contains="已答复，请确认是否解决").values_list("seat", flat=True)
    assert len(told) == 9 and set(heard) == told and len(heard) == 9
    assert {
        event.public_text for case in Case.objects.all() for event in case.events.filter(action=Action.RESOLVE)
    } == {ANSWER}
    _reads_the_answer(open_page(PHONE), Report.objects.latest("pk"))


def _joins_on_the_phone(page, first: Case) -> None:
    """Another category, the same words: offered before anything is sent, with nothing of the other resident."""
    page.goto("/request/")
    page.check("input[value=order]", force=True)
    page.select_option("#community", XINCUN)
    page.fill("#place", "文峰路口")
    page.fill("#text", TEXT)
    page.locator("#text").blur()
    offer = page.locator("#similar li").filter(has_text="文峰路口路灯闪")
    expect(offer).to_be_visible()
    assert first.number not in page.content()
    page.fill("#name", "第2位")
    page.fill("#phone", "13900000002")
    look(page, "similar-phone")
    offer.get_by_role("button").click()
    page.wait_for_url("**/request/join/**")
    page.check("[name=wants_sms]")
    page.click("main button.btn-primary")
    page.wait_for_url("**/receipt/**")
    assert first.reports.count() == 2


def _bundled_and_answered(page, first: Case) -> None:
    page.goto(first.get_absolute_url())
    expect(page.get_by_text("同类在办")).to_be_visible()
    for box in page.get_by_label("归为类案").all():
        if box.get_attribute("type") == "checkbox":
            box.check()
    look(page, "similar-case")
    page.get_by_role("button", name="归为类案").click()
    expect(page.get_by_role("heading", name="文峰路口路灯闪")).to_be_visible()
    assert Bundle.objects.get().members.standing().count() == 5
    expect(page.get_by_text("5件事项，9人反映")).to_be_visible()
    look(page, "bundle")
    page.check("input[name=action][value=resolve]", force=True)
    page.check("input[name=closed_level][value='1']", force=True)
    page.get_by_label("公开答复").fill(ANSWER)
    page.get_by_role("button", name="答复5件在办事项").click()
    expect(page.get_by_text("已答复5件")).to_be_visible()
    look(page, "bundle-answered")


def _reads_the_answer(page, report: Report) -> None:
    page.goto(f"/track/?receipt={report.receipt}")
    page.fill("#tail", report.phone.plain[-4:])
    page.click("button:has-text('查询')")
    page.wait_for_url("**/progress/")
    expect(page.get_by_text(ANSWER).first).to_be_visible()
