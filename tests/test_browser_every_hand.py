"""One case through every hand, each on its own page: resident, grid, community, street, district bodies, units, meeting."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.assignments import State
from cases.models import Assignment, Case, Publication
from cases.states import Status
from cases.tests.handing import FIRST, LEAD, worker_of
from conftest import XINCUN
from ops.pytest_browser import DESKTOP, PHONE, assert_accessible
from public import catalog
from supervision.models import LedgerItem, Meeting
from supervision.services import striking

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground")]
NAME, PHONE_NUMBER, DOOR = "欧阳静怡", "13812345670", "4单元702"
CONTACT = (NAME, PHONE_NUMBER, "138 1234 5670")
WORDS = "地下室一直渗水，我家702的储藏间泡了"
TITLE, ANSWER = "3号楼地下室渗水", "3号楼的主管已经换新，地下室抽干，连下两场雨没有再渗。"
LEAD_NAME, HELPER_NAME, ABSENT = "区住建局", "区城管局", "供水公司"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

# The story as staff read it, from the first line to the last.
STAFF_READ = """
登记 网格签收 网格上报社区 拟定公开标题 社区签收 社区上报街道 街道签收
街道吹哨 请区住建局到场 请供水公司到场 区住建局确认到场 区住建局已到场 现场查看或会商 结束吹哨 供水公司没有到场
街道上报区级 研判通过，转区委办交办 列入台账 交办区住建局 加派区城管局协办
区住建局签收 区城管局签收协办任务 区城管局反馈协办情况
区委办督办 区住建局签收督办 区住建局答复督办 认可区住建局的督办答复
提请联席研判 联席研判议定 联席研判交区住建局落实
区住建局签收联席议定任务 区住建局反馈联席议定情况 认可区住建局的联席议定反馈
办结并答复居民 社区验收通过 居民确认结果 公示
"""
# The same as the resident reads it.
RESIDENT_READS = """
受理 网格签收 网格上报社区 社区签收 社区上报街道 街道签收 街道约单位到现场 现场查看或会商 街道上报区级
区委组织部研判通过 区里交办 区住建局签收 区里督办 提请区里联席研判 联席研判议定
区住建局办理完毕 社区验收 您确认了结果
"""


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


def look(page, shot: str = "") -> None:
    """axe, no sideways scroll; with SHOTS set a picture is kept there."""
    assert_accessible(page)
    assert not page.evaluate(SIDEWAYS), f"{page.url} scrolls sideways"
    if shot and os.environ.get("SHOTS"):
        page.screenshot(path=Path(os.environ["SHOTS"]) / f"chain-{shot}.png", full_page=True)


def silent(page, *more: str) -> bool:
    """True where nothing in the page, seen or not, says who reported; nor the words in `more`."""
    content = page.content()
    return not any(one in content for one in (*CONTACT, *more))


def lines(page) -> list[str]:
    """The titles of a page's timeline, the oldest first."""
    return page.locator("ol.timeline > li .head b").all_inner_texts()[::-1]


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def press(page, label: str, told: str) -> None:
    """A button of the page, and what the portal says to it."""
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_text(told).first).to_be_visible()


def from_panel(page, label: str, reason: str, told: str) -> None:
    """An action of the panel, whose form comes in the dialog and asks for one reason."""
    page.get_by_role("complementary").get_by_role("link", name=label, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill(reason)
    dialog.locator("button[type=submit]").last.click()
    expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()


def ask(page) -> Case:
    """The resident fills in the form."""
    page.goto("/request/")
    page.check("input[value=light]", force=True)
    page.check("input[value=light-street]", force=True)
    page.select_option("#community", XINCUN)
    page.select_option("#grid", label="第三网格")
    page.fill("#place", f"市政家属院3号楼{DOOR}")
    page.fill("#text", WORDS)
    page.fill("#name", NAME)
    page.fill("#phone", PHONE_NUMBER)
    page.click("button.btn-primary")
    page.wait_for_url("**/receipt/**")
    look(page)
    return Case.objects.get()


def follow(page, case: Case) -> None:
    """The progress page, by number and tail."""
    page.goto(f"/track/?receipt={case.number}")
    page.fill("#tail", PHONE_NUMBER[-4:])
    page.click("button:has-text('查询')")
    page.wait_for_url("**/progress/")


def sign_and_pass_up(page, case: Case, level: str, reason: str) -> None:
    """A level takes the case and says why it has to go up."""
    page.goto(case.get_absolute_url())
    press(page, "签收", "已签收")
    from_panel(page, f"上报{level}", reason, "已上报")


def whistle(page, case: Case) -> None:
    """The street takes the case and calls two units."""
    page.goto(case.get_absolute_url())
    press(page, "签收", "已签收")
    page.get_by_role("link", name="街道吹哨").click()
    for name in (LEAD_NAME, ABSENT):
        if not page.get_by_label(name, exact=True).is_visible():
            page.locator("summary", has_text="其他单位").click()
        page.locator("label.chip", has_text=name).click()
    page.get_by_label("集合地点").fill("3号楼前")
    soon = timezone.localtime(timezone.now() + timedelta(hours=2))
    page.get_by_label("几点前到场").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("请单位来做什么").fill("查明漏点，看是谁的管道")
    press(page, "通知单位到场", "已通知2个单位")
    look(page)


def arrive(page) -> None:
    """A unit says that it comes, and that it is there."""
    page.goto("/desk/whistles/")
    page.get_by_role("link", name="前到3号楼前").click()
    press(page, f"确认到场：{LEAD_NAME}", "已确认")
    press(page, f"记下到场：{LEAD_NAME}", "已到场")
    assert silent(page)


def end_on_the_spot(page, case: Case) -> None:
    """The street writes down who came and what was seen, ends the whistle and passes the case up."""
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name="街道吹哨").first.click()
    page.get_by_role("link", name="记录现场查看或会商").click()
    page.get_by_label("现场查看", exact=True).check()
    page.get_by_label("情况和商定").fill("主管锈穿，两家单位对归属说法不一")
    press(page, "记下来", "已记下现场查看")
    page.get_by_role("link", name="街道吹哨").first.click()
    page.get_by_label("现场结果").fill("住建局到场，供水公司没有来，管道归属要区里定")
    press(page, "结束吹哨", "没有到场")
    look(page)
    page.goto(case.get_absolute_url())
    from_panel(page, "上报区委组织部", "管道归属和资金要区里定", "已上报")


def review(page, case: Case) -> None:
    """区委组织部 accepts the case into the working ledger and issues that with a number typed in."""
    page.goto("/desk/ledger/")
    page.get_by_role("link", name=TITLE).click()
    drawer = page.get_by_role("complementary", name="研判")
    expect(drawer.get_by_text("管道归属和资金要区里定")).to_be_visible()
    drawer.get_by_label("研判说明").fill("先明确归属再换管")
    drawer.get_by_role("button", name=re.compile("^通过")).click()
    expect(page.get_by_text("已通过，列入清单第1号")).to_be_visible()
    page.goto(f"/desk/ledger/lists/{LedgerItem.objects.get(case=case).ledger_id}/")
    page.get_by_label("文号").fill("魏组〔2026〕5号")
    press(page, "印发清单第1号", "内容不再改动")
    look(page)


def hand_out(page) -> None:
    """区委办 hands out in a batch: a lead unit and a co-handler."""
    page.goto("/desk/ledger/?view=hand-out")
    page.get_by_label(f"选择 {TITLE}").check()
    page.get_by_role("button", name="填写交办单").click()
    row = page.get_by_role("group", name=TITLE)
    row.get_by_label("主办").select_option(label=LEAD_NAME)
    row.get_by_label("交办要求").fill("换主管，抽干地下室")
    folded = row.get_by_label(HELPER_NAME, exact=True)
    if not folded.is_visible():
        row.locator("summary", has_text="协办").click()
    folded.check()
    press(page, "交办1件", "已交办1件")
    look(page)


def help_out(page) -> None:
    """The co-handler signs and reports where its task stands."""
    page.goto("/desk/")
    task = Assignment.objects.get(unit__code=FIRST)
    page.goto(f"/desk/assignments/{task.pk}/")
    press(page, "签收", "已签收")
    page.get_by_label("办了什么").fill("路面已经封挡，管沟挖开")
    press(page, "反馈", "路面已经封挡，管沟挖开")
    look(page)
    assert silent(page)


def order(page, case: Case) -> None:
    """区委办 demands an answer."""
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name="发督办单").click()
    page.get_by_label("督办原因").fill("居民反映强烈")
    page.get_by_label("要求", exact=True).fill("请说明换管的时间")
    press(page, "发出", f"已发给{LEAD_NAME}")


def answer_task(page, kind: str, text: str) -> None:
    """A unit signs a task where it has to, and reports it; found from its list of tasks."""
    task = Assignment.objects.filter(unit__code=LEAD, kind=kind).latest("pk")
    page.goto("/desk/assignments/")
    page.locator(f"a[href='/desk/assignments/{task.pk}/']").first.click()
    page.wait_for_url(f"**/desk/assignments/{task.pk}/")
    if page.get_by_role("button", name="签收", exact=True).count():
        press(page, "签收", "已签收")
    page.get_by_label("办了什么").fill(text)
    press(page, "反馈", text)
    look(page)
    assert silent(page)


def accept_answer(page) -> None:
    """区委办 finds the answer on the board and accepts it."""
    page.goto("/desk/")
    page.get_by_role("main").locator("a[href*='/desk/supervision/orders/']").first.click()
    page.get_by_role("link", name="认可答复", exact=True).click()
    press(page, "认可答复", "已认可答复")
    look(page)


def meet(page, case: Case) -> None:
    """区委办 plans a meeting, puts the case on, writes down what was decided and whose duty it is, and issues it."""
    page.goto("/desk/meetings/")
    page.get_by_role("main").get_by_role("link", name="安排会议").first.click()
    page.get_by_label("开会时间").fill(f"{day(1)}T15:00")
    page.get_by_role("main").get_by_label("地点").fill("区委三楼会议室")
    page.get_by_role("button", name="安排会议").click()
    page.get_by_role("link", name="添加议题").first.click()
    page.get_by_label(f"要定什么：{TITLE}").fill("主管归谁管，钱从哪里出")
    page.get_by_role("button", name=f"列入议题：{TITLE}").click()
    expect(page.get_by_text(f"已列入议题：{TITLE}")).to_be_visible()
    page.get_by_role("link", name="回到会议").click()
    page.get_by_role("link", name=f"1. {TITLE}").click()
    page.get_by_label("议定", exact=True).fill("主管由区住建局更换，资金从老旧小区改造中列支。")
    row = page.get_by_role("group", name="第1个责任单位")
    row.get_by_label("责任单位").select_option(label=LEAD_NAME)
    row.get_by_label("做什么").fill("更换主管")
    row.get_by_label("完成日期").fill(day(20))
    page.get_by_label("告诉居民什么").fill("区里已定由住建部门换管。")
    press(page, "记下", "已记下")
    page.goto(f"/desk/meetings/{Meeting.objects.get().pk}/")
    page.get_by_role("link", name="印发议定事项").click()
    page.get_by_label("文号").fill("魏办〔2026〕9号")
    press(page, "印发", "议定事项已印发")
    look(page)


def accept_duty(page) -> None:
    """区委办 looks at what was reported of the duty."""
    duty = Assignment.objects.get(kind="resolution")
    page.goto(f"/desk/assignments/{duty.pk}/")
    look(page)
    press(page, "认可反馈", "已认可反馈")


def publish(page, case: Case) -> None:
    """The community writes the words for everybody, reads them once more, and releases them."""
    page.goto("/desk/openly/")
    page.get_by_role("link", name=f"公示：{TITLE}").click()
    page.get_by_label("反映了什么").fill("地下室渗水，居民的储藏间进水。")
    page.get_by_label("办理情况和答复").fill(ANSWER)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("heading", name="居民会这样看到")).to_be_visible()
    press(page, "公示", "已公示，居民现在能看到")


def test_one_case_through_every_hand(open_page, enter, wang, chen, zhao, qian, sun, li):
    resident, desk = open_page(PHONE), open_page(DESKTOP)
    helper = worker_of(FIRST)
    case = ask(resident)

    enter(desk, wang)
    sign_and_pass_up(desk, case, "社区", "要查地下管线")
    cases.set_title(case, TITLE, by=chen)
    enter(desk, chen)
    sign_and_pass_up(desk, case, "街道", "社区没有检修单位")
    enter(desk, zhao)
    whistle(desk, case)
    enter(desk, li)
    arrive(desk)
    enter(desk, zhao)
    end_on_the_spot(desk, case)

    enter(desk, qian)
    review(desk, case)
    enter(desk, sun)
    hand_out(desk)
    enter(desk, li)
    desk.goto(case.get_absolute_url())
    press(desk, "签收", "已签收")
    assert silent(desk)
    enter(desk, helper)
    help_out(desk)
    enter(desk, sun)
    order(desk, case)
    enter(desk, li)
    answer_task(desk, "order", "周五前换完主管")
    enter(desk, sun)
    accept_answer(desk)
    meet(desk, case)
    enter(desk, li)
    answer_task(desk, "resolution", "主管已经换新")
    enter(desk, sun)
    accept_duty(desk)

    enter(desk, li)
    desk.goto(case.get_absolute_url())
    desk.get_by_label("公开答复").fill(ANSWER)
    press(desk, "办结并通知居民", "已办结，请居民确认")
    enter(desk, chen)
    desk.goto(case.get_absolute_url())
    press(desk, "验收通过", "已验收")

    follow(resident, case)
    look(resident)
    resident.check("input[value=solved]", force=True)
    resident.check("input[value=satisfied]", force=True)
    resident.click("text=提交评价")
    expect(resident.locator(".ladder")).to_contain_text("已办结")
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert striking.strike_closed() == 1 and striking.strike_closed() == 0
    assert LedgerItem.objects.get(case=case).struck_at
    enter(desk, qian)
    desk.goto(f"/desk/ledger/lists/{LedgerItem.objects.get(case=case).ledger_id}/")
    expect(desk.get_by_text("已销号").first).to_be_visible()
    enter(desk, chen)
    publish(desk, case)

    desk.goto(case.get_absolute_url())
    look(desk, "case-1440")
    resident.reload()
    look(resident, "progress-390")
    assert lines(desk) == STAFF_READ.split()
    assert lines(resident) == RESIDENT_READS.split()
    assert silent(resident, DOOR)

    catalog.forget()
    anybody = open_page(PHONE)
    anybody.goto("/ledger/")
    anybody.fill("#q", "地下室渗水")
    anybody.get_by_role("button", name="查找").click()
    anybody.wait_for_url(re.compile("q="))
    expect(anybody.get_by_role("link", name=TITLE)).to_be_visible()
    assert silent(anybody, DOOR, "702", "4单元")
    anybody.goto(f"/ledger/{Publication.objects.get(case=case).pk}/")
    expect(anybody.get_by_text(ANSWER).first).to_be_visible()
    look(anybody, "public-390")
    assert silent(anybody, DOOR, "702", "4单元")
    assert not Assignment.objects.filter(state__in=[State.GIVEN, State.SIGNED], unit__code=FIRST).exists()
