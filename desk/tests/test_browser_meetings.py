"""联席研判 in a real browser: planned, two cases on, two bodies asked, decided, left over, issued, looked at again."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases.services import assigning
from conftest import XINCUN
from grids.models import Area, Organization
from ops.pytest_browser import assert_accessible
from supervision.models import AgendaItem, Meeting
from supervision.services import deciding, meetings
from supervision.services.deciding import Duty

pytestmark = pytest.mark.django_db(transaction=True)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


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


def look(page, name: str = "") -> None:
    """axe, no sideways scroll; with SHOTS set a picture is kept there."""
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    if name and os.environ.get("SHOTS"):
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"meeting-{name}.png", full_page=True)


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_meeting_from_planning_to_the_next_one(desktop, enter, make_case, sun, li):
    first = make_case(subject="六一路涵洞雨后积水", at=timezone.now())
    second = make_case(subject="家属院天然气未入户", at=timezone.now())
    enter(desktop, sun)
    desktop.goto("/desk/")
    desktop.get_by_role("link", name="联席研判").first.click()
    look(desktop)
    desktop.get_by_role("main").get_by_role("link", name="安排会议").first.click()
    desktop.get_by_label("开会时间").fill(f"{day(3)}T15:00")
    desktop.get_by_role("main").get_by_label("地点").fill("区委三楼会议室")
    look(desktop)
    desktop.get_by_role("button", name="安排会议").click()
    expect(desktop.get_by_role("heading", name=re.compile("第1次联席研判"))).to_be_visible()
    look(desktop)

    desktop.get_by_role("link", name="添加议题").first.click()
    for case, question in ((first, "泵站归属、改造资金"), (second, "外管线穿路审批")):
        desktop.get_by_label("受理编号").fill(case.number)
        desktop.get_by_label("要定什么", exact=True).fill(question)
        look(desktop)
        desktop.get_by_role("button", name="列入议题").click()
        expect(desktop.get_by_text(f"已列入议题：{case.headline}")).to_be_visible()
    desktop.get_by_role("link", name="回到会议").click()

    desktop.get_by_role("link", name="通知单位").click()
    desktop.get_by_label("北大街道", exact=True).check(force=True)
    desktop.get_by_label("区住建局", exact=True).check(force=True)
    look(desktop, "invite")
    desktop.get_by_role("button", name="通知").click()
    expect(desktop.get_by_text("回执0 / 2")).to_be_visible()

    enter(desktop, li)
    desktop.goto("/desk/")
    look(desktop, "home")
    desktop.get_by_role("main").get_by_role("link", name=re.compile("第1次联席研判")).first.click()
    desktop.get_by_label("派人参加").check(force=True)
    desktop.get_by_label("说明").fill("郭科长")
    look(desktop, "invitation")
    desktop.get_by_role("button", name="回执").click()
    expect(desktop.get_by_text("已回执：派人参加")).to_be_visible()

    enter(desktop, sun)
    desktop.goto(f"/desk/meetings/{Meeting.objects.get().pk}/")
    expect(desktop.get_by_text("区住建局　派人参加")).to_be_visible()
    desktop.get_by_role("link", name="1. 六一路涵洞雨后积水").click()
    desktop.get_by_label("各方意见").fill("区住建局：泵站2009年移交市里。")
    desktop.get_by_label("议定", exact=True).fill("区住建局牵头报改造方案；批复前由街道值守抽排。")
    row = desktop.get_by_role("group", name="第1个责任单位")
    row.get_by_label("责任单位").select_option(label="区住建局")
    row.get_by_label("负责人").fill("郭科长")
    row.get_by_label("完成日期").fill(day(20))
    desktop.get_by_role("button", name="再加一个单位").click()
    row = desktop.get_by_role("group", name="第2个责任单位")
    row.get_by_label("责任单位").select_option(label="北大街道")
    row.get_by_label("做什么").fill("雨天值守抽排")
    desktop.get_by_label("告诉居民什么").fill("区里已定由住建部门牵头报改造方案。")
    desktop.get_by_role("button", name="记下，议下一件").click()
    expect(desktop.get_by_text("请填写完成日期。")).to_be_visible()
    look(desktop, "refused")
    row.get_by_label("完成日期").fill(day(20))
    desktop.get_by_role("button", name="记下，议下一件").click()
    expect(desktop.get_by_role("heading", name="家属院天然气未入户")).to_be_visible()
    look(desktop, "desk")
    desktop.get_by_role("button", name="留到下次").click()
    expect(desktop.get_by_text("已留到下次")).to_be_visible()
    desktop.get_by_role("link", name="印发议定事项").click()
    desktop.get_by_label("文号").fill("魏组〔2026〕5号")
    look(desktop)
    desktop.get_by_role("button", name="印发").click()
    expect(desktop.get_by_text("议定事项已印发")).to_be_visible()
    look(desktop, "issued")
    desktop.get_by_role("link", name="打印议定事项").click()
    look(desktop, "print")
    decided = AgendaItem.objects.get(case=first)
    assert decided.resolutions.count() == 2

    assigning.report(decided.resolutions.order_by("pk").first().assignment, "方案已报市里", by=li)
    following = meetings.plan(timezone.now() + timedelta(days=30), "区委三楼会议室", by=sun)
    desktop.goto(f"/desk/meetings/{following.pk}/")
    expect(desktop.get_by_text("方案已报市里")).to_be_visible()
    look(desktop, "next")
    desktop.get_by_role("button", name=re.compile("^认可")).click()
    expect(desktop.get_by_text("已认可")).to_be_visible()
    desktop.get_by_role("link", name="添加议题").first.click()
    expect(desktop.get_by_text("留到下次").first).to_be_visible()
    look(desktop, "add")
    desktop.get_by_role("button", name="列入议题：家属院天然气未入户").click()
    expect(desktop.get_by_text("已列入议题：家属院天然气未入户")).to_be_visible()


def test_on_a_phone_everything_fits_also_in_large_type_and_without_javascript(
    live_server, open_page, enter, make_case, sun, li
):
    meeting = meetings.plan(timezone.now() + timedelta(days=3), "区委三楼会议室", by=sun)
    items = [
        meetings.add_case(meeting, make_case(subject=name, at=timezone.now()), "归谁管", by=sun)
        for name in ("六一路涵洞雨后积水", "家属院天然气未入户")
    ]
    duty = Duty(timezone.localdate() + timedelta(days=9), unit=Organization.objects.get(code="zhujian"), owner="郭科长")
    deciding.decide(items[0], "区住建局牵头报改造方案", "区里已定", [duty], by=sun)
    street = Area.objects.get(code=XINCUN[:9])
    invitation, _ = meetings.invite(meeting, units=[duty.unit], areas=[street], by=sun)
    following = meetings.plan(timezone.now() + timedelta(days=30), "三楼", by=sun)
    addresses = [
        (sun, f"/desk/meetings/items/{items[1].pk}/", "phone-item"),
        (sun, f"/desk/meetings/{following.pk}/", "phone-next"),
        (sun, f"/desk/meetings/{following.pk}/resolutions/{items[0].resolutions.get().pk}/", ""),
        (sun, "/desk/meetings/", "phone-list"),
        (sun, f"/desk/meetings/{meeting.pk}/invite/", ""),
        (sun, f"/desk/meetings/{following.pk}/agenda/", "phone-add"),
        (li, f"/desk/meetings/invitations/{invitation.pk}/", "phone-invitation"),
        (li, "/desk/meetings/", ""),
    ]
    phone = open_page({"viewport": {"width": 390, "height": 844}})
    for user, address, name in addresses:
        enter(phone, user)
        phone.goto(address)
        look(phone, name)
    narrow = open_page({"viewport": {"width": 340, "height": 700}})
    enter(narrow, sun)
    narrow.context.add_cookies([{"name": "weidu_size", "value": "elder", "url": live_server.url}])
    narrow.goto(addresses[0][1])
    look(narrow, "elder")
    plain = open_page({"viewport": {"width": 390, "height": 844}}, java_script_enabled=False)
    enter(plain, sun)
    plain.goto(addresses[0][1])
    plain.get_by_label("议定", exact=True).fill("写了一半")
    plain.get_by_role("button", name="再加一个单位").click()
    expect(plain.get_by_role("group", name="第2个责任单位")).to_be_visible()
    expect(plain.get_by_label("议定", exact=True)).to_have_value("写了一半")
