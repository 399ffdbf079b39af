"""The lists in a real browser: filtered and ticked on a desk, read on a phone, reviewed, imported."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.models import Case
from cases.states import Status
from conftest import GRID, XINCUN
from jobs import services as jobs
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = Path(__file__).parent / "data" / "hotline.xlsx"


@pytest.fixture
def enter(live_server):
    """enter(page, user, name): opens a page of ours as somebody."""

    def sign_in(page, user, name: str, query: str = "") -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(f"{live_server.url}{reverse(name)}{query}")

    return sign_in


@pytest.fixture
def day(make_case, wang, chen, he):
    """A working day at the community: due, overdue, signed, asked, disputed."""
    now = timezone.now()
    words = ["楼道灯不亮", "单元门锁坏了", "垃圾桶满溢无人清", "下水管道返味", "健身器材松动"]
    found = [
        make_case(subject=text, area=XINCUN, category="light-stair" if "灯" in text else "leak-sewer", at=now)
        for text in words
    ]
    Case.objects.filter(pk=found[0].pk).update(due_at=now - timedelta(days=2))
    Case.objects.filter(pk=found[1].pk).update(warn_at=now)
    cases.sign(found[2], by=he)
    cases.ask_extension(found[2], 1, "施工材料后天到货", by=he)
    disputed = make_case(subject="楼前树枝压电线", area=GRID, at=now)
    cases.resolve(disputed, 1, "已修剪", by=wang)
    cases.dispute(disputed, "只剪了一半")
    return found


def no_sideways_scroll(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_home_shows_the_day_and_is_accessible(desktop, phone, enter, day, chen):
    for page in (desktop, phone):
        enter(page, chen, "desk:home")
        expect(page.get_by_role("heading", name="轮到我")).to_be_visible()
        expect(page.get_by_role("heading", name="待我审批")).to_be_visible()
        no_sideways_scroll(page)
        assert_accessible(page)


def test_a_list_is_filtered_ticked_and_signed(desktop, enter, day, chen):
    enter(desktop, chen, "desk:cases")
    expect(desktop.locator("[data-bulk]")).to_be_hidden()
    desktop.get_by_label("类别").select_option(label="路灯照明")
    expect(desktop.get_by_text("共1件")).to_be_visible()
    expect(desktop).to_have_url(re.compile("category=light"))
    expect(desktop.get_by_role("link", name="导出", exact=True)).to_have_attribute("href", re.compile("category=light"))
    desktop.get_by_role("link", name="清除").click()
    expect(desktop.get_by_text("共5件")).to_be_visible()
    desktop.get_by_label("全选本页").check()
    expect(desktop.get_by_text("已选5件")).to_be_visible()
    desktop.get_by_role("button", name="批量签收").click()
    expect(desktop.get_by_text("已签收4件")).to_be_visible()
    expect(desktop.get_by_text("1件没有办成")).to_be_visible()
    assert_accessible(desktop)
    assert Case.objects.filter(status=Status.RECEIVED).count() == 0


def test_the_list_on_a_phone(phone, enter, day, chen):
    enter(phone, chen, "desk:cases")
    expect(phone.get_by_role("link", name="楼道灯不亮")).to_be_visible()
    no_sideways_scroll(phone)
    assert_accessible(phone)


def test_a_case_is_reviewed_and_the_next_one_opens(desktop, phone, enter, make_case, zhao, qian, sun):
    for text in ("涵洞雨后积水", "背街小巷积水"):
        case = make_case(subject=text, area=XINCUN[:9], category="road-flood", at=timezone.now())
        cases.escalate(case, "泵站归市政管理，超出街道职责和经费范围", by=zhao)
    enter(desktop, qian, "desk:ledger")
    desktop.get_by_role("link", name="涵洞雨后积水").click()
    expect(desktop.get_by_role("heading", name="涵洞雨后积水")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="通过，看下一件").click()
    expect(desktop.get_by_role("heading", name="背街小巷积水")).to_be_visible()
    enter(phone, sun, "desk:ledger")
    phone.get_by_role("link", name="涵洞雨后积水").click()
    expect(phone.get_by_label("交办要求")).to_be_visible()
    expect(phone.get_by_role("navigation", name="视图")).to_be_hidden()
    no_sideways_scroll(phone)
    assert_accessible(phone)


def test_the_days_sheet_is_checked_and_written(desktop, enter, he, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    enter(desktop, he, "desk:import")
    assert_accessible(desktop)
    desktop.get_by_label("12345事项表").set_input_files(SHEET)
    desktop.get_by_role("button", name="上传并检查").click()
    expect(desktop.get_by_text("正在排队")).to_be_visible()
    jobs.work()
    expect(desktop.get_by_role("button", name="写入3件")).to_be_visible()
    assert_accessible(desktop)
    desktop.get_by_role("button", name="写入3件").click()
    expect(desktop.get_by_text("正在排队")).to_be_visible()
    jobs.work()
    expect(desktop.get_by_text("已写入3件")).to_be_visible()
    desktop.get_by_role("link", name="查看这些事项").click()
    expect(desktop.get_by_text("共3件")).to_be_visible()


def test_a_wrong_sheet_names_its_rows(desktop, enter, he, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    wrong = tmp_path / "wrong.csv"
    text = SHEET_HEAD + "XC1,没听说过,北大街道,新村社区,第九十网格,,,灯坏了,刘女士,1380000123,下周,否\n"
    wrong.write_text(text, encoding="utf-8")
    enter(desktop, he, "desk:import")
    desktop.get_by_label("12345事项表").set_input_files(wrong)
    desktop.get_by_role("button", name="上传并检查").click()
    expect(desktop.get_by_text("正在排队")).to_be_visible()
    jobs.work()
    expect(desktop.get_by_text("一行也没有写入")).to_be_visible()
    expect(desktop.get_by_role("cell", name="没有这个类别")).to_be_visible()
    assert_accessible(desktop)


SHEET_HEAD = "工单编号,问题分类,街道,社区,网格,地点,标题,内容,联系人,联系电话,办结时限,紧急\n"
