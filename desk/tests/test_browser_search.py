"""The search box in a real browser: each way of typing, on a desk and on a phone."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from ops.pytest_browser import PHONE, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
MOBILE = "13800001234"
WAYS = ["刘玉芳", "玉芳", "lyf", "食品厂", "3-2-501", "3号楼2单元501", "32501", "食品厂 3-2-501", MOBILE]


@pytest.fixture
def enter(live_server):
    """enter(page, user, name): opens a page of ours as somebody."""

    def sign_in(page, user, name: str) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(f"{live_server.url}{reverse(name)}")

    return sign_in


@pytest.fixture
def family(make_household, make_case):
    make_case(subject="食品厂楼道灯不亮", at=timezone.now())
    make_household("3-1-101", people=[("王小", "head")])
    return make_household("3-2-501", people=[("刘玉芳", "head", MOBILE)])


def type_in(page, typed: str) -> None:
    box = page.get_by_role("search").get_by_role("searchbox")
    box.fill(typed)
    box.press("Enter")
    page.wait_for_url("**/search/**")


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_each_way_finds_the_household_at_both_sizes(desktop, phone, enter, wang, family):
    for page in (desktop, phone):
        enter(page, wang, "desk:home")
        for typed in WAYS:
            type_in(page, typed)
            expect(page.get_by_role("link", name="3号楼2单元501")).to_be_visible()
            assert MOBILE not in page.url and "q=" not in page.url
        assert MOBILE not in page.content()
        no_sideways_scroll(page)
        assert_accessible(page)


def test_a_result_is_opened_and_the_way_back_shows_the_results_again(desktop, enter, wang, family):
    enter(desktop, wang, "desk:home")
    type_in(desktop, "食品厂")
    expect(desktop.get_by_role("link", name="食品厂楼道灯不亮")).to_be_visible()
    desktop.get_by_role("link", name="3号楼2单元501").click()
    desktop.wait_for_url(f"**{reverse('desk:household', args=[family.pk])}")
    desktop.go_back()
    expect(desktop.get_by_role("link", name="3号楼2单元501")).to_be_visible()
    expect(desktop.get_by_role("searchbox").first).to_have_value("食品厂")


def test_nothing_found_says_what_can_be_typed(desktop, phone, enter, wang, family):
    for page in (desktop, phone):
        enter(page, wang, "desk:home")
        type_in(page, "赵不存在")
        expect(page.get_by_text("没有找到，或者不在可以查看的范围内")).to_be_visible()
        expect(page.get_by_text("lyf")).to_be_visible()
        no_sideways_scroll(page)
        assert_accessible(page)


def test_the_box_works_without_scripts(open_page, enter, wang, family):
    page = open_page(PHONE, java_script_enabled=False)
    enter(page, wang, "desk:home")
    type_in(page, MOBILE)
    expect(page.get_by_role("link", name="3号楼2单元501")).to_be_visible()
