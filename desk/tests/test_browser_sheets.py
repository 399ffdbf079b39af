"""A sheet with an error and its correction, in a real browser: upload, faults, upload again, preview, confirm, found."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from households.models import Household
from households.tests.test_sheets import DAUGHTER, HEAD, sheet_of
from jobs import services as jobs
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["desktop", "phone"])
def page(request, live_server, wang, courtyard, settings, tmp_path):
    """A page of wang's, wide and narrow."""
    settings.MEDIA_ROOT = tmp_path
    page = request.getfixturevalue(request.param)
    client = Client()
    client.force_login(wang)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    return page


def upload(page, *rows) -> None:
    page.set_input_files(
        "main input[type=file]", {"name": "住户.csv", "mimeType": "text/csv", "buffer": sheet_of(*rows).read()}
    )
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("正在排队")).to_be_visible()
    jobs.work()


def test_an_error_is_shown_corrected_previewed_confirmed_and_found(page):
    page.goto(reverse("desk:sheets"))
    assert_accessible(page)
    page.locator("main").get_by_role("link", name="住户").first.click()
    assert_accessible(page)
    upload(page, HEAD | {"手机号": "1380000123"}, DAUGHTER)
    expect(page.get_by_text("少1位")).to_be_visible()
    expect(page.get_by_text("有问题1行")).to_be_visible()
    assert_accessible(page)
    assert not Household.objects.exists()
    page.locator("#job").get_by_role("link", name="重新上传").click()
    upload(page, HEAD, DAUGHTER)
    expect(page.get_by_text("新增1户")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="确认写入").click()
    expect(page.get_by_text("正在排队")).to_be_visible()
    jobs.work()
    expect(page.get_by_text("已写入：新增1户")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="查看住户").click()
    expect(page.locator("main").get_by_text("501").first).to_be_visible()
    assert Household.objects.get().residents.count() == 2


def test_what_each_kind_asks_for_fits_the_screen(page):
    page.goto(reverse("desk:sheets"))
    for title in ("矛盾纠纷登记", "代办登记", "筹集资金"):
        page.locator("main").get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", name=f"导入{title}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), title
        assert_accessible(page)
        page.locator(".crumbs").get_by_role("link", name="导入导出").click()
