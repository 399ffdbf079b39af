"""On the spot in a real browser: a whistle, who came and who did not, a meeting; an answer drafted and let out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.preferences import SIZE_COOKIE
from cases import services as cases
from cases.models import Assignment, Case, Coordination, Whistle
from cases.states import Status
from conftest import posted
from grids.models import Organization
from ops.pytest_browser import DESKTOP, assert_accessible

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
def at_street(make_case, wang, chen) -> Case:
    case = make_case(at=timezone.now(), title="3号楼地下室渗水")
    for by in (wang, chen):
        cases.escalate(case, "办不了", by=by)
    return case


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def whistle_for_two(page, case) -> None:
    """The street calls two units from the case page."""
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name="街道吹哨").click()
    assert_accessible(page)
    for name in ("区住建局", "供水公司"):
        fold = page.locator("summary", has_text="其他单位")
        if not page.get_by_label(name, exact=True).is_visible():
            fold.click()
        page.locator("label.chip", has_text=name).click()
    page.get_by_label("集合地点").fill("3号楼前")
    page.get_by_label("几点前到场").fill(
        timezone.localtime(timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    )
    page.get_by_label("请单位来做什么").fill("查明漏点，看是谁的管道")
    page.get_by_role("button", name="通知单位到场").click()
    expect(page.get_by_text("已通知2个单位")).to_be_visible()
    expect(page.get_by_text("还没确认")).to_have_count(2)


def test_two_units_are_called_one_comes_and_a_meeting_is_noted(desktop, phone, enter, at_street, zhao, li, tmp_path):
    enter(desktop, zhao)
    whistle_for_two(desktop, at_street)
    assert_accessible(desktop)
    enter(phone, li)
    phone.goto("/desk/whistles/")
    assert_accessible(phone)
    assert fits(phone)
    phone.get_by_role("link", name="前到3号楼前").click()
    phone.get_by_role("button", name="确认到场：区住建局").click()
    expect(phone.get_by_text("已确认", exact=True)).to_be_visible()
    phone.get_by_role("button", name="记下到场：区住建局").click()
    expect(phone.get_by_text("已到场", exact=True)).to_be_visible()
    assert_accessible(phone)
    assert fits(phone)
    phone.screenshot(path=tmp_path / "whistle-phone.png", full_page=True)
    Assignment.objects.filter(arrived_at=None).update(due_at=timezone.now() - timedelta(minutes=10))
    desktop.reload()
    expect(desktop.get_by_text("没有按时到场")).to_be_visible()
    desktop.screenshot(path=tmp_path / "whistle.png", full_page=True)
    desktop.get_by_role("link", name="记录现场查看或会商").click()
    assert_accessible(desktop)
    desktop.get_by_label("协调会", exact=True).check()
    desktop.get_by_label("情况和商定").fill("支管漏水，供水公司负责挖开检修")
    first, second = desktop.get_by_role("group", name="第1项"), desktop.get_by_role("group", name="第2项")
    day = (timezone.localdate() + timedelta(days=3)).isoformat()
    first.get_by_label("办什么").fill("挖开检修")
    first.get_by_label("谁来办").select_option(label="供水公司")
    first.get_by_label("负责人").fill("郭科长")
    first.get_by_label("哪天前").fill(day)
    desktop.get_by_role("button", name="再加一项").click()
    third = desktop.get_by_role("group", name="第3项")
    expect(third).to_be_visible()
    expect(first.get_by_label("办什么")).to_have_value("挖开检修")
    second.get_by_label("办什么").fill("通知住户停水")
    second.get_by_label("谁来办").select_option(label="北大街道新村社区")
    second.get_by_label("哪天前").fill(day)
    assert_accessible(desktop)
    desktop.screenshot(path=tmp_path / "coordinate.png", full_page=True)
    desktop.get_by_role("button", name="记下来").click()
    expect(desktop.get_by_text("已记下协调会")).to_be_visible()
    expect(desktop.get_by_text("会商1次")).to_be_visible()
    assert_accessible(desktop)
    desktop.screenshot(path=tmp_path / "case.png", full_page=True)
    row = Coordination.objects.get()
    assert row.whistle == Whistle.objects.get() and row.assignments.count() == 2
    desktop.get_by_role("link", name="街道吹哨").first.click()
    desktop.get_by_label("现场结果").fill("供水公司没有来，约定三天内挖开")
    desktop.get_by_role("button", name="结束吹哨").click()
    expect(desktop.get_by_text("没有到场", exact=True)).to_be_visible()
    desktop.goto("/desk/whistles/?view=over")
    expect(desktop.get_by_text("供水公司没有来，约定三天内挖开")).to_be_visible()
    assert_accessible(desktop)
    desktop.screenshot(path=tmp_path / "whistles.png", full_page=True)


def test_everything_is_said_on_a_phone_and_in_large_type(phone, enter, live_server, at_street, zhao, tmp_path):
    enter(phone, zhao)
    phone.context.add_cookies([{"name": SIZE_COOKIE, "value": "elder", "url": live_server.url}])
    whistle_for_two(phone, at_street)
    assert fits(phone)
    phone.goto(f"{at_street.get_absolute_url()}coordinate/")
    assert_accessible(phone)
    assert fits(phone)
    phone.screenshot(path=tmp_path / "coordinate-phone.png", full_page=True)


def test_a_row_is_added_without_scripts(open_page, enter, at_street, zhao):
    page = open_page(DESKTOP, java_script_enabled=False)
    enter(page, zhao)
    page.goto(f"{at_street.get_absolute_url()}coordinate/")
    page.get_by_label("情况和商定").fill("写到一半")
    page.get_by_role("button", name="再加一项").click()
    expect(page.get_by_role("group", name="第3项")).to_be_visible()
    expect(page.get_by_label("情况和商定")).to_have_value("写到一半")


def test_a_worker_drafts_on_a_phone_and_the_head_lets_it_out(
    desktop, phone, enter, at_street, zhao, qian, sun, li, tmp_path
):
    cases.escalate(at_street, "要区里定", by=zhao)
    cases.collect(at_street, by=qian)
    cases.hand_out(at_street, Organization.objects.get(code="zhujian"), "请检修", by=sun)
    xu = posted("xu", "徐小东", "徐工", "unit_worker", unit="zhujian")
    cases.sign(at_street, by=xu)
    enter(phone, xu)
    phone.goto(at_street.get_absolute_url())
    phone.get_by_label("公开答复").fill("渗水的支管已经换新。")
    phone.get_by_role("button", name="拟稿报审").click()
    expect(phone.get_by_text("已报审批，同意后发给居民")).to_be_visible()
    assert_accessible(phone)
    assert fits(phone)
    phone.screenshot(path=tmp_path / "draft-phone.png", full_page=True)
    enter(desktop, li)
    desktop.goto("/desk/")
    assert_accessible(desktop)
    desktop.get_by_role("region", name="待我审批").get_by_role("link", name="3号楼地下室渗水").click()
    expect(desktop.locator(".outward")).to_contain_text("渗水的支管已经换新。")
    assert_accessible(desktop)
    desktop.screenshot(path=tmp_path / "draft.png", full_page=True)
    desktop.get_by_role("button", name="退回修改").click()
    expect(desktop.get_by_text("退回要写明理由")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="同意发出").click()
    expect(desktop.get_by_text("已同意发出")).to_be_visible()
    at_street.refresh_from_db()
    assert (at_street.status, at_street.assignee) == (Status.CONFIRMING, xu)
    expect(desktop.get_by_text("徐工拟稿，李科长审批同意。")).to_be_visible()
