"""Lead and co-handling units in a real browser: signed and reported on a phone, the lead refused, then answering."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.assignments import State
from cases.states import Status
from cases.tests.handing import FIRST, SECOND, at_unit, worker_of
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


def test_a_unit_reports_its_co_handling_and_the_lead_says_why_it_does_not_wait_for_the_other(
    open_page, enter, make_case, qian, sun, li
):
    case = make_case(at=timezone.now(), title="3号楼前路灯不亮")
    task, other = at_unit(case, FIRST, SECOND, qian=qian, sun=sun)
    phone = open_page(PHONE)
    enter(phone, worker_of(FIRST))
    phone.goto("/desk/")
    expect(phone.get_by_role("heading", name="单位任务")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="任务", exact=False).first.click()
    expect(phone.get_by_role("heading", name="任务", exact=True)).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="请查明原因并修好").click()
    assert_accessible(phone)
    phone.get_by_role("button", name="签收").click()
    expect(phone.get_by_text("已签收", exact=True)).to_be_visible()
    phone.get_by_label("办了什么").fill("灯头换了，线路正常")
    phone.get_by_role("button", name="反馈", exact=True).click()
    expect(phone.get_by_text("灯头换了，线路正常").first).to_be_visible()
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    task.refresh_from_db()
    assert task.state == State.REPORTED

    desk = open_page(DESKTOP)
    enter(desk, li)
    cases.sign(case, by=li)
    desk.goto(case.get_absolute_url())
    expect(desk.get_by_text("主办和协办")).to_be_visible()
    assert_accessible(desk)
    desk.get_by_label("区", exact=True).check()
    desk.get_by_label("公开答复").fill("路灯已经修好。")
    # A box left empty is refused by the browser first; the portal refuses as well.
    desk.get_by_label("为什么先答复").fill(" ")
    desk.get_by_role("button", name="办结并通知居民").click()
    expect(desk.get_by_text("还有1个协办单位没有反馈，写明为什么先答复。").first).to_be_visible()
    expect(desk.get_by_label("公开答复")).to_have_value("路灯已经修好。")
    assert_accessible(desk)
    desk.get_by_label("为什么先答复").fill("和供水无关")
    desk.get_by_role("button", name="办结并通知居民").click()
    expect(desk.get_by_text("已办结，请居民确认")).to_be_visible()
    assert_accessible(desk)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.status, other.state, other.ended_reason) == (Status.CONFIRMING, State.ENDED, "和供水无关")


def test_without_a_script_the_office_decides_on_a_return(open_page, enter, make_case, qian, sun):
    case = make_case(at=timezone.now(), title="3号楼前路灯不亮")
    (task,) = at_unit(case, FIRST, qian=qian, sun=sun)
    phone = open_page(PHONE, java_script_enabled=False)
    enter(phone, worker_of(FIRST))
    phone.goto(f"/desk/assignments/{task.pk}/")
    phone.get_by_role("link", name="申请退回").click()
    phone.get_by_label("理由").fill("路灯不归本单位")
    phone.get_by_role("button", name="申请退回").click()
    expect(phone.get_by_text("等区委办决定")).to_be_visible()
    desk = open_page(DESKTOP, java_script_enabled=False)
    enter(desk, sun)
    desk.goto("/desk/")
    desk.get_by_role("region", name="退回申请待决定").get_by_role("link").click()
    desk.get_by_role("link", name="同意退回", exact=True).click()
    desk.get_by_role("button", name="同意退回").click()
    expect(desk.get_by_text("已同意退回").first).to_be_visible()
    task.refresh_from_db()
    assert task.state == State.RETURNED
