"""The supervisors' pages about visits in a real browser: at a desk, on a phone and in elder mode."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from conftest import XINCUN
from grids.models import Area
from ops.pytest_browser import PHONE, assert_accessible
from visits import services as visits
from visits.models import Line, Standing

pytestmark = pytest.mark.django_db(transaction=True)


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
def told(make_household, make_visit, wang, chen):
    """Two opinions, a door nobody opened, one found vacant, and a campaign."""
    homes = [make_household(f"3-2-50{n}", people=[(f"刘秀{n}", "head")]) for n in range(1, 5)]
    make_visit(homes[0], by=wang, topics={"parking": "refer", "light": "record"}, detail="晚上没地方停车")
    make_visit(homes[1], by=wang, topics={"sanitation": "refer"}, detail="楼道堆了旧家具")
    for days in (3, 2, 1):
        make_visit(homes[2], "absent", by=wang, at=timezone.now() - timedelta(days=days))
    make_visit(homes[3], "vacant", by=wang, note="邻居说去年就空了")
    day, community = timezone.localdate(), Area.objects.get(code=XINCUN)
    return visits.plan(visits.Plan("进百家门", day, day + timedelta(days=30), areas=[community]), by=chen)


def look(page, address: str) -> None:
    """Opens a page; it must be accessible and fit the width."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_secretary_works_through_what_visits_left_at_a_desk(desktop, enter, told, chen):
    enter(desktop, chen)
    look(desktop, "/desk/")
    desktop.get_by_role("link", name=re.compile("社情民意")).first.click()
    desktop.get_by_role("link", name="晚上没地方停车").click()
    assert_accessible(desktop)
    desktop.get_by_role("radio", name="不办理").check()
    desktop.get_by_role("button", name="定下来").click()
    expect(desktop.get_by_text("不办理要写明理由，走访人好向居民解释")).to_be_visible()
    desktop.get_by_role("radio", name="立为事项").check()
    desktop.get_by_role("button", name="定下来").click()
    expect(desktop.get_by_text("“停车充电”已定：已立为事项")).to_be_visible()
    desktop.get_by_label("选中：环境卫生，3号楼2单元502").check()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="拟协商").click()
    expect(desktop.get_by_text("已定1条：拟协商")).to_be_visible()
    assert not Line.objects.waiting().exists()
    look(desktop, "/desk/coverage/")
    desktop.get_by_role("row", name=re.compile("第一食品厂家属院")).get_by_role("link", name="第一食品厂家属院").click()
    expect(desktop.get_by_role("link", name="3号楼2单元501")).to_be_visible()
    assert_accessible(desktop)


def test_the_pages_fit_a_phone_and_work_there(phone, enter, told, chen):
    enter(phone, chen)
    for address in ("/desk/coverage/", "/desk/opinions/", "/desk/campaigns/", "/desk/campaigns/new/",
                    f"/desk/campaigns/{told.pk}/", "/desk/coverage/households/?which=unmet", "/desk/visit-hints/"):  # fmt: skip
        look(phone, address)
    look(phone, "/desk/not-met/")
    phone.get_by_text("联系上了", exact=True).click()
    phone.get_by_label("怎么联系上的").fill("电话联系到女儿，周末再去")
    assert_accessible(phone)
    phone.get_by_role("button", name="记下，重新走访").click()
    expect(phone.get_by_text("已记下，明天起重新安排走访")).to_be_visible()
    look(phone, "/desk/not-met/?view=at-odds")
    phone.locator("summary", has_text="核对过了").click()
    phone.get_by_role("button", name="核对过了").click()
    expect(phone.get_by_text("没有和登记不一样的")).to_be_visible()
    assert Standing.objects.filter(checked_by=chen).count() == 1


def test_elder_mode_and_no_script(open_page, enter, live_server, told, chen):
    page = open_page(PHONE)
    enter(page, chen)
    page.context.add_cookies([{"name": "weidu_size", "value": "elder", "url": live_server.url}])
    for address in ("/desk/coverage/", "/desk/opinions/", "/desk/not-met/", f"/desk/campaigns/{told.pk}/"):
        look(page, address)
    expect(page.locator("html")).to_have_attribute("data-size", "elder")
    plain = open_page(java_script_enabled=False)
    enter(plain, chen)
    plain.goto("/desk/opinions/")
    plain.get_by_label("选中：环境卫生，3号楼2单元502").check()
    plain.get_by_label("理由，不办理必填").fill("物业已经清走")
    plain.get_by_role("button", name="不办理").click()
    expect(plain.get_by_text("已定1条：不办理")).to_be_visible()
