"""Posts in a real browser: unit leaders chosen from list to posting, a hand-over confirmed by the successor."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from conftest import XINCUN, posted
from grids.models import Posting, Selection
from grids.services import handovers
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(live_server):
    """enter(page, user, name, *args): opens a page of ours as somebody."""

    def sign_in(page, user, name: str, *args) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(f"{live_server.url}{reverse(f'desk:{name}', args=args)}")

    return sign_in


def looked_at(page) -> None:
    """The page is accessible and does not scroll sideways."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert_accessible(page)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_unit_leaders_from_the_list_to_the_posting(size, request, enter, courtyard, chen):
    page = request.getfixturevalue(size)
    enter(page, chen, "posts")
    looked_at(page)
    page.get_by_role("link", name="选任", exact=True).click()
    looked_at(page)
    page.get_by_label("单元长　空缺2").check()
    page.get_by_role("button", name="开始选任").click()
    expect(page.get_by_role("heading", name="单元长选任")).to_be_visible()
    page.get_by_role("link", name="推荐人选").first.click()
    looked_at(page)
    page.get_by_label("姓名", exact=False).last.fill("欧阳静")
    page.get_by_label("手机号").last.fill("13900005678")
    page.get_by_role("button", name="推荐人选").click()
    expect(page.get_by_text("欧阳*")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="开始公示").click()
    page.get_by_label("联系电话").fill("0374-2988123")
    looked_at(page)
    page.get_by_role("button", name="开始公示").click()
    page.get_by_role("link", name="打印公示").click()
    expect(page.get_by_role("cell", name="欧阳静")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="返回").click()
    today = timezone.localdate()
    Selection.objects.update(published_from=today - timedelta(days=9), published_to=today - timedelta(days=1))
    page.get_by_role("link", name="登记备案").click()
    page.get_by_label("备案文号").fill("魏组〔2026〕5号")
    page.get_by_role("button", name="登记备案").click()
    page.get_by_role("link", name="任用", exact=True).click()
    page.get_by_role("button", name="任用", exact=True).click()
    expect(page.get_by_text("欧阳单元长")).to_be_visible()
    enter(page, chen, "posts")
    expect(page.get_by_role("link", name="欧阳单元长")).to_be_visible()
    looked_at(page)
    assert Posting.objects.filter(post__code="entrance_leader").count() == 1


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_handover_is_ordered_and_confirmed_by_the_successor(size, request, enter, make_case, wang, chen):
    page = request.getfixturevalue(size)
    feng = posted("feng", "冯大伟", "冯网格员", "")
    case = make_case(at=timezone.now())
    cases.sign(case, by=wang)
    enter(page, chen, "posting", wang.postings.get().pk)
    looked_at(page)
    page.get_by_role("link", name="办交接").click()
    page.get_by_label("查找接任人").fill("冯大伟")
    page.get_by_role("button", name="查找").click()
    page.get_by_label("最后一天").fill(str(timezone.localdate() + timedelta(days=2)))
    page.get_by_label("交接说明").fill("3-2-501上午常去买菜，下午去")
    looked_at(page)
    page.get_by_role("button", name="通知接任人").click()
    expect(page.get_by_text("等冯网格员确认")).to_be_visible()
    enter(page, chen, "posts")
    looked_at(page)
    handover = handovers.Handover.objects.get()
    enter(page, feng, "handover", handover.pk)
    expect(page.get_by_text("1件，最早")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="确认接任").click()
    expect(page.get_by_text("在办事项1")).to_be_visible()
    case.refresh_from_db()
    assert case.assignee == feng


def test_somebody_is_put_on_a_post_and_the_team_is_read(desktop, phone, enter, courtyard, chen):
    posted("feng", "冯大伟", "冯先生", "")
    enter(desktop, chen, "post-new", XINCUN)
    looked_at(desktop)
    desktop.get_by_label("岗位").select_option("building_leader")
    desktop.get_by_role("button", name="选好").click()
    desktop.get_by_label("地方").select_option(label="第一食品厂家属院3号楼")
    desktop.get_by_label("查找人员").fill("冯大伟")
    desktop.get_by_role("button", name="查找").click()
    looked_at(desktop)
    desktop.get_by_role("button", name="安排岗位").click()
    expect(desktop.get_by_text("已安排冯先生任第一食品厂家属院3号楼楼栋长")).to_be_visible()
    for page in (desktop, phone):
        enter(page, chen, "team", f"{XINCUN}003")
        expect(page.get_by_text("冯先生")).to_be_visible()
        looked_at(page)


def test_the_district_and_leave_pages(desktop, phone, enter, courtyard, qian, chen, wang):
    for page in (desktop, phone):
        enter(page, qian, "posts")
        looked_at(page)
        enter(page, chen, "post-leave", wang.postings.get().pk)
        looked_at(page)
