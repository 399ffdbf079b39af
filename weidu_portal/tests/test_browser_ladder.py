"""The whole chain in a real browser: a case nobody handles climbs by itself, a unit ends it, the resident has the last word."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cases import services as cases
from cases.models import Case
from cases.states import Status
from conftest import XINCUN
from grids.levels import Level
from ops.pytest_browser import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enter(live_server):
    """Opens a page as somebody: enter(page, user, address)."""

    def sign_in(page, user, address: str) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page.goto(address)

    return sign_in


def track(page, case) -> None:
    """The progress page of a resident with receipt number and tail."""
    page.context.clear_cookies()
    page.goto(f"{reverse('public:track')}?receipt={case.number}")
    page.fill("#tail", "1234")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**/progress/")


def now_at(page) -> str:
    """The step of the ladder that is marked as the present one."""
    return page.locator(".ladder [aria-current=step] b").inner_text()


def let_time_pass(case) -> None:
    """Let the deadline of the present step be over, and the sweep come by."""
    case.refresh_from_db()
    cases.sweep(at=case.climb_at)
    case.refresh_from_db()


def test_a_case_nobody_handles_climbs_to_the_district_and_a_unit_ends_it(
    phone, desktop, enter, make_case, wang, chen, zhao, qian, sun, li
):
    case = make_case(at=timezone.now(), category="road-manhole", title="井盖松动")
    for level, words in ((Level.COMMUNITY, "社区"), (Level.STREET, "街道"), (Level.DISTRICT, "区")):
        let_time_pass(case)
        while case.level != level:  # the street's limit proposes first and climbs a working day later
            let_time_pass(case)
        track(phone, case)
        assert now_at(phone).startswith(words)
    expect(phone.get_by_text("已按时限转社区继续办理").first).to_be_visible()
    assert_accessible(phone)

    enter(desktop, qian, reverse("desk:ledger"))
    desktop.get_by_role("link", name="井盖松动").click()
    desktop.get_by_role("button", name="通过").first.click()
    enter(desktop, sun, case.get_absolute_url())
    desktop.get_by_label("承办单位").select_option(label="区住建局")
    desktop.get_by_label("交办要求").fill("更换井盖并检查周边，三天内报结果。")
    assert_accessible(desktop)
    desktop.get_by_role("button", name="交办", exact=True).first.click()
    expect(desktop.get_by_text("区住建局").first).to_be_visible()

    enter(desktop, li, reverse("desk:cases"))
    desktop.get_by_role("link", name="井盖松动").click()
    desktop.get_by_role("button", name="签收").click()
    desktop.get_by_label("公开答复").fill("井盖已经更换，周边五处一并检查过。")
    desktop.get_by_role("button", name="办结并通知居民").click()
    expect(desktop.get_by_text("待确认").first).to_be_visible()

    track(phone, case)
    phone.check("input[value=solved]", force=True)
    phone.check("input[value=satisfied]", force=True)
    phone.get_by_role("button", name="提交评价").click()
    case.refresh_from_db()
    assert case.status == Status.CONFIRMING, "the community has to accept too"
    enter(desktop, chen, case.get_absolute_url())
    desktop.get_by_role("button", name="验收通过").click()
    expect(desktop.get_by_text("已办结").first).to_be_visible()
    case.refresh_from_db()
    assert (case.status, case.closed_level) == (Status.CLOSED, Level.DISTRICT)
    track(phone, case)
    expect(phone.get_by_text("已办结").first).to_be_visible()


def test_what_is_not_solved_is_looked_at_above_and_handled_again(phone, desktop, enter, make_case, wang, chen):
    case = make_case(at=timezone.now(), title="楼前路灯不亮")
    cases.resolve(case, 1, "换了灯泡", by=wang)
    track(phone, case)
    phone.check("input[value=unsolved]", force=True)
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("复核").first).to_be_visible()

    enter(desktop, wang, case.get_absolute_url())
    expect(desktop.get_by_text("重新办理")).to_have_count(0)
    enter(desktop, chen, case.get_absolute_url())
    desktop.get_by_role("complementary").get_by_role("link", name="重新办理").click()
    desktop.get_by_role("dialog").get_by_label("理由").fill("线路坏了，由社区联系电工。")
    assert_accessible(desktop)
    desktop.get_by_role("dialog").get_by_role("button", name="重新办理").click()
    expect(desktop.get_by_role("status").filter(has_text="已重新办理")).to_be_visible()
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.level, fresh.status, fresh.assignee) == (Level.COMMUNITY, Status.HANDLING, chen)
    assert fresh.area_id.startswith(XINCUN)
    track(phone, case)
    assert now_at(phone).startswith("社区")
