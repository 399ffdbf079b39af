"""The case page in a real browser: handled from signing to closing, on a phone, on a desk, and without scripts."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.acts import ACTS
from cases.models import Case
from cases.states import Status
from conftest import GRID, XINCUN
from grids.levels import Level
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible

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


def act(page, label: str) -> None:
    """Opens an action from the panel; its form comes in the dialog."""
    page.get_by_role("complementary").get_by_role("link", name=label, exact=True).click()


def send(page, label: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


def done(page, label: str) -> None:
    told = next(act.told for act in ACTS.values() if act.label == label)
    expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()


def test_from_signing_to_closing_on_a_desk(desktop, enter, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now(), title="3号楼前路灯不亮")
    enter(desktop, he)
    desktop.goto(case.get_absolute_url())
    assert_accessible(desktop)
    desktop.get_by_role("button", name="签收").click()
    done(desktop, "签收")
    assert_accessible(desktop)
    act(desktop, "公开答复")
    desktop.get_by_role("dialog").get_by_label("公开答复").fill("明天上午来换灯泡。")
    assert_accessible(desktop)
    send(desktop, "公开答复")
    expect(desktop.locator(".outward").first).to_contain_text("明天上午来换灯泡。")
    act(desktop, "转交同事")
    desktop.get_by_role("dialog").get_by_label("转交给").select_option(label="陈书记")
    send(desktop, "转交同事")
    done(desktop, "转交同事")
    enter(desktop, chen)
    desktop.goto(case.get_absolute_url())
    desktop.get_by_label("小区", exact=True).check()
    desktop.get_by_label("公开答复").fill("灯泡已换好，请您看看。")
    desktop.get_by_role("button", name="办结并通知居民").click()
    done(desktop, "办结并通知居民")
    case.refresh_from_db()
    assert (case.status, case.closed_level, case.assignee) == (Status.CONFIRMING, 0, chen)
    assert_accessible(desktop)


def test_an_extension_is_asked_on_one_phone_and_agreed_on_another(phone, enter, make_case, he, chen):
    case = make_case(area=XINCUN, at=timezone.now())
    cases.sign(case, by=he)
    enter(phone, he)
    phone.goto(case.get_absolute_url())
    act(phone, "申请延期")
    phone.get_by_role("dialog").get_by_label("延期几个工作日").fill("2")
    phone.get_by_role("dialog").get_by_label("理由").fill("等配件到货")
    send(phone, "申请延期")
    expect(phone.get_by_text("等待审批，停表至")).to_be_visible()
    enter(phone, chen)
    phone.goto(case.get_absolute_url())
    assert_accessible(phone)
    phone.get_by_role("button", name="退回", exact=True).click()
    expect(phone.get_by_text("退回要写明理由")).to_be_visible()
    phone.get_by_role("button", name="同意").click()
    expect(phone.get_by_text("延期2个工作日").first).to_be_visible()
    phone.get_by_text("为何是这个时限").click()
    expect(phone.get_by_text("陈书记同意延期2个工作日")).to_be_visible()


def test_back_down_up_and_on_hold(phone, desktop, enter, make_case, wang, chen, he):
    case = make_case(at=timezone.now())
    enter(phone, wang)
    phone.goto(case.get_absolute_url())
    assert_accessible(phone)
    act(phone, "退回")
    phone.get_by_role("dialog").get_by_label("理由").fill("不是本网格的路段")
    send(phone, "退回")
    done(phone, "退回")
    enter(desktop, chen)
    desktop.goto(case.get_absolute_url())
    act(desktop, "分派")
    desktop.get_by_role("dialog").get_by_label("分派给").select_option(GRID)
    send(desktop, "分派")
    done(desktop, "分派")
    phone.goto(case.get_absolute_url())
    act(phone, "上报社区")
    phone.get_by_role("dialog").get_by_label("理由").fill("要登高车")
    send(phone, "上报")
    done(phone, "上报")
    case.refresh_from_db()
    assert case.level == Level.COMMUNITY
    enter(desktop, he)
    desktop.goto(case.get_absolute_url())
    desktop.get_by_label("更多操作").click()
    desktop.get_by_role("link", name="申请挂账").click()
    dialog = desktop.get_by_role("dialog")
    dialog.get_by_label("复核日期").fill((timezone.localdate() + timedelta(days=40)).isoformat())
    dialog.get_by_label("理由").fill("等明年预算")
    send(desktop, "申请挂账")
    enter(desktop, chen)
    desktop.goto(case.get_absolute_url())
    desktop.get_by_role("button", name="同意").click()
    expect(desktop.get_by_role("button", name="恢复办理")).to_be_visible()
    case.refresh_from_db()
    assert case.status == Status.SUSPENDED


def test_a_contact_opens_for_five_minutes_and_counts_down(phone, enter, make_case, wang):
    case = make_case(at=timezone.now())
    enter(phone, wang)
    phone.goto(case.get_absolute_url())
    phone.get_by_label("查看联系方式").click()
    assert_accessible(phone)
    phone.get_by_role("button", name="查看5分钟").click()
    shown = phone.get_by_role("status").filter(has_text="13800001234")
    expect(shown).to_be_visible()
    expect(shown).to_contain_text(re.compile(r"4分\d+秒后隐藏"))
    expect(phone.get_by_role("dialog")).to_have_count(0)


def test_everything_goes_without_scripts(open_page, enter, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    page = open_page(PHONE, java_script_enabled=False)
    enter(page, he)
    page.goto(case.get_absolute_url())
    page.get_by_role("button", name="签收").click()
    page.get_by_role("link", name="上报").click()
    page.get_by_label("理由").fill("要街道协调资金")
    page.get_by_role("button", name="上报").click()
    case.refresh_from_db()
    assert case.level == Level.STREET
    page.get_by_label("查看联系方式").click()
    page.get_by_role("button", name="查看5分钟").click()
    expect(page.get_by_text("13800001234")).to_be_visible()


def test_a_stale_page_keeps_the_text(desktop, watch, enter, make_case, he, chen):
    watch.expected.append("409")
    case = make_case(area=XINCUN, at=timezone.now())
    cases.sign(case, by=he)
    enter(desktop, he)
    desktop.goto(case.get_absolute_url())
    desktop.get_by_label("公开答复").fill("已经修好")
    cases.reply(case, "已派人", by=chen)
    desktop.get_by_role("button", name="办结并通知居民").click()
    expect(desktop.get_by_role("alert")).to_contain_text("陈书记在")
    expect(desktop.get_by_label("公开答复")).to_have_value("已经修好")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="办结并通知居民").click()
    done(desktop, "办结并通知居民")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_registering_with_a_similar_case_in_sight(size, open_page, enter, make_case, chen):
    other = make_case(area=XINCUN, at=timezone.now(), title="3号楼前路灯不亮")
    page = open_page(size)
    enter(page, chen)
    page.goto(reverse("desk:register"))
    assert_accessible(page)
    page.get_by_label("电话", exact=True).check()
    page.get_by_label("反映内容").fill("楼前的路灯又不亮了")
    page.get_by_label("类别").select_option(label="路灯不亮")
    page.get_by_label("发生地").select_option(GRID)
    page.get_by_label("反映人称呼").fill("张先生")
    page.get_by_role("textbox", name="手机号").fill("13900005678")
    page.get_by_label("是，加入“3号楼前路灯不亮”").check()
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("请先口头告知")).to_be_visible()
    assert_accessible(page)
    page.get_by_label(re.compile("已口头告知")).check()
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记，受理编号")).to_be_visible()
    assert Case.objects.get().pk == other.pk and other.reports.count() == 2


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_page_of_an_action_is_accessible(size, open_page, enter, make_case, he):
    case = make_case(area=XINCUN, at=timezone.now())
    page = open_page(size)
    enter(page, he)
    for action in ("resolve", "ask_suspension", "classify"):
        page.goto(reverse("desk:act", args=[case.number, action]))
        assert_accessible(page)
