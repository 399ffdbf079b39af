"""Cards from the page to the file, in a real browser on a desk and on a phone."""

import pytest
from django.conf import settings
from django.test import Client

from conftest import GRID
from grids.models import Area, Posting
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_sheet_is_chosen_looked_through_and_fetched(request, live_server, screen, chen, wang):
    Area.objects.filter(code=GRID).update(phone="0374-2331203")
    Posting.objects.filter(user=wang).update(office_phone="0374-2331207")
    page = request.getfixturevalue(screen)
    client = Client()
    client.force_login(chen)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
    page.goto(f"{live_server.url}/desk/cards/")
    page.select_option("#area-shown", GRID)
    page.wait_for_url(f"**?area={GRID}")
    assert "0374-2331207" in page.inner_text("main")
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS)
    page.check("input[value=keyring]", force=True)
    page.fill("[name=copies]", "16")
    with page.expect_download() as waiting:
        page.click("button:has-text('生成打印文件')")
    name = waiting.value.suggested_filename
    assert name.startswith("魏都区_北大街道新村社区第三网格_三双服务钥匙扣_") and name.endswith(".pdf")
