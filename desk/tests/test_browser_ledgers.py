"""区级研判 in a real browser: three cases reviewed differently, the ledger issued, two handed out together; and on a phone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.preferences import SIZE_COOKIE
from cases import services as cases
from cases.models import Assignment, Case
from conftest import XINCUN
from grids.levels import Level
from grids.models import Organization
from ops.pytest_browser import assert_accessible
from supervision.models import HandOut, Ledger
from supervision.services import reviewing

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
def climbed(make_case, zhao):
    """climbed(title): passed up by the street."""

    def make(title: str) -> Case:
        case = make_case(area=XINCUN[:9], category="road-flood", at=timezone.now())
        cases.set_title(case, title, by=zhao)
        cases.escalate(case, "排水泵站归市政管理，街道多次抽排仍反复积水", by=zhao)
        return case

    return make


def test_three_are_reviewed_the_ledger_is_issued_and_two_handed_out(desktop, enter, climbed, qian, sun):
    for title in ("六一路涵洞雨后积水", "背街小巷路灯成片不亮"):
        climbed(title)
    wall = climbed("外墙瓷砖脱落")
    fence = climbed("河道护栏缺失")
    reviewing.accept(fence, reviewing.Opinion(Organization.objects.get(code="shuili")), by=qian)
    enter(desktop, qian)
    desktop.goto("/desk/ledger/")
    assert_accessible(desktop)
    desktop.get_by_role("link", name="六一路涵洞雨后积水").click()
    drawer = desktop.get_by_role("complementary", name="研判")
    expect(drawer.get_by_text("街道多次抽排")).to_be_visible()
    expect(drawer.get_by_label("要求街道做什么")).to_be_hidden()
    drawer.get_by_text("建议协办").click()
    drawer.get_by_label("区城管局").check()
    drawer.get_by_label("研判说明").fill("建议列入管网改造计划，汛期前完成。")
    assert_accessible(desktop)
    drawer.get_by_role("button", name="暂存").click()
    expect(desktop.get_by_text("钱科长暂存")).to_be_visible()
    drawer.get_by_role("button", name="通过，看下一件").click()
    expect(desktop.get_by_text("已通过，列入清单第1号")).to_be_visible()
    for title, decision in (("背街小巷路灯成片不亮", "联席研判"), ("外墙瓷砖脱落", "退回街道")):
        expect(drawer.get_by_role("heading", name=title)).to_be_visible()
        drawer.get_by_role("radio", name=decision).check()
        if decision == "联席研判":
            drawer.get_by_role("button", name="提请，看下一件").click()
            expect(drawer.get_by_text("请填写要定什么")).to_be_visible()
            drawer.get_by_label("要定什么").fill("背街小巷的灯由谁管")
            drawer.get_by_role("button", name="提请，看下一件").click()
            expect(desktop.get_by_text("已提请联席研判")).to_be_visible()
        else:
            drawer.get_by_label("要求街道做什么").fill("先设围挡，联系产权单位")
            assert_accessible(desktop)
            drawer.get_by_role("button", name="退回，看下一件").click()
            expect(desktop.get_by_text("已退回街道办理")).to_be_visible()
    wall.refresh_from_db()
    assert wall.level == Level.STREET
    desktop.get_by_role("link", name="台账清单").first.click()
    desktop.get_by_role("link", name="清单第1号").click()
    assert_accessible(desktop)
    desktop.get_by_label("文号").fill("魏组〔2026〕5号")
    desktop.get_by_role("button", name="印发清单第1号").click()
    expect(desktop.get_by_text("内容不再改动")).to_be_visible()
    desktop.get_by_role("link", name="打印", exact=True).click()
    expect(desktop.get_by_role("heading", name="魏都区街道上报事项研判交办台账")).to_be_visible()
    assert_accessible(desktop)
    enter(desktop, sun)
    desktop.goto("/desk/ledger/?view=hand-out")
    desktop.get_by_label("选择 六一路涵洞雨后积水").check()
    desktop.get_by_label("选择 河道护栏缺失").check()
    expect(desktop.get_by_text("已选2件")).to_be_visible()
    desktop.get_by_role("button", name="填写交办单").click()
    assert_accessible(desktop)
    row = desktop.get_by_role("group", name="河道护栏缺失")
    row.get_by_label("交办要求").fill("补齐护栏")
    row.get_by_label("办理期限").fill("2020-01-01T09:00")
    desktop.get_by_role("button", name="交办2件").click()
    expect(desktop.get_by_text("这一批还没有交办")).to_be_visible()
    expect(row.get_by_text("办理期限要晚于现在")).to_be_visible()
    expect(row.get_by_label("交办要求")).to_have_value("补齐护栏")
    row.get_by_label("办理期限").fill("")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="交办2件").click()
    expect(desktop.get_by_text("已交办2件")).to_be_visible()
    assert_accessible(desktop)
    assert HandOut.objects.get().items.count() == 2
    assert Assignment.objects.get().unit.code == "chengguan"
    desktop.get_by_role("link", name="六一路涵洞雨后积水").click()
    expect(desktop.get_by_text("区级研判和交办")).to_be_visible()
    assert_accessible(desktop)


def test_it_works_on_a_phone_and_in_large_type(phone, live_server, enter, climbed, qian, sun):
    case, listed = climbed("六一路涵洞雨后积水"), climbed("河道护栏缺失")
    reviewing.accept(listed, reviewing.Opinion(text="补齐护栏"), by=qian)
    ledger = Ledger.objects.get()
    enter(phone, qian)
    paths = [f"ledger/?case={case.number}", "ledger/lists/", f"ledger/lists/{ledger.pk}/", f"cases/{case.number}/"]
    for size in ("standard", "elder"):
        phone.context.add_cookies([{"name": SIZE_COOKIE, "value": size, "url": live_server.url}])
        for path in paths:
            phone.goto(f"/desk/{path}")
            assert_accessible(phone)
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    phone.goto(f"/desk/ledger/?case={case.number}")
    phone.get_by_role("radio", name="挂账").check()
    phone.get_by_label("挂账原因").select_option("plan")
    phone.get_by_label("复核日期").fill(f"{timezone.localdate() + timedelta(days=60)}")
    phone.get_by_label("挂账理由").fill("待规划调整")
    phone.get_by_role("button", name="申请挂账，看下一件").click()
    expect(phone.get_by_text("已申请挂账，等待负责人审批")).to_be_visible()
    enter(phone, sun)
    phone.goto(f"/desk/handouts/new/?pick={listed.number}")
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_label("主办").select_option(label="区水利局")
    phone.get_by_role("button", name="交办1件").click()
    expect(phone.get_by_text("已交办1件")).to_be_visible()
    assert_accessible(phone)
