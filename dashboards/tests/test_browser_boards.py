"""The boards in a real browser: at a desk, on a phone, in elder mode and without script."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from dashboards.tests.making import scatter
from ops.pytest_browser import PHONE, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


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
def running(ground, make_household, make_visit, wang):
    """Hundreds of cases of the last months, and doors that were visited."""
    scatter(400, days=100)
    homes = [make_household(f"3-2-50{n}", people=[(f"刘秀{n}", "head")]) for n in range(1, 6)]
    for home in homes[:4]:
        make_visit(home, by=wang, at=timezone.now() - timedelta(hours=1))


def look(page, address: str) -> None:
    """Opens a page; it must be accessible and fit the width."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    # On a phone innerWidth grows with what sticks out, the screen does not.
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width"), address


def test_the_district_reads_its_board_and_the_cases_behind_a_number(desktop, enter, running, qian):
    enter(desktop, qian)
    look(desktop, "/boards/?period=last-quarter")
    expect(desktop.get_by_role("img", name=re.compile("全区办结"))).to_be_visible()
    desktop.locator("summary", has_text="查看数据").first.click()
    expect(desktop.get_by_role("cell", name=re.compile("%")).first).to_be_visible()
    desktop.get_by_label("时间").select_option("custom")
    desktop.get_by_label("从哪天").fill("2026-09-01")
    desktop.get_by_label("从哪天").dispatch_event("change")
    expect(desktop).to_have_url(re.compile("from=2026-09-01"))
    desktop.get_by_label("时间").select_option("year")
    expect(desktop).to_have_url(re.compile("period=year"))
    desktop.get_by_label("范围").select_option("411002005")
    expect(desktop).to_have_url(re.compile("area=411002005"))
    expect(desktop.get_by_role("heading", name="按社区")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("link", name=re.compile("按期办结率的分子")).click()
    expect(desktop.get_by_role("heading", name="按期答复")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("link", name="运行情况").last.click()
    expect(desktop.get_by_role("heading", name="运行情况")).to_be_visible()


def test_a_community_reads_its_board_on_a_phone(phone, open_page, enter, live_server, running, chen):
    enter(phone, chen)
    look(phone, "/boards/?period=year")
    expect(phone.get_by_role("heading", name="按网格")).to_be_visible()
    look(phone, "/boards/cases/?of=open&period=year")
    elder = open_page(PHONE)
    enter(elder, chen)
    elder.context.add_cookies([{"name": "weidu_size", "value": "elder", "url": live_server.url}])
    look(elder, "/boards/?period=year")
    plain = open_page(java_script_enabled=False)
    enter(plain, chen)
    plain.goto("/boards/")
    plain.get_by_label("时间").select_option("last-year")
    plain.get_by_role("button", name="查看", exact=True).click()
    expect(plain).to_have_url(re.compile("period=last-year"))
    expect(plain.get_by_text("没有数据").first).to_be_visible()
